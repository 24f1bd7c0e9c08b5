// What the numbers should be: everything counted anew in memory, from the events as readers see them.

import { matches, OUTCOMES, parse } from '@indelible/core';
import type pg from 'pg';
import { decodeCells } from '../store/counter-cells.ts';
import type { Named } from '../store/counter-cursors.ts';
import { LEVELS } from '../store/counter-levels.ts';
import { COUNTED, COUNTER_COLUMNS, FACETS, type FacetName, wordsOf } from '../store/facet-columns.ts';
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

export interface TreeLimits {
  /** Counts that a month or a day holds hour by hour. */
  readonly cells: number;
  /** Values of a facet that are counted each for itself. */
  readonly values: number;
}

const OTHERS = '(others)';

/** What the rows of the counters should say of events in the order of the log, a text a count. */
export function recountTree(events: readonly ModelEvent[], limits: TreeLimits): string[] {
  const named = new Map(COUNTED.map((facet) => [facet, new Set<string>()]));
  const counts = events.flatMap((item): Count[] => {
    const hour = Math.floor(occurredMs(item) / 3_600_000);
    const { outcome } = item.event;
    const values = COUNTED.flatMap((facet): Count[] => {
      const value = FACETS[facet].of(item.event);
      if (value === undefined) return [];
      const names = named.get(facet) as Set<string>;
      if (names.size < limits.values || wordsOf(facet) !== undefined) names.add(value);
      return [{ facet, value: names.has(value) ? value : OTHERS, hour, outcome }];
    });
    return [{ facet: 'every event', value: '', hour, outcome }, ...values];
  });
  return bucketsOf(counts, 0, limits.cells).toSorted();
}

interface Count {
  readonly facet: string;
  readonly value: string;
  readonly hour: number;
  readonly outcome: string;
}

function bucketsOf(counts: readonly Count[], level: number, cells: number): string[] {
  return [...grouped(counts, ({ hour }) => startOf(level, hour))].flatMap(([start, mine]) => {
    const isWhole = level === 2 || grouped(mine, (count) => lineOf(count, true)).size <= cells;
    const lines = [...grouped(mine, (count) => lineOf(count, isWhole && level < 2))].map(
      ([line, list]) => `${LEVELS[level] ?? ''} ${start} ${isWhole ? 'whole' : 'split'} ${line} ${list.length}`,
    );
    return isWhole ? lines : [...lines, ...bucketsOf(mine, level + 1, cells)];
  });
}

function lineOf({ facet, value, hour, outcome }: Count, withHour: boolean): string {
  return JSON.stringify([facet, value, outcome, ...(withHour ? [hour] : [])]);
}

function startOf(level: number, hour: number): string {
  return new Date(hour * 3_600_000).toISOString().slice(0, -([17, 14, 11][level] ?? 0));
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** What the rows of a log's active counters say, as recountTree has it. */
export async function readTree(owner: pg.Pool, tenantId: number): Promise<string[]> {
  const cursor = await owner.query<{ build: number; named: Named }>(
    'select build, named from indelible.counter_cursor where tenant_id = $1 and active',
    [tenantId],
  );
  const { build = 0, named = {} } = cursor.rows[0] ?? {};
  const { rows } = await owner.query<{ level: number; start: number; split: boolean; [column: string]: unknown }>(
    'select * from indelible.counter where tenant_id = $1 and build = $2',
    [tenantId, build],
  );
  const lines: string[] = [];
  for (const { level, start, split, ...columns } of rows) {
    for (const facet of COUNTER_COLUMNS) {
      decodeCells(columns[FACETS[facet].column] as Buffer, (number, slot, count) => {
        const value = facet === 'outcome' ? '' : number === 0 ? OTHERS : ((wordsOf(facet) ?? named[facet] ?? [])[number - 1] ?? '?');
        const cell = { facet: facet === 'outcome' ? 'every event' : facet, value, outcome: OUTCOMES[slot % 3] ?? '?' };
        const line = lineOf({ ...cell, hour: start + Math.floor(slot / 3) }, !split && level < 2);
        lines.push(`${LEVELS[level] ?? ''} ${startOf(level, start)} ${split ? 'split' : 'whole'} ${line} ${count}`);
      });
    }
  }
  return lines.toSorted();
}
