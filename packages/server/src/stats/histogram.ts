// How many events there are over time, stacked by outcome.

import { checkZone, CLOCK_SKEW_MS_MAX, Failure, OUTCOMES, type Outcome, parse, type Query } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX, STATS_BUCKETS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { EVERY_EVENT, firstDay, readDays } from '../store/counter-rows.ts';
import { countEvents } from '../store/count-events.ts';
import { recordedBounds } from '../store/read-events.ts';
import type { Clock } from '../query/compile.ts';
import type { ReadScope } from '../query/present.ts';
import { autoBucket, type Bucket, bucketBounds, bucketStart, earliestStart } from './buckets.ts';
import { countBeside, type Counters, cutToHours, DAY_MS, HOUR_MS, hoursOf, openCounters, select, type Selection } from './counters.ts';
import { planStats, type Span, type StatsPlan } from './plan.ts';
import { scanEvents } from './scan.ts';
import { type StatsRequest, spanOf } from './request.ts';

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
interface Drawn {
  readonly bucket: Bucket;
  readonly bounds: readonly number[];
  readonly span: Span;
  readonly grid: Grid;
  readonly estimate: boolean;
  readonly searchedBackToMs?: number | undefined;
}

/**
 * @param log the tenant's log, or undefined when nothing was ever recorded for the tenant
 * @throws Failure `query_invalid`, `parameter_invalid`, `query_timeout`, `store_unavailable`
 * @example await histogram(store.reader, log, { q: 'action:bot.* at:-90d', zone: 'Europe/Berlin' });
 */
export async function histogram(reader: pg.Pool, log: ReadScope | undefined, request: HistogramRequest = {}): Promise<Histogram> {
  const query = parse(request.q ?? '');
  const clock = { nowMs: request.nowMs ?? Date.now(), zone: checkZone(request.zone ?? 'UTC') };
  const ask = { query, clock, plan: planStats(query, clock, spanOf(request, clock)), bucket: request.bucket };
  const drawn = log === undefined ? empty(ask) : ((await counted(reader, log, ask)) ?? (await scanned(reader, log, ask)));
  return present(drawn, clock);
}

/** From the counters; undefined when they cannot tell. */
async function counted(reader: pg.Pool, log: ReadScope, ask: Ask): Promise<Drawn | undefined> {
  const { plan, clock } = ask;
  if (!plan.countable) return undefined;
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx) => {
    const counters = await openCounters(tx, log.tenantId);
    const selection = counters === undefined ? undefined : await select(tx, counters, plan);
    if (counters === undefined || selection === undefined) return undefined;
    const firstMs = Number.isFinite(plan.span.fromMs) ? plan.span.fromMs : await oldest(tx, counters, clock.nowMs);
    return draw(tx, counters, selection, ask, bars(ask, firstMs));
  });
}

/** When the oldest event occurred, or a little earlier. */
async function oldest(tx: pg.ClientBase, { tenantId, cursor, size }: Counters, nowMs: number): Promise<number> {
  const first = await firstDay(tx, tenantId, cursor.build);
  const times = [nowMs, ...(first === undefined ? [] : [first * DAY_MS])];
  const recorded = await recordedBounds(tx, tenantId, { from: cursor.projected, to: size - 1 });
  if (recorded !== undefined) {
    const stretch = { fromSeq: cursor.projected, toSeq: size, recorded };
    for (const { slot } of await countEvents(tx, tenantId, { stretch, slots: 'hour', facets: [], total: true })) times.push(slot * HOUR_MS);
  }
  return Math.min(...times);
}

/** The bars of a time; its open ends are the first event, and now. */
function bars({ plan, clock, bucket: wanted = 'auto' }: Ask, firstMs: number): Pick<Drawn, 'bucket' | 'bounds' | 'span'> {
  const toMs = Number.isFinite(plan.span.toMs) ? plan.span.toMs : Math.ceil((clock.nowMs + CLOCK_SKEW_MS_MAX) / HOUR_MS) * HOUR_MS;
  const isOpen = !Number.isFinite(plan.span.fromMs);
  const fromMs = Math.min(isOpen ? firstMs : plan.span.fromMs, toMs);
  const bucket = wanted === 'auto' ? autoBucket({ fromMs, toMs }) : wanted;
  // Nobody has asked for so early a beginning: the answer says where it begins.
  const span = {
    fromMs: isOpen ? Math.max(bucketStart(fromMs, bucket, clock.zone), earliestStart(toMs, bucket, clock.zone)) : fromMs,
    toMs,
  };
  const bounds = bucketBounds(span, bucket, clock.zone);
  if (bounds === undefined) {
    throw new Failure('parameter_invalid', `bucket: there would be more than ${STATS_BUCKETS_MAX} of a ${bucket} each; take larger ones`, {
      pointer: 'bucket',
    });
  }
  return { bucket, bounds, span };
}

async function draw(
  tx: pg.ClientBase,
  counters: Counters,
  selection: Selection,
  { query, clock, plan }: Ask,
  { bucket, bounds, span }: Pick<Drawn, 'bucket' | 'bounds' | 'span'>,
): Promise<Drawn | undefined> {
  // In zones that are half an hour off, every bar would cut an hour.
  if (bounds.slice(1, -1).some((bound) => bound % HOUR_MS !== 0)) return undefined;
  const { whole, edges } = cutToHours(span);
  const beside = await countBeside(tx, counters, { query, clock, span, edges, slots: bounds, facets: [] });
  const grid = emptyGrid(bounds);
  const outcomes = plan.outcomes;
  const add = (bar: number, outcome: number, count: number): void => {
    const column = grid[bar];
    if (column !== undefined && outcomes.has(outcome)) column[outcome] = (column[outcome] ?? 0) + count;
  };
  const cutDays = [
    ...new Set(
      [whole.fromMs, whole.toMs, span.fromMs, span.toMs, ...bounds].filter((ms) => ms % DAY_MS !== 0).map((ms) => Math.floor(ms / DAY_MS)),
    ),
  ];
  const range = { fromDay: Math.floor(span.fromMs / DAY_MS), toDay: Math.ceil(span.toMs / DAY_MS), cutDays };
  const cut = new Set(cutDays);
  const parts = [
    ...(selection.inverted || selection.facet === EVERY_EVENT ? [{ facet: EVERY_EVENT, values: [''], sign: 1 }] : []),
    ...(selection.facet === EVERY_EVENT ? [] : [{ facet: selection.facet, values: selection.values, sign: selection.inverted ? -1 : 1 }]),
  ];
  for (const { facet, values, sign } of parts) {
    for (const row of await readDays(tx, counters.tenantId, counters.cursor.build, { ...range, facets: [facet], values })) {
      if (!cut.has(row.day)) {
        row.counts.forEach((count, outcome) => add(barOf(row.day * DAY_MS, bounds), outcome, sign * count));
        continue;
      }
      for (const { hour, outcome, count } of hoursOf(row)) {
        const ms = hour * HOUR_MS;
        const share = ms >= whole.fromMs && ms < whole.toMs ? 1 : (beside.shares.get(hour) ?? 0);
        if (share > 0) add(barOf(Math.max(ms, span.fromMs), bounds), outcome, sign * count * share);
      }
    }
  }
  for (const { slot, outcome, count } of beside.counted) add(slot - 1, outcome, count);
  return { bucket, bounds, span, grid: grid.map((column) => column.map(Math.round)), estimate: beside.shares.size > 0 };
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

function empty(ask: Ask): Drawn {
  const drawn = bars(ask, ask.clock.nowMs);
  return { ...drawn, grid: emptyGrid(drawn.bounds), estimate: false };
}

/** Event by event. */
async function scanned(reader: pg.Pool, log: ReadScope, ask: Ask): Promise<Drawn> {
  const { query, clock, plan } = ask;
  const isOpen = !Number.isFinite(plan.span.fromMs);
  const firstMs = isOpen ? await oldestEvent(reader, log.tenantId, clock.nowMs) : plan.span.fromMs;
  const drawn = bars(ask, firstMs);
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
async function oldestEvent(reader: pg.Pool, tenantId: number, nowMs: number): Promise<number> {
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

function time(ms: number): string {
  return new Date(ms).toISOString();
}
