// Places in the order of a page, and blocks in the order of the first place that an event of theirs could have.

import { CLOCK_SKEW_MS_MAX } from '@indelible/core';
import type { Position, Slice } from '../store/read-events.ts';
import type { CandidateBlock } from '../store/search-candidates.ts';

type Order = Pick<Slice, 'order'>;

/** Smaller for what comes earlier in the order of a page. */
export function signed(ms: number, { order }: Order): number {
  return order === 'asc' ? ms : -ms;
}

/** Below zero when the first comes before the second. */
export function compare(a: Position, b: Position, slice: Order): number {
  return signed(a.occurredMs - b.occurredMs || a.seq - b.seq, slice);
}

export function firstPlace({ occurredFromMs, occurredToMs }: CandidateBlock, slice: Order): number {
  return signed(slice.order === 'asc' ? occurredFromMs : occurredToMs, slice);
}

/** The last place before every event of a block, and of the blocks behind it: a millisecond aside, on the far side of all its places. */
export function placeBefore(block: CandidateBlock, slice: Order): Position {
  const ms = firstPlace(block, slice);
  return slice.order === 'asc' ? { occurredMs: ms - 1, seq: Number.MAX_SAFE_INTEGER } : { occurredMs: 1 - ms, seq: 0 };
}

/** A run of blocks that can be looked ahead into. */
export interface BlockQueue {
  /** The next block, which stays the next; undefined at the end. */
  peek(): Promise<CandidateBlock | undefined>;
  take(): Promise<CandidateBlock | undefined>;
}

/** Some blocks, and what is known of those that are still unread. */
export interface BlockPart {
  readonly blocks: readonly CandidateBlock[];
  /** Milliseconds since 1970: nothing that is unread was recorded later. */
  readonly unreadToMs: number;
}

/**
 * Blocks in order. Newest first they are read only as they are needed: what lies further back in the log was recorded earlier,
 * so that it occurred a little later than that at the most.
 *
 * @param first blocks that are known
 * @param next the next of the others; undefined at the end
 */
export function blocksInOrder(first: readonly CandidateBlock[], next: () => Promise<BlockPart | undefined>, slice: Order): BlockQueue {
  const sorted = (all: readonly CandidateBlock[]): CandidateBlock[] => all.toSorted((a, b) => firstPlace(a, slice) - firstPlace(b, slice));
  let known = sorted(first);
  let isEnd = false;
  /** No event of an unread block has an earlier place: oldest first it may have any. */
  let bound = Number.NEGATIVE_INFINITY;
  const peek = async (): Promise<CandidateBlock | undefined> => {
    for (;;) {
      const [head] = known;
      if (isEnd || (head !== undefined && firstPlace(head, slice) <= bound)) return head;
      const part = await next();
      isEnd = part === undefined;
      if (part === undefined) continue;
      known = sorted([...known, ...part.blocks]);
      if (slice.order === 'desc') bound = Math.max(bound, signed(part.unreadToMs + CLOCK_SKEW_MS_MAX, slice));
    }
  };
  const take = async (): Promise<CandidateBlock | undefined> => {
    await peek();
    return known.shift();
  };
  return { peek, take };
}
