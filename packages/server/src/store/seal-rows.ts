// The sealer's statements: which logs grew, the system log's row, and the writing of tiles, system leaves and checkpoints.
// As the appender, on the connection that holds the sealing lock.

import { randomBytes } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import { SYSTEM_TENANT_ID } from './log-row.ts';
import { CHECKPOINT_COLUMNS, type CheckpointRow, presentCheckpoint, SIGNED_BY_TWO, type StoredCheckpoint } from './tree-rows.ts';

/** A log whose newest checkpoint is not of its present size. */
export interface GrownLog {
  readonly tenantId: number;
  readonly tenant: string;
  readonly origin: string;
  readonly size: number;
  /** The size of the newest published checkpoint, 0 when there is none. */
  readonly published: number;
  /** The system log's leaf of that checkpoint, or -1. */
  readonly previous: number;
}

/** True when this connection now holds the advisory lock; it is given back when the connection ends. */
export async function tryLock(client: pg.ClientBase, lock: number): Promise<boolean> {
  const answer = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [lock]);
  return answer.rows[0]?.got === true;
}

/** Lets the commits of this connection wait for the disk even where the database's default says otherwise. */
export async function commitDurably(client: pg.ClientBase): Promise<void> {
  const answer = await client.query<{ value: string }>(`select current_setting('synchronous_commit') as value`);
  if (answer.rows[0]?.value === 'off') await client.query('set synchronous_commit = on');
}

/**
 * Logs to be sealed, those that wait longest first.
 *
 * @param sinceT only logs whose last leaf is this new (milliseconds since 1970); 0 for all
 */
export async function findGrown(client: pg.ClientBase, sinceT: number, limit: number): Promise<GrownLog[]> {
  const answer = await client.query<{
    tenant_id: number;
    tenant: string;
    origin: string;
    size: string;
    published: string;
    previous: string;
  }>(
    `select l.tenant_id, l.tenant, l.origin, l.size, coalesce(c.size, 0) as published, coalesce(c.system_seq, -1) as previous
     from indelible.log l
     left join lateral (select size, system_seq, t from indelible.checkpoint where tenant_id = l.tenant_id order by size desc limit 1) c on true
     where l.tenant_id <> 0 and l.frozen_at is null and l.last_t >= $1 and l.size <> coalesce(c.size, 0)
     order by c.t nulls first, l.tenant_id limit $2`,
    [sinceT, limit],
  );
  return answer.rows.map((row) => ({
    ...row,
    tenantId: row.tenant_id,
    size: Number(row.size),
    published: Number(row.published),
    previous: Number(row.previous),
  }));
}

/** Of logs with a size each, those that the database does not have, or has with a smaller size. */
export async function findShrunk(
  client: pg.ClientBase,
  sizes: readonly { origin: string; size: number }[],
): Promise<{ origin: string; size: number }[]> {
  const answer = await client.query<{ origin: string; size: string | null }>(
    `select s.origin, l.size from unnest($1::text[], $2::bigint[]) s (origin, size) left join indelible.log l using (origin)
     where (l.size is null or l.size < s.size) and l.frozen_at is null limit 100`,
    [sizes.map((known) => known.origin), sizes.map((known) => known.size)],
  );
  return answer.rows.map((row) => ({ origin: row.origin, size: Number(row.size ?? 0) }));
}

/** The newest checkpoint leaf that the system log has of a log. Walks the system log back, so only for when nothing else tells. */
export async function findLastSealing(client: pg.ClientBase, originHash: string): Promise<{ seq: number; leaf: string } | undefined> {
  const answer = await client.query<{ seq: string; leaf: string }>(
    'select seq, leaf from indelible.system_leaf where strpos(leaf, $1) > 0 order by seq desc limit 1',
    [`"o":"${originHash}"`],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : { seq: Number(row.seq), leaf: row.leaf };
}

/** The last leaf of the system log that names a key. Walks the system log back, so only for a succession. */
export async function findLastKeyLeaf(client: pg.ClientBase): Promise<string | undefined> {
  const answer = await client.query<{ leaf: string }>(
    `select leaf from indelible.system_leaf where leaf like '{"a":"ed25519","k":"key",%' order by seq desc limit 1`,
  );
  return answer.rows[0]?.leaf;
}

export interface SystemLog {
  readonly origin: string;
  readonly size: number;
  /** Milliseconds since 1970: the `t` of the last leaf. */
  readonly lastT: number;
}

/** The system log's row; made when it is missing. */
export async function openSystemLog(client: pg.ClientBase): Promise<SystemLog> {
  await client.query(
    `insert into indelible.log (tenant_id, tenant, log_id, origin, mac_key)
     select $1, '_system', 'system', log_name || '/log/system', $2 from indelible.trail on conflict do nothing`,
    [SYSTEM_TENANT_ID, randomBytes(32)],
  );
  const answer = await client.query<{ origin: string; size: string; last_t: string }>(
    'select origin, size, last_t from indelible.log where tenant_id = $1',
    [SYSTEM_TENANT_ID],
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Failure('database_unsuitable', 'the database has not been migrated');
  return { origin: row.origin, size: Number(row.size), lastT: Number(row.last_t) };
}

export interface TileRow {
  readonly tenantId: number;
  readonly level: number;
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Fails when a tile is there already: full tiles are written once. */
export async function insertTiles(client: pg.ClientBase, tiles: readonly TileRow[]): Promise<void> {
  if (tiles.length === 0) return;
  await client.query(
    'insert into indelible.tile (tenant_id, level, n, hashes) select * from unnest($1::int[], $2::smallint[], $3::bigint[], $4::bytea[])',
    [tiles.map((tile) => tile.tenantId), tiles.map((tile) => tile.level), tiles.map((tile) => tile.index), tiles.map((tile) => tile.bytes)],
  );
}

export interface SystemLeafRow {
  readonly seq: number;
  readonly text: string;
  readonly hash: Uint8Array;
  /** Milliseconds since 1970. */
  readonly t: number;
}

/**
 * Appends to the system log, in the caller's transaction.
 *
 * @throws Error when the log is not where the leaves begin: somebody else has written to it
 */
export async function appendSystemLeaves(client: pg.ClientBase, leaves: readonly SystemLeafRow[]): Promise<void> {
  const [first, last] = [leaves[0], leaves.at(-1)];
  if (first === undefined || last === undefined) return;
  await client.query(
    'insert into indelible.system_leaf (seq, leaf, leaf_hash) select * from unnest($1::bigint[], $2::text[], $3::bytea[])',
    [leaves.map((leaf) => leaf.seq), leaves.map((leaf) => leaf.text), leaves.map((leaf) => leaf.hash)],
  );
  const moved = await client.query('update indelible.log set size = $1, last_t = $2 where tenant_id = $3 and size = $4', [
    last.seq + 1,
    last.t,
    SYSTEM_TENANT_ID,
    first.seq,
  ]);
  if (moved.rowCount !== 1) throw new Error(`the system log does not end at ${first.seq}`);
}

const DAY_MS = 86_400_000;

/**
 * Publishes checkpoints and drops those that they replace: of each log the newest stays, and the last of each day (UTC). Those
 * of the system log that two keys signed stay for good: by them the change of the key is proved.
 */
export async function publish(client: pg.ClientBase, checkpoints: readonly CheckpointRow[]): Promise<void> {
  await insertCheckpoints(client, checkpoints);
  await client.query(
    `delete from indelible.checkpoint c using unnest($1::int[], $2::bigint[], $3::bigint[]) s (tenant_id, size, day)
     where c.tenant_id = s.tenant_id and c.size < s.size and c.t >= s.day and not (c.tenant_id = 0 and ${SIGNED_BY_TWO})`,
    [checkpoints.map((row) => row.tenantId), checkpoints.map((row) => row.size), checkpoints.map((row) => row.t - (row.t % DAY_MS))],
  );
}

async function insertCheckpoints(client: pg.ClientBase, checkpoints: readonly CheckpointRow[]): Promise<void> {
  await client.query(
    `insert into indelible.checkpoint (${CHECKPOINT_COLUMNS})
     select * from unnest($1::int[], $2::bigint[], $3::bytea[], $4::text[], $5::bigint[], $6::bigint[])`,
    [
      checkpoints.map((row) => row.tenantId),
      checkpoints.map((row) => row.size),
      checkpoints.map((row) => row.root),
      checkpoints.map((row) => row.note),
      checkpoints.map((row) => row.t),
      checkpoints.map((row) => row.systemSeq ?? null),
    ],
  );
}

/** The keys that are good now. */
export async function presentKeys(client: pg.ClientBase): Promise<Buffer[]> {
  const answer = await client.query<{ public_key: Buffer }>(
    'select public_key from indelible.signer_key where valid_to is null order by valid_from',
  );
  return answer.rows.map((row) => row.public_key);
}

/** Puts a key on record as good; one that was so before, as after its directory was restored, is so again. */
export async function addKey(client: pg.ClientBase, publicKey: Uint8Array): Promise<void> {
  await client.query('insert into indelible.signer_key (public_key) values ($1) on conflict (public_key) do update set valid_to = null', [
    publicKey,
  ]);
}

export async function endKeys(client: pg.ClientBase): Promise<void> {
  await client.query('update indelible.signer_key set valid_to = now() where valid_to is null');
}

/** The newest checkpoint of each tenant's log that is not frozen, by tenant number from one on. */
export async function newestCheckpoints(
  client: pg.ClientBase,
  after: number,
  limit: number,
): Promise<(CheckpointRow & { readonly origin: string })[]> {
  const answer = await client.query<StoredCheckpoint & { origin: string }>(
    `select l.origin, c.* from indelible.log l
     cross join lateral (select ${CHECKPOINT_COLUMNS} from indelible.checkpoint where tenant_id = l.tenant_id order by size desc limit 1) c
     where l.tenant_id > $1 and l.frozen_at is null order by l.tenant_id limit $2`,
    [after, limit],
  );
  return answer.rows.map((row) => ({ ...presentCheckpoint(row), origin: row.origin }));
}

/** Puts other signatures under checkpoints that are published, in the caller's transaction. */
export async function signAnew(client: pg.ClientBase, checkpoints: readonly CheckpointRow[]): Promise<void> {
  if (checkpoints.length === 0) return;
  await client.query(
    'delete from indelible.checkpoint c using unnest($1::int[], $2::bigint[]) s (tenant_id, size) where c.tenant_id = s.tenant_id and c.size = s.size',
    [checkpoints.map((row) => row.tenantId), checkpoints.map((row) => row.size)],
  );
  await insertCheckpoints(client, checkpoints);
}
