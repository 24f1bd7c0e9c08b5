// How many events there are over time, stacked by outcome.

import { checkZone, OUTCOMES, type Outcome, parse, type Query } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { decodeCells } from '../store/counter-cells.ts';
import type { Cursor } from '../store/counter-cursors.ts';
import { readFirst } from '../store/counter-rows.ts';
import { countEvents } from '../store/count-events.ts';
import { recordedBounds } from '../store/read-events.ts';
import type { Clock } from '../query/compile.ts';
import { listEvents } from '../query/page.ts';
import { askedOf } from '../query/part.ts';
import type { ReadScope } from '../query/present.ts';
import { type Bars, type BarsAsked, barsOf } from './bars.ts';
import type { Bucket } from './buckets.ts';
import { openCounters, readCounters } from './counters.ts';
import { HOUR_MS } from './cuts.ts';
import { planStats, type StatsPlan } from './plan.ts';
import { scanEvents } from './scan.ts';
import { type StatsRequest, spanOf } from './request.ts';
import { select } from './selection.ts';

export interface HistogramRequest extends StatsRequest {
  /** `auto`, which makes some dozens of bars, by default. */
  readonly bucket?: Bucket | 'auto' | undefined;
}

export interface HistogramBar {
  /** The bar's whole time, of which events are counted within `from` and `to` of the answer. RFC 3339, UTC. */
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
}

export interface Histogram {
  readonly bucket: Bucket;
  readonly zone: string;
  /** What is counted: from included, to excluded. */
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly buckets: readonly HistogramBar[];
  /** Whether there may be more or fewer events than counted. */
  readonly estimate: boolean;
  /** Of an estimate that was broken off: what was recorded since then is counted. */
  readonly searchedBackTo?: string;
}

/** By bar, then by place in OUTCOMES. */
type Grid = number[][];

interface Ask {
  readonly query: Query;
  readonly clock: Clock;
  readonly plan: StatsPlan;
  readonly bucket: HistogramRequest['bucket'];
}

/** Bars of a time, and what stands in them. */
interface Drawn extends Bars {
  readonly grid: Grid;
  readonly estimate: boolean;
  readonly searchedBackToMs?: number | undefined;
}

/**
 * @param log the tenant's log, or undefined when nothing was ever recorded for the tenant
 * @throws Failure `query_invalid`, `parameter_invalid`, `query_timeout`, `store_unavailable`
 * @example await histogram(store.reader, log, { q: 'action:bot.* at:-90d', zone: 'Europe/Berlin' });
 */
export async function histogram(reader: Reader, log: ReadScope | undefined, request: HistogramRequest = {}): Promise<Histogram> {
  const query = askedOf(log, parse(request.q ?? ''));
  const clock = { nowMs: request.nowMs ?? Date.now(), zone: checkZone(request.zone ?? 'UTC') };
  const ask = { query, clock, plan: planStats(query, clock, spanOf(request, clock)), bucket: request.bucket };
  const drawn = log === undefined ? await empty(ask) : ((await counted(reader, log, ask)) ?? (await scanned(reader, log, ask)));
  return present(drawn, clock);
}

function barsAsked({ plan: { span }, clock, bucket = 'auto' }: Ask): Omit<BarsAsked, 'first'> {
  return { span, clock, bucket };
}

/** From the counters; undefined when they cannot tell. */
async function counted(reader: Reader, log: ReadScope, ask: Ask): Promise<Drawn | undefined> {
  const { plan, clock } = ask;
  // What is counted is the whole tenant.
  if (!plan.countable || log.within !== undefined) return undefined;
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx) => {
    const cursor = await openCounters(tx, log.tenantId);
    if (cursor === undefined) return undefined;
    return draw(tx, cursor, ask, await barsOf({ ...barsAsked(ask), first: () => oldest(tx, cursor, clock.nowMs) }));
  });
}

/** The hour in which the oldest event occurred. */
async function oldest(tx: pg.ClientBase, cursor: Cursor, nowMs: number): Promise<number> {
  const { tenantId, projected, size } = cursor;
  const times = [nowMs];
  for (const { start, split, columns } of await readFirst(tx, cursor)) {
    if (!split)
      decodeCells(columns.outcome ?? Buffer.alloc(0), (_, slot) => times.push((start + Math.floor(slot / OUTCOMES.length)) * HOUR_MS));
  }
  const recorded = await recordedBounds(tx, tenantId, { from: projected, to: size - 1 });
  if (recorded !== undefined) {
    const stretch = { fromSeq: projected, toSeq: size, recorded };
    for (const { slot } of await countEvents(tx, tenantId, { stretch, slots: 'hour', facets: [], total: true })) times.push(slot * HOUR_MS);
  }
  return Math.min(...times);
}

/** Undefined when the counters cannot tell. */
async function draw(
  tx: pg.ClientBase,
  cursor: Cursor,
  { query, clock, plan }: Ask,
  { bucket, bounds, span }: Bars,
): Promise<Drawn | undefined> {
  // In zones that are half an hour off, every bar would cut an hour.
  if (bounds.slice(1, -1).some((bound) => bound % HOUR_MS !== 0)) return undefined;
  const { columns, sign } = select(plan, cursor.named);
  const reading = await readCounters(tx, cursor, { query, clock, span, bounds, columns, facets: [] });
  const grid = emptyGrid(bounds);
  let isCertain = true;
  const add = (bar: number, outcome: number, count: number): void => {
    const column = grid[bar];
    if (column !== undefined) column[outcome] = (column[outcome] ?? 0) + count;
  };
  for (const column of columns) {
    reading.forEach(column, (value, outcome, count, hour) => {
      const times = sign(column, value, outcome);
      isCertain &&= times !== undefined;
      if (times !== undefined && times !== 0) add(barOf(Math.max(hour * HOUR_MS, span.fromMs), bounds), outcome, times * count);
    });
  }
  for (const { slot, outcome, count } of reading.beside) add(slot - 1, outcome, count);
  if (!isCertain) return undefined;
  return { bucket, bounds, span, grid: grid.map((column) => column.map(Math.round)), estimate: reading.shared };
}

/** The bar that holds an instant. */
function barOf(ms: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high - 1) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] as number) <= ms) low = middle;
    else high = middle;
  }
  return low;
}

function emptyGrid(bounds: readonly number[]): Grid {
  return Array.from({ length: bounds.length - 1 }, () => OUTCOMES.map(() => 0));
}

async function empty(ask: Ask): Promise<Drawn> {
  const drawn = await barsOf({ ...barsAsked(ask), first: () => ask.clock.nowMs });
  return { ...drawn, grid: emptyGrid(drawn.bounds), estimate: false };
}

/** Event by event. */
async function scanned(reader: Reader, log: ReadScope, ask: Ask): Promise<Drawn> {
  const { query, clock } = ask;
  const drawn = await barsOf({ ...barsAsked(ask), first: () => oldestEvent(reader, log, clock.nowMs) });
  const { counted: found, searchedBackToMs } = await scanEvents(reader, {
    scope: log,
    query,
    clock,
    span: drawn.span,
    slots: drawn.bounds,
    facets: [],
  });
  const grid = emptyGrid(drawn.bounds);
  for (const { slot, outcome, count } of found) {
    const column = grid[slot - 1];
    if (column !== undefined) column[outcome] = (column[outcome] ?? 0) + count;
  }
  return { ...drawn, grid, estimate: searchedBackToMs !== undefined, searchedBackToMs };
}

/** By the index of time: one look a partition. */
async function oldestEvent(reader: Reader, log: ReadScope, nowMs: number): Promise<number> {
  const { tenantId, within } = log;
  if (within !== undefined) {
    const { events, searchedBackTo } = await listEvents(reader, log, { order: 'asc', limit: 1, nowMs });
    return Date.parse(events[0]?.occurredAt ?? searchedBackTo ?? new Date(nowMs).toISOString());
  }
  const answer = await asTenant(reader, tenantId, QUERY_MS_MAX, (tx) =>
    tx.query<{ ms: string | null }>(
      'select floor(extract(epoch from min(occurred_at)) * 1000)::bigint as ms from indelible.event where tenant_id = $1',
      [tenantId],
    ),
  );
  return Number(answer.rows[0]?.ms ?? nowMs);
}

function present({ bucket, bounds, span, grid, estimate, searchedBackToMs }: Drawn, { zone, nowMs }: Clock): Histogram {
  const buckets = grid.map((column, index): HistogramBar => {
    const [success = 0, failure = 0, denied = 0] = column;
    const [from = 0, to = 0] = bounds.slice(index, index + 2);
    return { from: time(from), to: time(to), total: success + failure + denied, byOutcome: { success, failure, denied } };
  });
  // The clocks of senders may be ahead: a bar that has not begun is shown only when it holds something.
  while ((buckets.at(-1)?.total ?? 1) === 0 && (bounds[buckets.length - 1] ?? 0) > nowMs && buckets.length > 1) buckets.pop();
  return {
    bucket,
    zone,
    from: time(span.fromMs),
    to: time(span.toMs),
    total: buckets.reduce((sum, { total }) => sum + total, 0),
    buckets,
    estimate,
    ...(searchedBackToMs === undefined ? {} : { searchedBackTo: time(searchedBackToMs) }),
  };
}

/** RFC 3339 has no year past 9999. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function time(ms: number): string {
  return new Date(Math.min(ms, LAST_MS)).toISOString();
}
