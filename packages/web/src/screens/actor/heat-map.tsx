// The hours of the week as a table whose cells are shaded by how much happened; the same table shows its numbers.

import { useState } from 'react';
import { useZone } from '../../shell/zone.tsx';
import { actorText as t } from '../../text/actor.ts';
import { formatCount, formatZone } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { HOURS, LEVELS, levelOf, mostOf, type Week, weekOf } from './heat.ts';
import { useHours } from './use-actor.ts';

/** A Monday, for the names of days. */
const MONDAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const NAMED_EVERY = 6;

const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });
const DAY_NAMES = Array.from({ length: 7 }, (_, day) => dayFormat.format(new Date(MONDAY_MS + day * DAY_MS)));

export function HeatMap({ id }: { readonly id: string }) {
  const query = useHours(id);
  const { zone } = useZone();
  const [asNumbers, setAsNumbers] = useState(false);
  const toggle = (
    <Button look="quiet" onClick={() => setAsNumbers(!asNumbers)}>
      {asNumbers ? t.heat.asColours : t.heat.asNumbers}
    </Button>
  );
  return (
    <Panel title={t.heat.title} actions={toggle}>
      <div className="p-3">
        <Loaded query={query} rows={8} height={22}>
          {({ buckets, searchedBackTo }) => {
            const week = weekOf(buckets, zone);
            return mostOf(week) === 0 ? (
              <p className="text-muted">{t.heat.none}</p>
            ) : (
              <>
                <div className="overflow-x-auto" {...(asNumbers ? { tabIndex: 0, role: 'region', 'aria-label': t.heat.label } : {})}>
                  <WeekTable week={week} asNumbers={asNumbers} />
                </div>
                <p className="mt-2 text-xs text-muted">
                  {t.heat.help(zone === 'UTC' ? zone : `${zone}, ${formatZone(zone)}`)}
                  {searchedBackTo === undefined ? '' : ` ${t.heat.partial}`}
                </p>
              </>
            );
          }}
        </Loaded>
      </div>
    </Panel>
  );
}

function WeekTable({ week, asNumbers }: { readonly week: Week; readonly asNumbers: boolean }) {
  const most = mostOf(week);
  return (
    <table
      className="tabular w-full table-fixed border-separate border-spacing-[2px] text-2xs text-muted"
      aria-label={t.heat.label}
      style={asNumbers ? { minWidth: 640 } : {}}
    >
      <thead>
        <tr>
          <th scope="col" className="w-8 font-normal">
            <span className="sr-only">{t.heat.day}</span>
          </th>
          {Array.from({ length: HOURS }, (_, hour) => (
            <th key={hour} scope="col" className="relative h-4 p-0 text-left font-normal whitespace-nowrap">
              <span className={hour % NAMED_EVERY === 0 || asNumbers ? '' : 'sr-only'}>{String(hour).padStart(2, '0')}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {week.map((hours, day) => (
          <tr key={DAY_NAMES[day]}>
            <th scope="row" className="p-0 text-left font-normal">
              {DAY_NAMES[day]}
            </th>
            {hours.map((count, hour) => (
              <Cell key={String(hour)} day={DAY_NAMES[day] ?? ''} hour={hour} count={count} most={most} asNumbers={asNumbers} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly day: string;
  readonly hour: number;
  readonly count: number;
  readonly most: number;
  readonly asNumbers: boolean;
}

function Cell({ day, hour, count, most, asNumbers }: CellProps) {
  const share = Math.round((levelOf(count, most) / LEVELS) * 100);
  const background = share === 0 ? 'var(--raised)' : `color-mix(in oklch, var(--accent) ${String(share)}%, var(--raised))`;
  return (
    <td title={t.heat.cell(day, hour, count)} className="h-[18px] rounded-[3px] p-0 text-center" style={asNumbers ? {} : { background }}>
      <span className={asNumbers ? (count === 0 ? 'text-faint' : 'font-medium text-text') : 'sr-only'}>{formatCount(count)}</span>
    </td>
  );
}
