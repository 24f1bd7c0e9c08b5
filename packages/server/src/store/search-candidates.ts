// Which blocks of a log may hold some words, read as the reader in its tenant's transaction.

import type pg from 'pg';
import type { RecordedRange } from './read-events.ts';
import type { BlockTimes } from './search-rows.ts';
import { BLOCK_EVENTS, GROUP_BLOCKS, membersWithAll, WORD_BITS, type WordHash } from './search-signature.ts';
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

export interface Candidates {
  /** Blocks that may hold all the words. */
  readonly blocks: readonly number[];
  /** How many blocks were asked: those of the window, roughly. */
  readonly asked: number;
}

export async function findCandidates(
  tx: pg.ClientBase,
  tenantId: number,
  window: SearchWindow,
  words: readonly WordHash[],
): Promise<Candidates> {
  const asked = [tenantId, ...windowTexts(window), words.map(({ first }) => first), words.map(({ second }) => second)];
  const open = await tx.query<{ block: number; holds: boolean }>(OPEN, asked);
  const sliced = await tx.query<{ grp: number; members: Buffer; found: Buffer | null }>(SLICED, asked);
  const blocks = open.rows.filter(({ holds }) => holds).map(({ block }) => block);
  let total = open.rows.length;
  for (const { grp, members, found } of sliced.rows) {
    total += members.length;
    for (const place of membersWithAll(members, found ?? Buffer.alloc(0))) blocks.push(grp * GROUP_BLOCKS + place);
  }
  return { blocks, asked: total };
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

function milliseconds(column: string): string {
  return `(extract(epoch from b.${column}) * 1000)::bigint`;
}

function windowTexts({ recorded, occurredFromMs, occurredToMs }: SearchWindow): string[] {
  return [recorded.fromMs, recorded.toMs, occurredFromMs, occurredToMs].map(timestampText);
}

/** That a row's times and a window ($2 to $5) have something in common. */
function within(alias: string): string {
  return `${alias}.recorded_to >= $2 and ${alias}.recorded_from < $3 and ${alias}.occurred_to >= $4 and ${alias}.occurred_from <= $5`;
}

/** The bits of the words ($6 and $7) in a filter; see search-signature.ts. */
function positions(bits: string): string {
  return `(select (h.first + i * h.second) % ${bits} as bit from unnest($6::bigint[], $7::bigint[]) h (first, second), generate_series(0, ${WORD_BITS - 1}) i)`;
}

// Blocks of a group that is not full: each says for itself whether no bit is missing.
const OPEN = `select o.block, case when o.bits = 0 then true else not exists (
    select 1 from ${positions('o.bits')} p where get_bit(substring(o.signature from (p.bit / 8 + 1)::int for 1), p.bit % 8) = 0) end as holds
  from indelible.search_open o join indelible.search_block b on b.tenant_id = $1 and b.block = o.block
  where o.tenant_id = $1 and ${within('b')}`;

// Full groups: only the slices of the words' bits are read, and put together by the caller.
const SLICED = `select s.grp, s.members, case when s.bits > 0 then (
    select string_agg(substring(s.slices from (p.bit * w.width + 1)::int for w.width), ''::bytea) from ${positions('s.bits')} p) end as found
  from indelible.search_slices s, lateral (select (octet_length(s.members) + 7) / 8 as width) w
  where s.tenant_id = $1 and ${within('s')}`;
