// What the counters say about a time and one facet, and beside it the events that they do not hold: those after the cursor, and
// those of hours that the ends of the time cut.

import { CLOCK_SKEW_MS_MAX, type Query, textMatches } from '@indelible/core';
import type pg from 'pg';
import { STATS_EDGE_EVENTS_MAX, STATS_TAIL_EVENTS_MAX } from '../limits.ts';
import { type Cursor, EVERY_EVENT, hourAndOutcome, readActive, readDays, readValues, type CountRow } from '../store/counter-rows.ts';
import { type Counted, countEvents, occurredWithin } from '../store/count-events.ts';
import { type FacetName, numberOf } from '../store/facet-columns.ts';
import { type Condition, recordedBounds } from '../store/read-events.ts';
import { type Clock, compile } from '../query/compile.ts';
import type { Span, StatsPlan } from './plan.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export interface Counters {
  readonly tenantId: number;
  readonly cursor: Cursor;
  readonly size: number;
}

/** Undefined where the counters are too far behind to be of use. */
export async function openCounters(tx: pg.ClientBase, tenantId: number): Promise<Counters | undefined> {
  const cursor = await readActive(tx, tenantId);
  if (cursor === undefined || cursor.size - cursor.projected > STATS_TAIL_EVENTS_MAX) return undefined;
  return { tenantId, cursor, size: cursor.size };
}

/** Rows of the counters that are to be summed up: all events less some values, or some values alone. */
export interface Selection {
  readonly facet: number;
  readonly values: readonly string[];
  /** The rows of `values` are taken away from those of every event. */
  readonly inverted: boolean;
}

/** Undefined when the values asked for may be among those that have no row of their own. */
export async function select(tx: pg.ClientBase, counters: Counters, plan: StatsPlan): Promise<Selection | undefined> {
  if (plan.filter === undefined) return { facet: EVERY_EVENT, values: [''], inverted: false };
  const { facet: name, match, negated } = plan.filter;
  const facet = numberOf(name) ?? EVERY_EVENT;
  const { values, others } = await readValues(tx, counters.tenantId, counters.cursor.build, facet);
  const chosen = values.filter((value) => textMatches(match, value));
  const certain = !others || (match.kind === 'equals' && chosen.length === 1);
  return certain ? { facet, values: chosen, inverted: negated } : undefined;
}

/** Hours since 1970 that lie whole within a time, the end excluded, and the rests of hours at its ends. */
export function cutToHours({ fromMs, toMs }: Span): { readonly whole: Span; readonly edges: readonly Span[] } {
  const first = Math.ceil(fromMs / HOUR_MS) * HOUR_MS;
  const last = Math.floor(toMs / HOUR_MS) * HOUR_MS;
  if (first > last) return { whole: { fromMs: first, toMs: first }, edges: fromMs < toMs ? [{ fromMs, toMs }] : [] };
  const edges = [
    { fromMs, toMs: first },
    { fromMs: last, toMs },
  ];
  return { whole: { fromMs: first, toMs: last }, edges: edges.filter((edge) => edge.fromMs < edge.toMs) };
}

export interface Beside {
  readonly counted: readonly Counted[];
  /** Hours of which a share is to be taken, because they hold too many events to be looked at: hour since 1970 -> share. */
  readonly shares: ReadonlyMap<number, number>;
}

export interface BesideQuestion {
  readonly query: Query;
  readonly clock: Clock;
  readonly span: Span;
  readonly edges: readonly Span[];
  readonly slots: readonly number[] | 'none';
  readonly facets: readonly FacetName[];
}

/** Counts the events that are not in the counters, and those of cut hours. */
export async function countBeside(tx: pg.ClientBase, counters: Counters, question: BesideQuestion): Promise<Beside> {
  const { cursor, size, tenantId } = counters;
  const { condition } = compile(question.query, question.clock);
  const counted: Counted[] = [];
  const shares = new Map<number, number>();
  const count = async (fromSeq: number, toSeq: number, span: Span, recordedFromMs: number): Promise<void> => {
    const recorded = await recordedBounds(tx, tenantId, { from: fromSeq, to: toSeq - 1 });
    if (recorded === undefined || recorded.toMs <= recordedFromMs) return;
    const stretch = { fromSeq, toSeq, recorded: { fromMs: Math.max(recorded.fromMs, recordedFromMs), toMs: recorded.toMs } };
    const within = occurredWithin(span.fromMs, span.toMs);
    const both: Condition = (context) => `(${condition(context)}) and ${within(context)}`;
    counted.push(
      ...(await countEvents(tx, tenantId, { stretch, slots: question.slots, facets: question.facets, total: true, condition: both })),
    );
  };
  if (cursor.projected < size) await count(cursor.projected, size, question.span, Number.NEGATIVE_INFINITY);
  for (const edge of question.edges) {
    const hour = Math.floor(edge.fromMs / HOUR_MS);
    const events = await eventsOfHour(tx, counters, hour);
    if (events > STATS_EDGE_EVENTS_MAX) shares.set(hour, (shares.get(hour) ?? 0) + (edge.toMs - edge.fromMs) / HOUR_MS);
    else if (events > 0) await count(0, cursor.projected, edge, edge.fromMs - CLOCK_SKEW_MS_MAX);
  }
  return { counted, shares };
}

async function eventsOfHour(tx: pg.ClientBase, { tenantId, cursor }: Counters, hour: number): Promise<number> {
  const day = Math.floor(hour / 24);
  const rows = await readDays(tx, tenantId, cursor.build, { facets: [EVERY_EVENT], fromDay: day, toDay: day + 1, cutDays: [day] });
  return rows.flatMap(hoursOf).reduce((sum, one) => (one.hour === hour ? sum + one.count : sum), 0);
}

/** The counts of a cut day's hours; hours since 1970. */
export function hoursOf({ day, hours = [] }: CountRow): { hour: number; outcome: number; count: number }[] {
  const all: { hour: number; outcome: number; count: number }[] = [];
  for (let at = 0; at + 1 < hours.length; at += 2) all.push({ ...hourAndOutcome(day, hours[at] ?? 0), count: hours[at + 1] ?? 0 });
  return all;
}
