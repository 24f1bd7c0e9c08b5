// Events by category over time: a row of bars each, on one axis of time, and the same numbers as a table.

import { CATEGORIES, type Category } from '@indelible/core/event';
import { useState } from 'react';
import { useLinks } from '../../shell/links.ts';
import { useZone, type Zone } from '../../shell/zone.tsx';
import { formatCount, formatShort, formatZone } from '../../text/format.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { barsOf } from './bars.ts';
import type { Range } from './range.ts';
import { type Histogram, useCategories } from './use-numbers.ts';

const ROW_PX = 44;

export function ByCategory({ range }: { readonly range: Range }) {
  const queries = useCategories(range);
  const [asTable, setAsTable] = useState(false);
  const failed = queries.find(({ error }) => error !== null);
  const loaded = queries.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const toggle = (
    <Button look="quiet" onClick={() => setAsTable(!asTable)}>
      {asTable ? t.categories.asBars : t.categories.asTable}
    </Button>
  );
  return (
    <Panel title={t.categories.title} actions={toggle}>
      {failed !== undefined ? (
        <ErrorState error={failed.error} onRetry={() => queries.forEach((query) => void query.refetch())} />
      ) : loaded.length < queries.length ? (
        <Skeleton rows={CATEGORIES.length} height={ROW_PX} />
      ) : asTable ? (
        <Numbers histograms={loaded} />
      ) : (
        <Bars histograms={loaded} range={range} />
      )}
    </Panel>
  );
}

interface ShownProps {
  readonly histograms: readonly Histogram[];
}

function Bars({ histograms, range }: ShownProps & { readonly range: Range }) {
  const { zone } = useZone();
  const links = useLinks();
  const [first] = histograms;
  return (
    <div className="px-3 py-2">
      {CATEGORIES.map((category, place) => {
        const histogram = histograms[place];
        if (histogram === undefined) return null;
        return (
          <Anchor
            key={category}
            href={links.explore(`category:${category}`, range)}
            className="group flex items-end gap-3 rounded px-1 hover:bg-raised"
          >
            <span className="w-[104px] shrink-0 self-center text-muted group-hover:text-text">{t.categories.names[category]}</span>
            <BarRow histogram={histogram} />
            <span className="tabular w-12 shrink-0 self-center text-right font-medium">
              {formatCount(histogram.total)}
              <span className="sr-only"> {t.facts.events}</span>
            </span>
          </Anchor>
        );
      })}
      {first === undefined ? null : <Axis histogram={first} zone={zone} />}
    </div>
  );
}

function BarRow({ histogram }: { readonly histogram: Histogram }) {
  const { bars, width, height } = barsOf(histogram.buckets.map(({ total }) => total));
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      preserveAspectRatio="none"
      height={ROW_PX - 8}
      className="my-1 min-w-0 flex-1 border-b border-line"
    >
      {bars.map(({ x, y, wide, high }) => (
        <rect key={x} x={x} y={y} width={wide} height={high} fill="var(--accent)" opacity={0.8} />
      ))}
    </svg>
  );
}

function Axis({ histogram, zone }: { readonly histogram: Histogram; readonly zone: Zone['zone'] }) {
  const { buckets, bucket } = histogram;
  const [begin, end] = [buckets[0]?.from, buckets.at(-1)?.to];
  if (begin === undefined || end === undefined) return null;
  return (
    <div className="tabular px-1 text-xs text-muted">
      <p className="mt-1 flex justify-between gap-x-3">
        <span>{formatShort(begin, zone)}</span>
        <span>{formatShort(end, zone)}</span>
      </p>
      <p>
        {t.categories.bars[bucket]}, {t.categories.scale}, {formatZone(zone)}
      </p>
    </div>
  );
}

function Numbers({ histograms }: ShownProps) {
  const { zone } = useZone();
  const rows = histograms[0]?.buckets ?? [];
  return (
    <div className="max-h-[340px] overflow-auto" tabIndex={0} role="region" aria-label={t.categories.title}>
      <table className="tabular w-full text-xs">
        <thead className="sticky top-0 bg-surface text-muted">
          <tr>
            <th scope="col" className="h-8 px-3 text-left font-medium">
              {t.categories.from}
            </th>
            {CATEGORIES.map((category: Category) => (
              <th key={category} scope="col" className="px-3 text-right font-medium">
                {t.categories.names[category]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map(({ from }, place) => (
            <tr key={from}>
              <th scope="row" className="px-3 py-1 text-left font-normal whitespace-nowrap">
                {formatShort(from, zone)}
              </th>
              {CATEGORIES.map((category, column) => (
                <td key={category} className="px-3 text-right">
                  {formatCount(histograms[column]?.buckets[place]?.total ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
