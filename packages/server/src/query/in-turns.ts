// Work in memory that gives way: one process serves everybody, so nobody's events may keep the others waiting.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { WORK_MS_MAX } from '../limits.ts';

/** The time as work sees it; tests have their own. */
export interface WorkClock {
  /** Milliseconds. */
  readonly now: () => number;
  /** Resolves when everything else that waits has had its turn. */
  readonly giveWay: () => Promise<unknown>;
}

export const WORK_CLOCK: WorkClock = { now: () => performance.now(), giveWay: () => nextTurn() };

/**
 * Does a piece of work for each item, in order, and gives way whenever WORK_MS_MAX of it are over.
 *
 * @param work ends the whole of it by answering false
 * @example await inTurns(rows, (row) => void kept.push(present(scope, row)));
 */
export async function inTurns<Item>(
  items: Iterable<Item>,
  work: (item: Item) => boolean | void,
  { now, giveWay }: WorkClock = WORK_CLOCK,
): Promise<void> {
  let begun = now();
  for (const item of items) {
    if (now() - begun >= WORK_MS_MAX) {
      await giveWay();
      begun = now();
    }
    if (work(item) === false) return;
  }
}
