// The walk over the month partitions that fills one page in the exact order of (occurredAt, seq).
//
// Partitions are cut by the time of recording, pages are ordered by the time of occurrence. What ties them: an event occurs
// at most CLOCK_SKEW_MS_MAX after it is recorded, but any time before it (imports). So, newest first: once the page is full and
// its last event occurred later than the next older partition's end plus that skew, nothing older can belong to the page.
// Oldest first there is no such end: an import of today may hold the oldest event of all, so all partitions are walked at once.
//
// When time is up, the page is cut where its order is certain: before the first place at which an event may lie that was
// not looked at. What is unsearched lies behind the place up to which its partition was searched, or, when it was not
// searched at all, no later than its end plus the skew.

import { CLOCK_SKEW_MS_MAX, Failure } from '@indelible/core';
import { isTimedOut, type Plans } from '../store/as-tenant.ts';
import { monthStart } from '../store/partitions.ts';
import { type EventRow, filledBy, type Order, type Position, type RecordedRange, type Slice } from '../store/read-events.ts';
import type { Found } from '../store/scan-statement.ts';

export interface Walk {
  /** The times of recording in which events of the page can lie. */
  readonly recorded: RecordedRange;
  readonly order: Order;
  readonly limit: number;
  /** As in a slice: the page ends with the first event that goes beyond so many bytes. */
  readonly bytes?: number | undefined;
  readonly after: Position | undefined;
  /** What the transaction of the looks is, see asTenant. */
  readonly plans?: Plans | undefined;
  /** Whether one look is to be taken at everything; false by default. */
  readonly isWhole?: boolean | undefined;
  /** When to begin no further look, on the clock of performance.now(); the first look is always taken. */
  readonly deadline: number;
  /** An array alone: the slice was searched to its end. */
  readonly read: (slice: Slice) => Promise<Found | readonly EventRow[]>;
}

export interface Walked {
  /** In order, no more than fill the page. */
  readonly rows: EventRow[];
  /** The place up to which `rows` is the whole answer; absent when it is the whole answer, or the page is full. */
  readonly settledTo?: Position;
}

/**
 * The next events of a page, or those of them that are certain when the time is up.
 *
 * @throws Failure `query_timeout` when the time was up before anything was certain; what `read` throws
 */
export async function walk(ask: Walk): Promise<Walked> {
  const page: EventRow[] = [];
  let isFirst = true;
  for (const recorded of ask.isWhole === true ? [ask.recorded] : ranges(ask.recorded, ask.order, ask.after, ask.plans)) {
    let searchedTo: Position | undefined;
    do {
      if (!isFirst && performance.now() > ask.deadline) return settle(ask, page, unsearchedFrom(ask, recorded, searchedTo));
      isFirst = false;
      const last = isFull(page, ask) ? page.at(-1) : undefined;
      let found: Found;
      try {
        const { order, limit, bytes } = ask;
        found = asFound(await ask.read({ recorded, order, limit, bytes, after: searchedTo ?? ask.after, before: last }));
      } catch (error) {
        const settled = unsearchedFrom(ask, recorded, searchedTo);
        if (!isOutOfTime(error) || !isProgress(ask, settled)) throw error;
        return settle(ask, page, settled);
      }
      merge(page, found.rows, ask);
      // Whoever has found a whole page in a slice has seen what comes before its last event.
      searchedTo = isFull(found.rows, ask) ? undefined : found.searchedTo;
      const end = isFull(page, ask) ? page.at(-1) : undefined;
      if (searchedTo !== undefined && end !== undefined && compare(ask.order, searchedTo, end) >= 0) searchedTo = undefined;
    } while (searchedTo !== undefined);
    if (ask.order === 'desc' && isSettled(page, ask, recorded.fromMs)) break;
  }
  return { rows: page };
}

function asFound(answer: Found | readonly EventRow[]): Found {
  return 'rows' in answer ? answer : { rows: answer };
}

/** Of the database, or of whoever checked what it found. */
function isOutOfTime(error: unknown): boolean {
  return isTimedOut(error) || (error instanceof Failure && error.code === 'query_timeout');
}

function isFull(page: readonly EventRow[], ask: Walk): boolean {
  return filledBy(page, ask) !== undefined;
}

/** Whether no event recorded before `fromMs` can belong to a page, newest first. */
function isSettled(page: readonly EventRow[], ask: Walk, fromMs: number): boolean {
  const last = page.at(-1);
  return last !== undefined && isFull(page, ask) && last.occurredMs >= fromMs + CLOCK_SKEW_MS_MAX;
}

/** The place behind which everything lies that was not searched, when a range was searched up to a place and none after it; undefined for the very beginning. */
function unsearchedFrom({ order, recorded: all }: Walk, range: RecordedRange, searchedTo: Position | undefined): Position | undefined {
  if (order === 'asc') return searchedTo;
  if (searchedTo === undefined) return latest(range.toMs);
  if (range.fromMs <= all.fromMs) return searchedTo;
  const older = latest(range.fromMs);
  return compare(order, older, searchedTo) < 0 ? older : searchedTo;
}

/** Newest first, the place before everything that was recorded before a time. */
function latest(recordedToMs: number): Position {
  return { occurredMs: recordedToMs + CLOCK_SKEW_MS_MAX, seq: 0 };
}

function isProgress({ order, recorded, after }: Walk, settled: Position | undefined): settled is Position {
  if (settled === undefined) return false;
  const start = after ?? (order === 'desc' ? latest(recorded.toMs) : undefined);
  return start === undefined || compare(order, settled, start) > 0;
}

function settle(ask: Walk, page: readonly EventRow[], settled: Position | undefined): Walked {
  if (!isProgress(ask, settled)) throw new Failure('query_timeout', 'looking through the events took too long');
  const rows = page.filter((row) => compare(ask.order, row, settled) <= 0);
  return isFull(rows, ask) ? { rows } : { rows, settledTo: settled };
}

/**
 * Newest first: what was recorded since the month in which the page begins, then whole months, one at a time to begin
 * with, then two, four, ..., so that seven empty years cost few statements; one, four, sixteen, ... where plans are kept, for
 * then it is the statement that costs, and not the partition.
 */
export function* ranges(
  recorded: RecordedRange,
  order: Order,
  after: Position | undefined,
  plans: Plans = 'ordered',
): Generator<RecordedRange> {
  let { toMs } = recorded;
  for (let count = 0; toMs > recorded.fromMs; count++) {
    const months = plans === 'kept' ? 4 ** count : 2 ** Math.max(0, count - 1);
    // With its first range a page must come further than where it begins, whatever the time: so the skew, and one more.
    const newestMs = count > 0 || after === undefined ? toMs - 1 : Math.min(toMs - 1, after.occurredMs - CLOCK_SKEW_MS_MAX - 1);
    const startMs = order === 'asc' ? recorded.fromMs : monthStart(new Date(newestMs), 1 - months).getTime();
    const fromMs = Math.max(recorded.fromMs, startMs);
    yield { fromMs, toMs };
    toMs = fromMs;
  }
}

/** Adds a run to the page, in order; an event that is in both is kept once, and what is too much is dropped. */
function merge(page: EventRow[], run: readonly EventRow[], ask: Walk): void {
  const all = [...page, ...run].sort((a, b) => compare(ask.order, a, b));
  const joined = all.filter((row, index) => row.seq !== all[index - 1]?.seq);
  page.splice(0, page.length, ...joined.slice(0, filledBy(joined, ask)));
}

/** Below zero when the first comes before the second. */
function compare(order: Order, a: Position, b: Position): number {
  return (order === 'asc' ? 1 : -1) * (a.occurredMs - b.occurredMs || a.seq - b.seq);
}
