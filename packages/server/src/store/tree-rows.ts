// The rows that a log's tree is made of: leaf hashes, full tiles, checkpoints. As the appender or, in its tenant's
// transaction, as the reader.

import { TILE_WIDTH, type TilePlace } from '@indelible/core';
import type pg from 'pg';
import { SYSTEM_TENANT_ID } from './log-row.ts';

/** Some leaves of a log, `to` exclusive. */
export interface LeafSpan {
  readonly tenantId: number;
  readonly from: number;
  readonly to: number;
}

const AGGREGATE = `select s.ordinal, e.count, e.whole, e.hashes from unnest($1::int[], $2::bigint[], $3::bigint[]) with ordinality s (tenant_id, a, b, ordinal)
   cross join lateral (
     select count(*)::int as count, coalesce(bool_and(seq = s.a + place), true) as whole, coalesce(string_agg(leaf_hash, ''::bytea order by seq), '') as hashes
     from (select seq, leaf_hash, row_number() over (order by seq) - 1 as place from `;
const OF_EVENTS = `${AGGREGATE} indelible.event where tenant_id = s.tenant_id and seq >= s.a and seq < s.b) leaf) e order by s.ordinal`;
const OF_SYSTEM = `${AGGREGATE} indelible.system_leaf where seq >= s.a and seq < s.b) leaf) e order by s.ordinal`;

/**
 * The leaf hashes of several spans, 32 bytes each, in the order of the spans; undefined for one that has a gap or a
 * sequence number twice. All spans are of tenants' logs, or all of the system log.
 */
export async function readLeafHashes(client: pg.ClientBase, spans: readonly LeafSpan[]): Promise<(Buffer | undefined)[]> {
  if (spans.length === 0) return [];
  const system = spans[0]?.tenantId === SYSTEM_TENANT_ID;
  const answer = await client.query<{ count: number; whole: boolean; hashes: Buffer }>(system ? OF_SYSTEM : OF_EVENTS, [
    spans.map((span) => span.tenantId),
    spans.map((span) => span.from),
    spans.map((span) => span.to),
  ]);
  return spans.map(({ from, to }, index) => {
    const row = answer.rows[index];
    const sound = row !== undefined && row.whole && row.count === to - from && row.hashes.length === 32 * row.count;
    return sound ? row.hashes : undefined;
  });
}

/** The first sequence number of a span that is missing, there twice, or without a whole hash; undefined when there is none. */
export async function findGap(client: pg.ClientBase, { tenantId, from, to }: LeafSpan): Promise<number | undefined> {
  const table = tenantId === SYSTEM_TENANT_ID ? 'indelible.system_leaf where' : `indelible.event where tenant_id = ${tenantId} and`;
  const answer = await client.query<{ expected: string }>(
    `select $1::bigint + place as expected from (
       select seq, length(leaf_hash) as bytes, row_number() over (order by seq) - 1 as place from ${table} seq >= $1 and seq < $2) leaf
     where seq <> $1::bigint + place or bytes <> 32 order by place limit 1`,
    [from, to],
  );
  const first = answer.rows[0];
  if (first !== undefined) return Number(first.expected);
  const counted = await client.query<{ count: string }>(`select count(*) from ${table} seq >= $1 and seq < $2`, [from, to]);
  const count = Number(counted.rows[0]?.count);
  return count === to - from ? undefined : from + count;
}

/** The stored full tiles of a level with from <= n < to: n -> 8,192 bytes. */
export async function readTiles(
  client: pg.ClientBase,
  tenantId: number,
  level: number,
  from: number,
  to: number,
): Promise<Map<number, Buffer>> {
  const answer = await client.query<{ n: string; hashes: Buffer }>(
    'select n, hashes from indelible.tile where tenant_id = $1 and level = $2 and n >= $3 and n < $4',
    [tenantId, level, from, to],
  );
  return new Map(answer.rows.map((row) => [Number(row.n), row.hashes]));
}

export async function readTile(client: pg.ClientBase, tenantId: number, place: TilePlace): Promise<Buffer | undefined> {
  return (await readTiles(client, tenantId, place.level, place.index, place.index + 1)).get(place.index);
}

/** How many leaves of a log are in full tiles. */
export async function countTiledLeaves(client: pg.ClientBase, tenantId: number): Promise<number> {
  const answer = await client.query<{ n: string }>(
    'select n from indelible.tile where tenant_id = $1 and level = 0 order by n desc limit 1',
    [tenantId],
  );
  const last = answer.rows[0];
  return last === undefined ? 0 : (Number(last.n) + 1) * TILE_WIDTH;
}

/** A published checkpoint. */
export interface CheckpointRow {
  readonly tenantId: number;
  readonly size: number;
  readonly root: Buffer;
  /** The signed note. */
  readonly note: string;
  /** When it was sealed: milliseconds since 1970. */
  readonly t: number;
  /** The system log's leaf that holds it; undefined for the system log's own. */
  readonly systemSeq: number | undefined;
}

export interface StoredCheckpoint {
  tenant_id: number;
  size: string;
  root: Buffer;
  note: string;
  t: string;
  system_seq: string | null;
}

export const CHECKPOINT_COLUMNS = 'tenant_id, size, root, note, t, system_seq';

export function presentCheckpoint(row: StoredCheckpoint): CheckpointRow {
  return {
    tenantId: row.tenant_id,
    size: Number(row.size),
    root: row.root,
    note: row.note,
    t: Number(row.t),
    systemSeq: row.system_seq === null ? undefined : Number(row.system_seq),
  };
}

/** Of a checkpoint c: two keys of the log itself have signed it. Their lines begin with its origin, those of witnesses do not. */
export const SIGNED_BY_TWO = String.raw`array_length(string_to_array(c.note, E'\n\u2014 ' || split_part(c.note, E'\n', 1) || ' '), 1) > 2`;

/** Of the system log the checkpoints that two keys signed and whose last leaf is a change of the key, the oldest first. */
export async function readKeyChanges(client: pg.ClientBase): Promise<(CheckpointRow & { readonly leaf: string })[]> {
  const answer = await client.query<StoredCheckpoint & { leaf: string }>(
    `select c.*, s.leaf from indelible.checkpoint c join indelible.system_leaf s on s.seq = c.size - 1
     where c.tenant_id = 0 and ${SIGNED_BY_TWO} and s.leaf like '{"a":"ed25519","k":"key",%' order by c.size`,
  );
  return answer.rows.map((row) => ({ ...presentCheckpoint(row), leaf: row.leaf }));
}

/** The newest published checkpoint of a log. */
export async function newestCheckpoint(client: pg.ClientBase, tenantId: number): Promise<CheckpointRow | undefined> {
  const answer = await client.query<StoredCheckpoint>(
    `select ${CHECKPOINT_COLUMNS} from indelible.checkpoint where tenant_id = $1 order by size desc limit 1`,
    [tenantId],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : presentCheckpoint(row);
}

/** The leaf texts of the system log from one sequence number on. */
export async function readSystemLeaves(client: pg.ClientBase, from: number, to: number): Promise<{ seq: number; leaf: string }[]> {
  const answer = await client.query<{ seq: string; leaf: string }>(
    'select seq, leaf from indelible.system_leaf where seq >= $1 and seq < $2 order by seq',
    [from, to],
  );
  return answer.rows.map((row) => ({ seq: Number(row.seq), leaf: row.leaf }));
}
