// The blocks that may hold what is looked for, a part at a time, the newest of the log first: of most questions the first part
// fills the page, however long the log is.

import type pg from 'pg';
import { findCandidates, readBlockTimes, type SearchWindow } from '../store/search-candidates.ts';
import type { BlockPart } from './block-order.ts';
import type { SearchPlan } from './search-plan.ts';

/** Groups of blocks that are asked at first, and blocks whose times are read at first; then twice as many, and so on. */
const GROUPS_FIRST = 8;
const BLOCKS_FIRST = 64;

export interface BlockQuestion {
  readonly tenantId: number;
  readonly window: SearchWindow;
  readonly plan: SearchPlan;
}

/** The next part; undefined at the end. */
export type NextPart = () => Promise<BlockPart | undefined>;

/** @param groups how many groups of the log are full */
export function newestFirst(tx: pg.ClientBase, question: BlockQuestion, groups: number): NextPart {
  const { tenantId, window, plan } = question;
  let left = groups;
  let isOpenRead = false;
  let unreadToMs = Number.POSITIVE_INFINITY;
  let parts: NextPart | undefined;
  let count = GROUPS_FIRST;
  return async () => {
    for (;;) {
      const part = await parts?.();
      if (part !== undefined) return part;
      if (isOpenRead && left === 0) return undefined;
      const from = Math.max(0, left - count);
      // Those of the last group, which is not full, come with the first of the others.
      const found = await findCandidates(tx, tenantId, window, plan, { from, to: isOpenRead ? left : Number.MAX_SAFE_INTEGER });
      isOpenRead = true;
      [left, count] = [from, count * 2];
      unreadToMs = Math.min(unreadToMs, found.recordedFromMs);
      parts = timesOf(tx, question, found.blocks, unreadToMs);
    }
  };
}

/**
 * The times of blocks that are known to be candidates.
 *
 * @param behindMs milliseconds since 1970: nothing that lies behind all of them was recorded later
 */
export function timesOf(tx: pg.ClientBase, { tenantId, window }: BlockQuestion, blocks: readonly number[], behindMs: number): NextPart {
  const unread = blocks.toSorted((a, b) => b - a);
  let count = BLOCKS_FIRST;
  let unreadToMs = Number.POSITIVE_INFINITY;
  return async () => {
    if (unread.length === 0) return undefined;
    const found = await readBlockTimes(tx, tenantId, window, unread.splice(0, count));
    count *= 2;
    unreadToMs = Math.min(unreadToMs, ...found.map(({ recordedFromMs }) => recordedFromMs));
    return { blocks: found, unreadToMs: unread.length === 0 ? Math.min(unreadToMs, behindMs) : unreadToMs };
  };
}
