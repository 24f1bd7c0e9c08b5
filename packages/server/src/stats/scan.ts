// Counts event by event what no counter knows, newest recorded first, for as long as it may take. It says how far it came.

import { type AuditEvent, CLOCK_SKEW_MS_MAX, Failure, matches, OUTCOMES, type Query } from '@indelible/core';
import type pg from 'pg';
import { CHECK_BYTES_MAX, STATS_CHECK_EVENTS, STATS_SCAN_EVENTS, STATS_SCAN_EVENTS_MAX, STATS_SCAN_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { type Counted, countEvents, type CountQuestion, occurredWithin, type Stretch } from '../store/count-events.ts';
import { FACETS, type FacetName } from '../store/facet-columns.ts';
import { type Condition, filledBy, readBackwards, recordedBounds } from '../store/read-events.ts';
import { type Clock, compile } from '../query/compile.ts';
import { inTurns, WORK_CLOCK, type WorkClock } from '../query/in-turns.ts';
import { present, type ReadScope } from '../query/present.ts';
import type { Span } from './plan.ts';

export interface Scan {
  readonly scope: ReadScope;
  readonly query: Query;
  readonly clock: Clock;
  readonly span: Span;
  readonly slots: readonly number[] | 'none';
  readonly facets: readonly FacetName[];
}

export interface Scanned {
  readonly counted: readonly Counted[];
  /** Milliseconds since 1970: every event that was recorded since then is counted; undefined when all events are. */
  readonly searchedBackToMs: number | undefined;
}

const STEP_MS_MIN = 50;

/**
 * @param work its time, and how checks give way
 * @throws Failure `store_unavailable`; time that ran out is no fault
 */
export async function scanEvents(reader: Reader, scan: Scan, work: WorkClock = WORK_CLOCK): Promise<Scanned> {
  const { tenantId } = scan.scope;
  const deadline = work.now() + STATS_SCAN_MS_MAX;
  const { condition, exact, bounds } = compile(scan.query, scan.clock);
  const within = occurredWithin(scan.span.fromMs, scan.span.toMs);
  const both: Condition = (context) => `(${condition(context)}) and ${within(context)}`;
  const whole = await asTenant(reader, tenantId, STATS_SCAN_MS_MAX, async (tx) => lastSeq(tx, tenantId));
  const first = bounds.seq.from ?? 0;
  let toSeq = Math.min(whole - 1, bounds.seq.to ?? whole - 1) + 1;
  const lengthMax = exact ? STATS_SCAN_EVENTS_MAX : STATS_CHECK_EVENTS;
  let length = exact ? STATS_SCAN_EVENTS : STATS_CHECK_EVENTS / 8;
  let searchedBackToMs = Number.POSITIVE_INFINITY;
  const counted: Counted[] = [];
  while (toSeq > first) {
    const started = work.now();
    const left = deadline - started;
    const stretch = { fromSeq: Math.max(first, toSeq - length), toSeq };
    const check = exact ? undefined : { deadline, work };
    const step = left < STEP_MS_MIN ? undefined : await countStretch(reader, scan, stretch, both, check, Math.ceil(left));
    if (step === undefined) return { counted, searchedBackToMs: Math.min(searchedBackToMs, scan.clock.nowMs) };
    for (const one of step.counted) counted.push(one);
    searchedBackToMs = step.recordedFromMs ?? searchedBackToMs;
    // What occurred later than this was recorded later.
    if (searchedBackToMs + CLOCK_SKEW_MS_MAX < scan.span.fromMs) break;
    toSeq = step.fromSeq;
    if (work.now() - started < STATS_SCAN_MS_MAX / 8) length = Math.min(lengthMax, length * 2);
  }
  return { counted, searchedBackToMs: undefined };
}

async function lastSeq(tx: pg.ClientBase, tenantId: number): Promise<number> {
  const answer = await tx.query<{ size: string }>('select size from indelible.log where tenant_id = $1', [tenantId]);
  return Number(answer.rows[0]?.size ?? 0);
}

interface Step {
  readonly counted: readonly Counted[];
  /** What of the stretch was counted: from here on, and recorded since then. */
  readonly fromSeq: number;
  readonly recordedFromMs: number | undefined;
}

/** How events are checked here. */
interface Check {
  readonly deadline: number;
  readonly work: WorkClock;
}

/** Undefined when the time ran out. Each in a transaction of its own: one that is broken off loses only itself. */
async function countStretch(
  reader: Reader,
  scan: Scan,
  range: Omit<Stretch, 'recorded'>,
  condition: Condition,
  check: Check | undefined,
  timeoutMs: number,
): Promise<Step | undefined> {
  const { tenantId } = scan.scope;
  try {
    return await asTenant(reader, tenantId, timeoutMs, async (tx) => {
      const recorded = await recordedBounds(tx, tenantId, { from: range.fromSeq, to: range.toSeq - 1 });
      if (recorded === undefined) return { counted: [], fromSeq: range.fromSeq, recordedFromMs: undefined };
      const stretch = { ...range, recorded };
      if (check !== undefined) return checkEvents(tx, scan, stretch, condition, check);
      const question: CountQuestion = { stretch, slots: scan.slots, facets: scan.facets, total: true, condition };
      return { counted: await countEvents(tx, tenantId, question), fromSeq: range.fromSeq, recordedFromMs: recorded.fromMs };
    });
  } catch (error) {
    if (error instanceof Failure && error.code === 'query_timeout') return undefined;
    throw error;
  }
}

/** What SQL lets through too much of is looked at one by one, newest first, for as long as there is time, and once at least. */
async function checkEvents(
  tx: pg.ClientBase,
  scan: Scan,
  stretch: Stretch,
  condition: Condition,
  { deadline, work }: Check,
): Promise<Step> {
  const rows = await readBackwards(tx, scan.scope.tenantId, stretch, condition, CHECK_BYTES_MAX);
  const counted: Counted[] = [];
  let checked = 0;
  await inTurns(
    rows,
    (row) => {
      const event = present(scan.scope, row);
      if (matches(scan.query, event, { seq: row.seq, ...scan.clock }))
        counted.push(...countOne(event, scan.facets, slotOf(row.occurredMs, scan.slots)));
      checked++;
      return work.now() < deadline;
    },
    work,
  );
  const last = rows[checked - 1];
  const isWhole = checked === rows.length && filledBy(rows, { limit: Number.POSITIVE_INFINITY, bytes: CHECK_BYTES_MAX }) === undefined;
  if (isWhole || last === undefined) return { counted, fromSeq: stretch.fromSeq, recordedFromMs: stretch.recorded.fromMs };
  // Others may have been recorded in the same millisecond.
  return { counted, fromSeq: last.seq, recordedFromMs: last.recordedMs + 1 };
}

function countOne(event: AuditEvent, facets: readonly FacetName[], slot: number): Counted[] {
  const outcome = OUTCOMES.indexOf(event.outcome);
  const values = facets.flatMap((facet) => {
    const value = FACETS[facet].of(event);
    return value === undefined ? [] : [{ slot, outcome, facet, value, count: 1 }];
  });
  return [{ slot, outcome, facet: undefined, value: '', count: 1 }, ...values];
}

/** As width_bucket has it. */
function slotOf(ms: number, slots: Scan['slots']): number {
  if (slots === 'none') return 0;
  const next = slots.findIndex((bound) => bound > ms);
  return next === -1 ? slots.length : next;
}
