// What the counters say about a time, and beside it the events that they do not hold: those after the cursor, and those of hours
// that the ends of the time cut.

import { CLOCK_SKEW_MS_MAX, OUTCOMES, type Query } from '@indelible/core';
import type pg from 'pg';
import { STATS_EDGE_EVENTS_MAX, STATS_TAIL_EVENTS_MAX } from '../limits.ts';
import { decodeCells } from '../store/counter-cells.ts';
import { type Cursor, readActive } from '../store/counter-cursors.ts';
import { bucketAt } from '../store/counter-levels.ts';
import { type CounterRow, readRanges } from '../store/counter-rows.ts';
import { type Counted, countEvents, occurredWithin } from '../store/count-events.ts';
import type { CounterColumn, FacetName } from '../store/facet-columns.ts';
import { type Condition, recordedBounds } from '../store/read-events.ts';
import { type Clock, compile } from '../query/compile.ts';
import { type Cuts, HOUR_MS, isCut, makeCuts, rangesOf } from './cuts.ts';
import type { Span } from './plan.ts';

/** Undefined where the counters are too far behind to be of use. */
export async function openCounters(tx: pg.ClientBase, tenantId: number): Promise<Cursor | undefined> {
  const cursor = await readActive(tx, tenantId);
  return cursor === undefined || cursor.size - cursor.projected > STATS_TAIL_EVENTS_MAX ? undefined : cursor;
}

export interface CounterQuestion {
  readonly query: Query;
  readonly clock: Clock;
  readonly span: Span;
  /** Where bars begin and end, milliseconds since 1970; whole hours, but for the first and the last. */
  readonly bounds: readonly number[];
  readonly columns: readonly CounterColumn[];
  /** The values that are counted of events that no counter holds. */
  readonly facets: readonly FacetName[];
}

export interface Reading {
  /** Counts from the counters. Each lies within one bar; of an hour that is cut it may be a share. `hour`: since 1970. */
  readonly forEach: (column: CounterColumn, visit: (value: number, outcome: number, count: number, hour: number) => void) => void;
  /** What was counted event by event; its slots are those of `bounds`, or 0 without any. */
  readonly beside: readonly Counted[];
  /** Whether a share of an hour was taken. */
  readonly shared: boolean;
}

/** @param cursor from openCounters, in the same transaction */
export async function readCounters(tx: pg.ClientBase, cursor: Cursor, question: CounterQuestion): Promise<Reading> {
  const cuts = makeCuts(question.span, question.bounds);
  const columns = [...new Set<CounterColumn>(['outcome', ...question.columns])];
  const rows = await readRanges(tx, cursor, columns, rangesOf(cuts));
  const beside: Counted[] = [];
  const { projected, size } = cursor;
  if (projected < size) beside.push(...(await countStretch(tx, cursor, question, [projected, size], question.span)));
  const shares = new Map<number, number>();
  for (const edge of cuts.edges) {
    const hour = Math.floor(edge.fromMs / HOUR_MS);
    const events = eventsOf(rows, cuts, hour);
    if (events > STATS_EDGE_EVENTS_MAX) shares.set(hour, (shares.get(hour) ?? 0) + (edge.toMs - edge.fromMs) / HOUR_MS);
    else if (events > 0) beside.push(...(await countStretch(tx, cursor, question, [0, projected], edge)));
  }
  const weightOf = (hour: number): number => (hour >= cuts.wholeFrom && hour < cuts.wholeTo ? 1 : (shares.get(hour) ?? 0));
  return {
    forEach: (column, visit) =>
      forEachCount(rows, cuts, column, (value, outcome, count, hour) => {
        const weight = weightOf(hour);
        if (weight > 0) visit(value, outcome, count * weight, hour);
      }),
    beside,
    shared: shares.size > 0,
  };
}

/** Counts of stretches that no cut goes through. */
function forEachCount(
  rows: readonly CounterRow[],
  cuts: Cuts,
  column: CounterColumn,
  visit: (value: number, outcome: number, count: number, hour: number) => void,
): void {
  for (const row of rows) {
    const isWhole = !isCut(cuts, bucketAt(row.level, row.start));
    // What a cut goes through is told by the rows below.
    if (!isWhole && row.split) continue;
    decodeCells(row.columns[column] ?? Buffer.alloc(0), (value, slot, count) => {
      const hour = isWhole ? row.start : row.start + Math.floor(slot / OUTCOMES.length);
      visit(value, slot % OUTCOMES.length, count, hour);
    });
  }
}

function eventsOf(rows: readonly CounterRow[], cuts: Cuts, wanted: number): number {
  let events = 0;
  forEachCount(rows, cuts, 'outcome', (_, __, count, hour) => (events += hour === wanted ? count : 0));
  return events;
}

/** Counts events one by one: of a stretch of the log, those that occurred in a time. */
async function countStretch(
  tx: pg.ClientBase,
  { tenantId }: Cursor,
  { query, clock, bounds, facets }: CounterQuestion,
  [fromSeq, toSeq]: readonly [number, number],
  span: Span,
): Promise<Counted[]> {
  const recorded = await recordedBounds(tx, tenantId, { from: fromSeq, to: toSeq - 1 });
  // Nothing is recorded long before it occurs.
  const recordedFromMs = span.fromMs - CLOCK_SKEW_MS_MAX;
  if (recorded === undefined || recorded.toMs <= recordedFromMs) return [];
  const stretch = { fromSeq, toSeq, recorded: { fromMs: Math.max(recorded.fromMs, recordedFromMs), toMs: recorded.toMs } };
  const { condition } = compile(query, clock);
  const within = occurredWithin(span.fromMs, span.toMs);
  const both: Condition = (context) => `(${condition(context)}) and ${within(context)}`;
  const slots = bounds.length === 0 ? 'none' : bounds;
  return countEvents(tx, tenantId, { stretch, slots, facets, total: true, condition: both });
}
