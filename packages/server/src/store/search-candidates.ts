// Which blocks of a log may hold some words, read as the reader in its tenant's transaction.

import { CLOCK_SKEW_MS_MAX } from '@indelible/core';
import type pg from 'pg';
import type { RecordedRange } from './read-events.ts';
import type { BlockTimes } from './search-rows.ts';
import { bucketSql, placesIn } from './search-places.ts';
import { BLOCK_EVENTS, GROUP_BLOCKS, membersWithAll, sliceBytes, WORD_BITS, type WordHash } from './search-signature.ts';
import { timestampText } from './timestamp.ts';

/** A block that may hold what is looked for. */
export interface CandidateBlock extends BlockTimes {
  readonly block: number;
}

/** Events that are looked for, by their times: milliseconds since 1970, `recorded.toMs` excluded, the others included. */
export interface SearchWindow {
  readonly recorded: RecordedRange;
  readonly occurredFromMs: number;
  readonly occurredToMs: number;
}

/** How far the index of a log goes: the first sequence number that is not in it, and the first that the log does not have. */
export async function readIndexed(tx: pg.ClientBase, tenantId: number): Promise<{ to: number; size: number }> {
  const answer = await tx.query<{ blocks: number; size: string }>(
    `select l.size, coalesce((select blocks from indelible.search_cursor where tenant_id = $1), 0) as blocks from indelible.log l where tenant_id = $1`,
    [tenantId],
  );
  const row = answer.rows[0];
  return { to: (row?.blocks ?? 0) * BLOCK_EVENTS, size: Number(row?.size ?? 0) };
}

/**
 * Which tokens an event must have: of each clause one alternative, and of that all tokens, by their places in a list. What is
 * asked for has one clause at least, a clause one alternative, and that one token.
 */
export type Clauses = readonly (readonly (readonly number[])[])[];

/** No event occurred earlier. */
const OCCURRED_MS_MIN = Date.parse('0001-01-01T00:00:00.000Z');

/**
 * The blocks from a sequence number on as they will be. Nobody knows when their events occurred, but that it was no later than
 * a clock that is ahead could say.
 */
export async function readUnindexedTimes(tx: pg.ClientBase, tenantId: number, fromSeq: number): Promise<CandidateBlock[]> {
  const answer = await tx.query<{ block: number; recorded_from: string; recorded_to: string }>(
    `select (seq / ${BLOCK_EVENTS})::int as block, (extract(epoch from min(recorded_at)) * 1000)::bigint as recorded_from,
       (extract(epoch from max(recorded_at)) * 1000)::bigint as recorded_to
     from indelible.event_key where tenant_id = $1 and seq >= $2 group by 1`,
    [tenantId, fromSeq],
  );
  return answer.rows.map((row) => ({
    block: row.block,
    recordedFromMs: Number(row.recorded_from),
    recordedToMs: Number(row.recorded_to),
    occurredFromMs: OCCURRED_MS_MIN,
    occurredToMs: Number(row.recorded_to) + CLOCK_SKEW_MS_MAX,
  }));
}

/** What is looked for in the index. */
export interface Tokens {
  readonly tokens: readonly WordHash[];
  readonly clauses: Clauses;
}

export interface Candidates {
  /** Blocks that may hold what is asked for. */
  readonly blocks: readonly number[];
  /** How many blocks were asked: those of the window, roughly. */
  readonly asked: number;
  /** Milliseconds since 1970: when the first event of those was recorded; infinite when none was asked. */
  readonly recordedFromMs: number;
}

/** @param groups whose blocks are asked; `to` is excluded. Those of a group that is not full count as one behind all that are. */
export async function findCandidates(
  tx: pg.ClientBase,
  tenantId: number,
  window: SearchWindow,
  { tokens, clauses }: Tokens,
  groups: { readonly from: number; readonly to: number } = EVERY_GROUP,
): Promise<Candidates> {
  const hashes = [tokens.map(({ first }) => first), tokens.map(({ second }) => second)];
  const asked = [tenantId, ...windowTexts(window), ...hashes, groups.from, Math.min(groups.to, MAX_INT)];
  const open = groups.to <= MAX_INT ? [] : (await tx.query<OpenRow>(OPEN, asked.slice(0, -2))).rows;
  const sliced = await tx.query<SlicedRow>(SLICED, asked);
  const blocks = open.filter(({ holds }) => meets(clauses, (token) => holds[token] === true)).map(({ block }) => block);
  let total = open.length;
  for (const { grp, members, found } of sliced.rows) {
    total += members.length;
    for (const place of membersThat(members, found ?? Buffer.alloc(0), tokens.length, clauses)) blocks.push(grp * GROUP_BLOCKS + place);
  }
  const times = [...open, ...sliced.rows].map(({ recorded_from }) => Number(recorded_from));
  return { blocks, asked: total, recordedFromMs: Math.min(...times) };
}

const MAX_INT = 2 ** 31 - 1;
const EVERY_GROUP = { from: 0, to: Number.MAX_SAFE_INTEGER };

interface OpenRow {
  block: number;
  recorded_from: string;
  holds: boolean[];
}

interface SlicedRow {
  grp: number;
  recorded_from: string;
  members: Buffer;
  found: Buffer | null;
}

function meets(clauses: Clauses, holds: (token: number) => boolean): boolean {
  return clauses.every((alternatives) => alternatives.some((tokens) => tokens.every(holds)));
}

/** The times of those blocks that lie in a window, in no order. */
export async function readBlockTimes(
  tx: pg.ClientBase,
  tenantId: number,
  window: SearchWindow,
  blocks: readonly number[],
): Promise<CandidateBlock[]> {
  if (blocks.length === 0) return [];
  const answer = await tx.query<{ block: number; recorded_from: string; recorded_to: string; occurred_from: string; occurred_to: string }>(
    `select b.block, ${['recorded_from', 'recorded_to', 'occurred_from', 'occurred_to'].map((name) => `${milliseconds(name)} as ${name}`).join(', ')}
     from indelible.search_block b where b.tenant_id = $1 and b.block = any($6::int[]) and ${within('b')}`,
    [tenantId, ...windowTexts(window), blocks],
  );
  return answer.rows.map((row) => ({
    block: row.block,
    recordedFromMs: Number(row.recorded_from),
    recordedToMs: Number(row.recorded_to),
    occurredFromMs: Number(row.occurred_from),
    occurredToMs: Number(row.occurred_to),
  }));
}

function milliseconds(column: string, alias = 'b'): string {
  return `(extract(epoch from ${alias}.${column}) * 1000)::bigint`;
}

function windowTexts({ recorded, occurredFromMs, occurredToMs }: SearchWindow): string[] {
  return [recorded.fromMs, recorded.toMs, occurredFromMs, occurredToMs].map(timestampText);
}

/** That a row's times and a window ($2 to $5) have something in common. */
function within(alias: string): string {
  return `${alias}.recorded_to >= $2 and ${alias}.recorded_from < $3 and ${alias}.occurred_to >= $4 and ${alias}.occurred_from <= $5`;
}

// Blocks of a group that is not full: each says for itself of which tokens ($6 and $7) no bit is missing; see search-signature.ts.
const OPEN = `select o.block, ${milliseconds('recorded_from')} as recorded_from, array(
    select o.bits = 0 or not exists (select from generate_series(0, ${WORD_BITS - 1}) i, lateral (select (h.first + i * h.second) % o.bits as bit) p
      where get_bit(substring(o.signature from (p.bit / 8 + 1)::int for 1), p.bit % 8) = 0)
    from unnest($6::bigint[], $7::bigint[]) with ordinality h (first, second, place) order by h.place) as holds
  from indelible.search_open o join indelible.search_block b on b.tenant_id = $1 and b.block = o.block
  where o.tenant_id = $1 and ${within('b')}`;

// Full groups: only the slices of the tokens' bits are read, one token after the other, and put together by the caller.
const SLICED = `select s.grp, ${milliseconds('recorded_from', 's')} as recorded_from, s.members, case when s.bits > 0 then (
    select string_agg(substring(s.slices from ((h.first + i * h.second) % s.bits * w.width + 1)::int for w.width), ''::bytea order by h.place, i)
    from unnest($6::bigint[], $7::bigint[]) with ordinality h (first, second, place), generate_series(0, ${WORD_BITS - 1}) i) end as found
  from indelible.search_slices s, lateral (select (octet_length(s.members) + 7) / 8 as width) w
  where s.tenant_id = $1 and s.grp >= $8 and s.grp < $9 and ${within('s')}`;

/** The places of events in a block, for each token of a list. */
export type TokenPlaces = readonly (readonly number[])[];

/** Which events of some blocks may have tokens. A block that is not in the answer has too many words: any of its events may. */
export async function readPlacesOf(
  tx: pg.ClientBase,
  tenantId: number,
  blocks: readonly number[],
  tokens: readonly WordHash[],
): Promise<ReadonlyMap<number, TokenPlaces>> {
  const answer = await tx.query<{ block: number; buckets: Buffer[] }>(BUCKETS, [tenantId, blocks, tokens.map(({ first }) => first)]);
  return new Map(
    answer.rows.map(({ block, buckets }) => [block, tokens.map((token, index) => placesIn(buckets[index] ?? Buffer.alloc(0), token))]),
  );
}

const BUCKETS = `select p.block, array(
    select ${bucketSql('p', 'h.first')} from unnest($3::bigint[]) with ordinality h (first, place) order by h.place) as buckets
  from indelible.search_places p where p.tenant_id = $1 and p.block = any($2::int[])`;

/** The places of the events of a block that may meet clauses, in order. */
export function placesThat(found: TokenPlaces, clauses: Clauses): number[] {
  const having = found.map((places) => new Set(places));
  const all = [...new Set(found.flat())].sort((a, b) => a - b);
  return all.filter((place) => meets(clauses, (token) => having[token]?.has(place) === true));
}

/** The places in a group of the blocks that may meet clauses. */
function membersThat(members: Buffer, found: Buffer, tokens: number, clauses: Clauses): number[] {
  const bytes = sliceBytes(members) * WORD_BITS;
  // Without bits they may hold any word.
  const having = Array.from(
    { length: tokens },
    (_, token) => new Set(membersWithAll(members, found.subarray(token * bytes, (token + 1) * bytes))),
  );
  return [...members].filter((place) => meets(clauses, (token) => having[token]?.has(place) === true));
}
