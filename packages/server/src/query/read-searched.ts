// Reads a slice of a query with free text or changed fields by the index of blocks: only events that the index leads to are
// read, and they are checked like any others.
//
// Blocks follow the order of recording, pages that of occurrence. So blocks are taken in the order of the first place of a
// page that an event of theirs could have, by the newest (asc: oldest) time at which one occurred; once the page is full and
// its last event comes before that place, no further block can add to it. Events that are not indexed yet come first of all.

import { CLOCK_SKEW_MS_MAX, Failure } from '@indelible/core';
import type pg from 'pg';
import { SEARCH_TAIL_EVENTS_MAX } from '../limits.ts';
import { usePlans } from '../store/as-tenant.ts';
import { type EventRow, filledBy, type Position, type RecordedRange, type Slice } from '../store/read-events.ts';
import type { Found } from '../store/scan-statement.ts';
import { type CandidateBlock, findCandidates, readIndexed, readUnindexedTimes, type SearchWindow } from '../store/search-candidates.ts';
import { BLOCK_EVENTS, GROUP_BLOCKS } from '../store/search-signature.ts';
import { type BlockHits, leadOf, portionsOf, readHits } from './block-hits.ts';
import { type BlockQueue, blocksInOrder, compare, firstPlace, placeBefore, signed } from './block-order.ts';
import { type BlockQuestion, newestFirst, type NextPart, timesOf } from './block-source.ts';
import type { Until } from './read-page.ts';
import type { Few, SliceScan } from './scan.ts';
import type { SearchPlan } from './search-plan.ts';

/** Up to so many blocks the index is followed however many others there are. */
const BLOCKS_FEW = 16;
/** Blocks of which the index is asked for events at first, for most pages are full soon, and at a time from then on. */
const BLOCKS_FIRST = 16;
const BLOCKS_NEXT = 64;
/** One event of so many that has the words makes a block dense. */
const DENSE = 4;

interface Search {
  readonly tx: pg.ClientBase;
  readonly tenantId: number;
  readonly plan: SearchPlan;
  readonly scan: SliceScan;
  readonly slice: Slice;
  readonly until: Until;
  /** Turns the transaction to plans of one sort. */
  readonly plans: (tx: pg.ClientBase, plans: 'ordered' | 'kept') => Promise<void>;
  /** What is found so far, in order; no more than fills the slice. */
  page: EventRow[];
}

/** The reading of one page's slices by the index. */
export interface SearchedRead {
  readonly read: (tx: pg.ClientBase, slice: Slice, until: Until) => Promise<Found>;
  /** Whether the index leads through all of the log at once, so that a slice may be as long as it likes. */
  readonly isWhole: (tx: pg.ClientBase) => Promise<boolean>;
}

/**
 * @param scan reads without the index: takes the same events, only slower, or sooner when most of them have the words
 * @param lookMs milliseconds after which one look says how far it came, when that is further than where it began; as much as the page has by default
 */
export function makeSearchedRead(tenantId: number, plan: SearchPlan, scan: SliceScan, lookMs = Number.POSITIVE_INFINITY): SearchedRead {
  // A page is read in one snapshot.
  let known: Promise<Unindexed> | undefined;
  const unindexed = (tx: pg.ClientBase): Promise<Unindexed> => (known ??= findUnindexed(tx, tenantId));
  let present: 'ordered' | 'kept' = 'ordered';
  const plans: Search['plans'] = async (tx, next) => {
    if (present !== next) await usePlans(tx, next);
    present = next;
  };
  const read: SearchedRead['read'] = async (tx, slice, { soon, end }) => {
    const walk = async (): Promise<Found> => {
      await plans(tx, 'ordered');
      return scan.read(tx, slice, { soon, end });
    };
    const until = { soon: Math.min(soon, performance.now() + lookMs), end };
    const tail = await unindexed(tx);
    if (tail.count > SEARCH_TAIL_EVENTS_MAX) return walk();
    const question = { tenantId, window: windowOf(plan, slice), plan };
    const next = await partsOf(tx, question, slice, tail);
    if (next === undefined) return walk();
    const first = tail.blocks.filter((block) => isIn(question.window, block));
    const queue = blocksInOrder(first, next, slice);
    const found = await follow({ tx, tenantId, plan, scan, slice, until, plans, page: [] }, queue);
    return found ?? walk();
  };
  return { read, isWhole: async (tx) => plan.isWhole && (await unindexed(tx)).count <= SEARCH_TAIL_EVENTS_MAX };
}

/** The candidates of a slice; undefined where following them is not the shorter way. */
async function partsOf(tx: pg.ClientBase, question: BlockQuestion, slice: Slice, { groups }: Unindexed): Promise<NextPart | undefined> {
  const { tenantId, window, plan } = question;
  if (slice.order === 'desc' && plan.isWhole) return newestFirst(tx, question, groups);
  const { blocks, asked } = await findCandidates(tx, tenantId, window, plan);
  return narrows(blocks.length, asked, plan, slice) ? timesOf(tx, question, blocks, Number.NEGATIVE_INFINITY) : undefined;
}

/** Undefined when it turns out that a walk in the order of the page is shorter. */
async function follow(search: Search, queue: BlockQueue): Promise<Found | undefined> {
  const { tx, tenantId, plan, slice, until } = search;
  for (let count = BLOCKS_FIRST; ; count = BLOCKS_NEXT) {
    const blocks = await nextBlocks(search, queue, count);
    if (blocks.length === 0) return { rows: search.page };
    const hits = await readHits(tx, tenantId, plan, blocks);
    if (isDense(hits, plan)) return undefined;
    const portions = [...portionsOf(hits, slice.limit - search.page.length)];
    for (const [index, portion] of portions.entries()) {
      const [next] = portion as [BlockHits];
      if (!canAdd(search, next.block)) return { rows: search.page };
      const settled = placeBefore(next.block, slice);
      if (performance.now() > until.soon && isBehind(settled, slice)) return upTo(settled, search);
      const stoppedAt = await takePortion(search, portion, portions[index + 1]?.[0]?.block ?? (await queue.peek()));
      if (stoppedAt !== undefined) return upTo(stoppedAt, search);
    }
  }
}

/** The next blocks that can add to the page. */
async function nextBlocks(search: Search, queue: BlockQueue, count: number): Promise<CandidateBlock[]> {
  const blocks: CandidateBlock[] = [];
  while (blocks.length < count) {
    const next = await queue.peek();
    if (next === undefined || !canAdd(search, next)) break;
    blocks.push(next);
    await queue.take();
  }
  return blocks;
}

function canAdd({ page, slice }: Search, block: CandidateBlock): boolean {
  const last = filledBy(page, slice) === undefined ? undefined : page.at(-1);
  return last === undefined || firstPlace(block, slice) <= signed(last.occurredMs, slice);
}

/** Whether so many events have the words that reading one after the other is quicker than looking each up; it is not where all of them are meant. */
function isDense(hits: readonly BlockHits[], { isWhole }: SearchPlan): boolean {
  const counts = hits.flatMap(({ seqs }) => seqs?.length ?? []);
  return !isWhole && counts.reduce((sum, count) => sum + count, 0) > (counts.length * BLOCK_EVENTS) / DENSE;
}

async function takePortion(
  search: Search,
  portion: readonly BlockHits[],
  unread: CandidateBlock | undefined,
): Promise<Position | undefined> {
  const { plan, slice, page } = search;
  const blocks = portion.map(({ block }) => block);
  const last = filledBy(page, slice) === undefined ? undefined : page.at(-1);
  const part = { ...slice, recorded: overlap(slice.recorded, blocks), before: last ?? slice.before };
  return take(search, part, leadOf(portion, plan), unread);
}

/** Adds to the page what a part of the slice holds; answers the place where it stopped for want of time, before the first unread block. */
async function take(search: Search, part: Slice, lead: Few['lead'], unread: CandidateBlock | undefined): Promise<Position | undefined> {
  const { tx, scan, slice, until } = search;
  const settledAt = (place: Position): Position => (unread === undefined ? place : firstOf(place, placeBefore(unread, slice), slice));
  const isOver = (place: Position): boolean => {
    const now = performance.now();
    if (now > until.end) throw new Failure('query_timeout', 'looking through the events took too long');
    return now > until.soon && isBehind(settledAt(place), slice);
  };
  await search.plans(tx, lead.kind === 'places' ? 'kept' : 'ordered');
  const { rows, searchedTo } = await scan.readFew(tx, part, { lead, until, isOver });
  const joined = [...search.page, ...rows].sort((a, b) => compare(a, b, slice));
  search.page = joined.slice(0, filledBy(joined, slice));
  return searchedTo && settledAt(searchedTo);
}

interface Unindexed {
  /** Groups of blocks that are full. */
  readonly groups: number;
  readonly count: number;
  /** Of too many events, none. */
  readonly blocks: readonly CandidateBlock[];
}

/** The events that are not indexed yet, cut into blocks as they will be. */
async function findUnindexed(tx: pg.ClientBase, tenantId: number): Promise<Unindexed> {
  const { to, size } = await readIndexed(tx, tenantId);
  const count = size - to;
  const groups = Math.floor(to / BLOCK_EVENTS / GROUP_BLOCKS);
  return { groups, count, blocks: count > 0 && count <= SEARCH_TAIL_EVENTS_MAX ? await readUnindexedTimes(tx, tenantId, to) : [] };
}

function isIn({ recorded, occurredFromMs }: SearchWindow, block: CandidateBlock): boolean {
  return block.recordedToMs >= recorded.fromMs && block.recordedFromMs < recorded.toMs && block.occurredToMs >= occurredFromMs;
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
 * Whether following the index is the shorter way. Newest first it is, for the first blocks fill the page or show that it is
 * not. Oldest first every block may have to be read, for one imported event puts its block in front; and where another index
 * leads to few events, no page may ever be full. Then the blocks are weighed against a walk that meets one such event in each.
 */
function narrows(candidates: number, asked: number, plan: SearchPlan, { order, limit }: Slice): boolean {
  if (candidates <= BLOCKS_FEW || (order === 'desc' && !plan.hasIndexedTerm)) return true;
  return candidates * candidates <= limit * asked;
}

function firstOf(a: Position, b: Position, slice: Slice): Position {
  return compare(a, b, slice) <= 0 ? a : b;
}

/** Whether a page that ends at a place comes further than where it began, as the walk sees it. */
function isBehind(place: Position, slice: Slice): boolean {
  const newest = slice.order === 'desc' ? { occurredMs: slice.recorded.toMs + CLOCK_SKEW_MS_MAX, seq: 0 } : undefined;
  const start = slice.after ?? newest;
  return start === undefined || compare(place, start, slice) > 0;
}

function upTo(place: Position, { page, slice }: Search): Found {
  return { rows: page.filter((row) => compare(row, place, slice) <= 0), searchedTo: place };
}

function overlap({ fromMs, toMs }: RecordedRange, blocks: readonly CandidateBlock[]): RecordedRange {
  return {
    fromMs: Math.max(fromMs, Math.min(...blocks.map((block) => block.recordedFromMs))),
    toMs: Math.min(toMs, Math.max(...blocks.map((block) => block.recordedToMs)) + 1),
  };
}
