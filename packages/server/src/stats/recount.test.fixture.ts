// What the numbers should be: everything counted anew in memory, from the events as readers see them.

import { matches, OUTCOMES, parse } from '@indelible/core';
import { FACETS, type FacetName } from '../store/facet-columns.ts';
import type { ModelEvent } from '../query/trail.test.fixture.ts';
import type { Facets } from './facets.ts';
import type { Histogram } from './histogram.ts';

export function matching(model: readonly ModelEvent[], q: string, nowMs: number, zone = 'UTC'): ModelEvent[] {
  const query = parse(q);
  return model.filter(({ event, seq }) => matches(query, event, { seq, nowMs, zone }));
}

function occurredMs({ event }: ModelEvent): number {
  return Date.parse(event.occurredAt);
}

/** The bars of a histogram, filled anew. */
export function recountBars(events: readonly ModelEvent[], { buckets, from, to }: Histogram): Histogram['buckets'] {
  const within = events.filter((item) => occurredMs(item) >= Date.parse(from) && occurredMs(item) < Date.parse(to));
  return buckets.map((bar) => {
    const mine = within.filter((item) => occurredMs(item) >= Date.parse(bar.from) && occurredMs(item) < Date.parse(bar.to));
    const of = (outcome: string): number => mine.filter(({ event }) => event.outcome === outcome).length;
    const byOutcome = { success: of('success'), failure: of('failure'), denied: of('denied') };
    return { from: bar.from, to: bar.to, total: mine.length, byOutcome };
  });
}

/** The counts of a field's values. */
export function recountValues(events: readonly ModelEvent[], field: FacetName): NonNullable<Facets['fields'][FacetName]>['values'] {
  const counts = new Map<string, number>();
  for (const { event } of events) {
    const value = FACETS[field].of(event);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({ value, count })).toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

/** The rows of days that the counters should hold: facet, value, day and pairs of hours, as one text each. */
export function recountRows(events: readonly ModelEvent[], numbers: ReadonlyMap<FacetName, number>): string[] {
  const rows = new Map<string, Map<number, number>>();
  for (const item of events) {
    const hour = Math.floor(occurredMs(item) / 3_600_000);
    const day = Math.floor(hour / 24);
    const place = (hour - day * 24) * 3 + OUTCOMES.indexOf(item.event.outcome);
    const values = [...numbers].map(([name, number]) => [number, FACETS[name].of(item.event)] as const);
    for (const [number, value] of [[0, ''] as const, ...values]) {
      if (value === undefined) continue;
      const key = JSON.stringify([number, value, day]);
      const hours = rows.get(key) ?? new Map<number, number>();
      hours.set(place, (hours.get(place) ?? 0) + 1);
      rows.set(key, hours);
    }
  }
  return [...rows].map(([key, hours]) => `${key} ${[...hours].toSorted(([a], [b]) => a - b).join(',')}`).toSorted();
}
