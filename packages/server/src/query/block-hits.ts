// Which events of candidate blocks a search reads: those that have the tokens, as the index knows it of each event; of a block
// with too many words for that, all.

import type pg from 'pg';
import { CHECK_EVENTS_MAX } from '../limits.ts';
import type { Condition } from '../store/read-events.ts';
import { type CandidateBlock, placesThat, readPlacesOf } from '../store/search-candidates.ts';
import { BLOCK_EVENTS } from '../store/search-signature.ts';
import type { Few } from './scan.ts';
import type { SearchPlan } from './search-plan.ts';

export interface BlockHits {
  readonly block: CandidateBlock;
  /** Sequence numbers of the events that may be meant; undefined when any event of the block may. */
  readonly seqs: readonly number[] | undefined;
}

/** For people who ask how a page was found. */
const NAME = 'text search';
/** Blocks of any events that are read at a time: what one statement holds of them fits into work_mem. */
const ANY_BLOCKS_MAX = 4;
/** Events that are read at a time at least, about; and how many for each that is wanted, for some occurred long before. */
const HITS_MIN = 16;
const HITS_A_WANTED = 1.25;

/** In the order of the blocks, without those of which no event is meant. */
export async function readHits(
  tx: pg.ClientBase,
  tenantId: number,
  { tokens, clauses }: SearchPlan,
  blocks: readonly CandidateBlock[],
): Promise<BlockHits[]> {
  const numbers = blocks.map(({ block }) => block);
  const places = await readPlacesOf(tx, tenantId, numbers, tokens);
  return blocks.flatMap((block): BlockHits[] => {
    const found = places.get(block.block);
    if (found === undefined) return [{ block, seqs: undefined }];
    const seqs = placesThat(found, clauses).map((place) => block.block * BLOCK_EVENTS + place);
    return seqs.length === 0 ? [] : [{ block, seqs }];
  });
}

/**
 * Consecutive blocks whose events are read by one statement: all of one sort, and so many that they are likely to be enough.
 *
 * @param wanted events that the page still has room for
 */
export function* portionsOf(hits: readonly BlockHits[], wanted: number): Generator<readonly BlockHits[]> {
  const most = Math.min(CHECK_EVENTS_MAX, Math.max(HITS_MIN, wanted * HITS_A_WANTED));
  let portion: BlockHits[] = [];
  let count = 0;
  for (const hit of hits) {
    const isOther = portion[0] !== undefined && (portion[0].seqs === undefined) !== (hit.seqs === undefined);
    if (isOther || count >= (hit.seqs === undefined ? ANY_BLOCKS_MAX : most)) {
      yield portion;
      portion = [];
      count = 0;
    }
    portion.push(hit);
    count += hit.seqs?.length ?? 1;
  }
  if (portion.length > 0) yield portion;
}

/** How the events of a portion are looked up. */
export function leadOf(portion: readonly BlockHits[], { isWhole }: SearchPlan): Few['lead'] {
  const seqs = portion.flatMap(({ seqs: found }) => found ?? []);
  if (seqs.length > 0 && isWhole) return { kind: 'places', name: NAME, seqs };
  if (seqs.length > 0) return { kind: 'few', name: NAME, condition: ({ bind }) => `e.seq = any(${bind(seqs)}::bigint[])` };
  const blocks = portion.map(({ block }) => block.block);
  // Written so that the rows are found by their sequence numbers, and not by a walk in the order of the page.
  const condition: Condition = ({ bind }) =>
    `e.seq = any(array(select b::bigint * ${BLOCK_EVENTS} + i from unnest(${bind(blocks)}::int[]) b, generate_series(0, ${BLOCK_EVENTS - 1}) i))`;
  return { kind: 'few', name: NAME, condition };
}
