// The walk over the month partitions that fills one page in the exact order of (occurredAt, seq).
//
// Partitions are cut by the time of recording, pages are ordered by the time of occurrence. What ties them: an event occurs
// at most CLOCK_SKEW_MS_MAX after it is recorded, but any time before it (imports). So, newest first: once the page is full and
// its last event occurred later than the next older partition's end plus that skew, nothing older can belong to the page.
// Oldest first there is no such end: an import of today may hold the oldest event of all, so every partition is asked; but a
// partition costs one descent of an index there, because the page so far bounds what is looked for.

import { CLOCK_SKEW_MS_MAX, Failure } from '@indelible/core';
import { monthStart } from '../store/partitions.ts';
import type { EventRow, Order, Position, RecordedRange, Slice } from '../store/read-events.ts';

export interface Walk {
  /** The times of recording in which events of the page can lie. */
  readonly recorded: RecordedRange;
  readonly order: Order;
  readonly limit: number;
  readonly after: Position | undefined;
  /** When to give up, on the clock of performance.now(). */
  readonly deadline: number;
  readonly read: (slice: Slice) => Promise<readonly EventRow[]>;
}

/**
 * The next events of a page, in order, at most `limit`.
 *
 * @throws Failure `query_timeout` when the deadline passes between two partitions
 */
export async function walk(ask: Walk): Promise<EventRow[]> {
  let page: EventRow[] = [];
  for (const recorded of steps(ask.recorded)) {
    if (performance.now() > ask.deadline) throw new Failure('query_timeout', 'the walk over the months took too long');
    const last = page.length === ask.limit ? page.at(-1) : undefined;
    const slice = { recorded, order: ask.order, limit: ask.limit, after: ask.after, before: last };
    page = merge(page, await ask.read(slice), ask.order).slice(0, ask.limit);
    if (ask.order === 'desc' && isSettled(page, ask.limit, recorded.fromMs)) break;
  }
  return page;
}

/** Whether no event recorded before `fromMs` can belong to a page, newest first. */
function isSettled(page: readonly EventRow[], limit: number, fromMs: number): boolean {
  const last = page.at(-1);
  return last !== undefined && page.length === limit && last.occurredMs >= fromMs + CLOCK_SKEW_MS_MAX;
}

/** Whole months, newest first; one at a time to begin with, then two, four, ..., so that seven empty years cost few statements. */
export function* steps(recorded: RecordedRange): Generator<RecordedRange> {
  let toMs = recorded.toMs;
  for (let count = 0; toMs > recorded.fromMs; count++) {
    const months = 2 ** Math.max(0, count - 1);
    const fromMs = Math.max(recorded.fromMs, monthStart(new Date(toMs - 1), 1 - months).getTime());
    yield { fromMs, toMs };
    toMs = fromMs;
  }
}

/** Joins two runs, in order; an event that is in both is kept once. */
function merge(left: readonly EventRow[], right: readonly EventRow[], order: Order): EventRow[] {
  const sign = order === 'asc' ? 1 : -1;
  const all = [...left, ...right].sort((a, b) => sign * (a.occurredMs - b.occurredMs || a.seq - b.seq));
  return all.filter((row, index) => row.seq !== all[index - 1]?.seq);
}
