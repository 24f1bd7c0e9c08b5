// How much an actor did each day: bars, and the same numbers as a table.

import { useState } from 'react';
import type { components } from '../../api/schema.ts';
import { actorText as t } from '../../text/actor.ts';
import { formatCount, formatDate } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { barsOf } from '../overview/bars.ts';
import { everyDay } from './every-day.ts';

export function ByDay({ days }: { readonly days: components['schemas']['ActorSummary']['days'] }) {
  const [asTable, setAsTable] = useState(false);
  const all = everyDay(days);
  const [first, last] = [all[0], all.at(-1)];
  const toggle = (
    <Button look="quiet" onClick={() => setAsTable(!asTable)}>
      {asTable ? t.days.asBars : t.days.asTable}
    </Button>
  );
  if (first === undefined || last === undefined)
    return (
      <Panel title={t.days.title}>
        <p className="p-3 text-muted">{t.days.none}</p>
      </Panel>
    );
  const { bars, width, height } = barsOf(all.map(({ count }) => count));
  const most = Math.max(...all.map(({ count }) => count));
  return (
    <Panel title={t.days.title} actions={toggle}>
      {asTable ? (
        <DayTable days={days} />
      ) : (
        <div className="p-3">
          <svg
            role="img"
            aria-label={`${t.days.label}. ${t.days.summary(nameOf(first.day), nameOf(last.day), most)}`}
            viewBox={`0 0 ${String(width)} ${String(height)}`}
            preserveAspectRatio="none"
            className="h-20 w-full border-b border-line"
          >
            {bars.map(({ x, y, wide, high }) => (
              <rect key={x} x={x} y={y} width={wide} height={high} fill="var(--accent)" opacity={0.8} />
            ))}
          </svg>
          <p className="mt-1 flex justify-between text-xs text-muted" aria-hidden="true">
            <span>{nameOf(first.day)}</span>
            <span>{nameOf(last.day)}</span>
          </p>
        </div>
      )}
    </Panel>
  );
}

function DayTable({ days }: { readonly days: components['schemas']['ActorSummary']['days'] }) {
  return (
    <div className="max-h-[220px] overflow-y-auto" tabIndex={0} role="region" aria-label={t.days.label}>
      <table className="tabular w-full text-xs">
        <thead className="sticky top-0 bg-surface text-left text-muted">
          <tr>
            {t.days.columns.map((column) => (
              <th key={column} scope="col" className="h-7 px-3 font-medium">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {days.toReversed().map(({ day, count }) => (
            <tr key={day}>
              <th scope="row" className="px-3 py-1 text-left font-normal">
                {nameOf(day)}
              </th>
              <td className="px-3">{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A day is one of the zone already. */
function nameOf(day: string): string {
  return formatDate(`${day}T12:00:00Z`, 'UTC');
}
