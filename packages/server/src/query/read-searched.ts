// Reads a slice of a query with free text by the index of blocks: only the blocks that may hold the words are read, and their
// events are checked like any others.
//
// Blocks follow the order of recording, pages that of occurrence. So blocks are taken in the order of the first place of a
// page that an event of theirs could have, by the newest (asc: oldest) time at which one occurred; once the page is full and
// its last event comes before that place, no further block can add to it. Events that are not indexed yet come first of all.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { SEARCH_TAIL_EVENTS_MAX } from '../limits.ts';
import {
  type Condition,
  type EventRow,
  filledBy,
  type Position,
  type RecordedRange,
  recordedBounds,
  type Slice,
} from '../store/read-events.ts';
import type { Found } from '../store/scan-statement.ts';
import { type CandidateBlock, findCandidates, readBlockTimes, readIndexed, type SearchWindow } from '../store/search-candidates.ts';
import { BLOCK_EVENTS } from '../store/search-signature.ts';
import type { Until } from './read-page.ts';
import type { SliceScan } from './scan.ts';
import type { SearchPlan } from './search-plan.ts';

/** Blocks that one statement reads, at most: what it holds of them fits into work_mem. It begins with one, for most pages are full soon. */
const BLOCKS_AT_ONCE_MAX = 4;
/** Up to so many blocks the index is followed however many others there are. */
const BLOCKS_FEW = 16;
const LOOK_MS = 300;

/**
 * Makes the reading of one page's slices.
 *
 * @param scan reads without the index: takes the same events, only slower, or sooner when most blocks hold the words
 * @param lookMs milliseconds after which one look says how far it came, when that is further than where it began
 */
export function makeSearchedRead(
  tenantId: number,
  plan: SearchPlan,
  scan: SliceScan,
  lookMs = LOOK_MS,
): (tx: pg.ClientBase, slice: Slice, until: Until) => Promise<Found> {
  // A page is read in one snapshot.
  let known: Promise<Unindexed> | undefined;
  return async (tx, slice, until) => {
    const soon = Math.min(until.soon, performance.now() + lookMs);
    const tail = await (known ??= findUnindexed(tx, tenantId));
    if (tail.count > SEARCH_TAIL_EVENTS_MAX) return scan.read(tx, slice, until);
    const window = windowOf(plan, slice);
    const { blocks, asked } = await findCandidates(tx, tenantId, window, plan.words);
    if (!narrows(blocks.length, asked, plan, slice)) return scan.read(tx, slice, until);

    const queue = (await readBlockTimes(tx, tenantId, window, blocks)).sort((a, b) => firstPlace(a, slice) - firstPlace(b, slice));
    let page: EventRow[] = [];
    /** Adds to the page what a part of the slice holds; answers the place where it stopped for want of time, before the first unread block. */
    const take = async (part: Slice, condition: Condition, unread: CandidateBlock | undefined): Promise<Position | undefined> => {
      const settledAt = (place: Position): Position => (unread === undefined ? place : firstOf(place, placeBefore(unread, slice), slice));
      const isOver = (place: Position): boolean => {
        const now = performance.now();
        if (now > until.end) throw new Failure('query_timeout', 'looking through the events took too long');
        return now > soon && isBehind(settledAt(place), slice.after, slice);
      };
      const { rows, searchedTo } = await scan.readFew(tx, part, { condition, until, isOver });
      const joined = [...page, ...rows].sort((a, b) => compare(a, b, slice));
      page = joined.slice(0, filledBy(joined, slice));
      return searchedTo && settledAt(searchedTo);
    };
    const ofTail = tailOf(tail, slice);
    const stopped = ofTail && (await take(ofTail.part, ofTail.condition, queue[0]));
    if (stopped !== undefined) return upTo(stopped, page, slice);
    for (let at = 0, count = 1; at < queue.length; at += count, count = Math.min(count * 2, BLOCKS_AT_ONCE_MAX)) {
      const last = filledBy(page, slice) === undefined ? undefined : page.at(-1);
      const batch = queue
        .slice(at, at + count)
        .filter((block) => last === undefined || firstPlace(block, slice) <= signed(last.occurredMs, slice));
      const [next] = batch;
      if (next === undefined) break;
      const settled = placeBefore(next, slice);
      if (performance.now() > soon && isBehind(settled, slice.after, slice)) return upTo(settled, page, slice);
      const recorded = overlap(slice.recorded, batch);
      const stoppedAt = await take({ ...slice, recorded, before: last ?? slice.before }, inBlocks(batch), queue[at + count]);
      if (stoppedAt !== undefined) return upTo(stoppedAt, page, slice);
    }
    return { rows: page };
  };
}

interface Unindexed {
  /** The first sequence number that is not indexed, and how many events there are from it on. */
  readonly from: number;
  readonly count: number;
  readonly recorded: RecordedRange | undefined;
}

async function findUnindexed(tx: pg.ClientBase, tenantId: number): Promise<Unindexed> {
  const { to, size } = await readIndexed(tx, tenantId);
  return { from: to, count: size - to, recorded: await recordedBounds(tx, tenantId, { from: to }) };
}

/** The part of a slice that is not indexed. */
function tailOf({ from, recorded }: Unindexed, slice: Slice): { readonly part: Slice; readonly condition: Condition } | undefined {
  if (recorded === undefined) return undefined;
  const fromMs = Math.max(slice.recorded.fromMs, recorded.fromMs);
  if (fromMs >= slice.recorded.toMs) return undefined;
  return { part: { ...slice, recorded: { ...slice.recorded, fromMs } }, condition: ({ bind }) => `e.seq >= ${bind(from)}` };
}

/** Only events between the place where a page begins and the worst that it has so far belong to a page. */
function windowOf(plan: SearchPlan, { recorded, order, after, before }: Slice): SearchWindow {
  const [low, high] = order === 'asc' ? [after, before] : [before, after];
  return {
    recorded,
    occurredFromMs: Math.max(plan.occurredFromMs, low?.occurredMs ?? Number.NEGATIVE_INFINITY),
    occurredToMs: Math.min(plan.occurredToMs, high?.occurredMs ?? Number.POSITIVE_INFINITY),
  };
}

/**
 * Whether following the index is the shorter way. Newest first it is, unless most blocks hold the words: then a walk in the
 * order of the page meets events that fit as soon. Oldest first every block may have to be read, for one imported event puts
 * its block in front; and where another index leads to few events, no page may ever be full. Then the blocks are weighed
 * against a walk that meets one such event in each of them.
 */
function narrows(candidates: number, asked: number, plan: SearchPlan, { order, limit }: Slice): boolean {
  if (candidates <= BLOCKS_FEW) return true;
  if (order === 'desc' && !plan.hasIndexedTerm) return candidates * 2 <= asked;
  return candidates * candidates <= limit * asked;
}

/** Smaller for what comes earlier in the order of the slice. */
function signed(ms: number, { order }: Slice): number {
  return order === 'asc' ? ms : -ms;
}

function firstPlace({ occurredFromMs, occurredToMs }: CandidateBlock, slice: Slice): number {
  return signed(slice.order === 'asc' ? occurredFromMs : occurredToMs, slice);
}

/** Below zero when the first comes before the second. */
function compare(a: Position, b: Position, slice: Slice): number {
  return signed(a.occurredMs - b.occurredMs || a.seq - b.seq, slice);
}

/** The last place before every event of a block, and of the blocks behind it: a millisecond aside, on the far side of all its places. */
function placeBefore(block: CandidateBlock, slice: Slice): Position {
  const ms = firstPlace(block, slice);
  return slice.order === 'asc' ? { occurredMs: ms - 1, seq: Number.MAX_SAFE_INTEGER } : { occurredMs: 1 - ms, seq: 0 };
}

function firstOf(a: Position, b: Position, slice: Slice): Position {
  return compare(a, b, slice) <= 0 ? a : b;
}

function isBehind(place: Position, after: Position | undefined, slice: Slice): boolean {
  return after === undefined || compare(place, after, slice) > 0;
}

function upTo(place: Position, page: readonly EventRow[], slice: Slice): Found {
  return { rows: page.filter((row) => compare(row, place, slice) <= 0), searchedTo: place };
}

function overlap({ fromMs, toMs }: RecordedRange, blocks: readonly CandidateBlock[]): RecordedRange {
  return {
    fromMs: Math.max(fromMs, Math.min(...blocks.map((block) => block.recordedFromMs))),
    toMs: Math.min(toMs, Math.max(...blocks.map((block) => block.recordedToMs)) + 1),
  };
}

/** Written so that the rows are found by their sequence numbers, and not by a walk in the order of the page. */
function inBlocks(blocks: readonly CandidateBlock[]): Condition {
  return ({ bind }) => {
    const list = bind(blocks.map(({ block }) => block));
    return `e.seq = any(array(select b::bigint * ${BLOCK_EVENTS} + i from unnest(${list}::int[]) b, generate_series(0, ${BLOCK_EVENTS - 1}) i))`;
  };
}
