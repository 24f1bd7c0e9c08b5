// The tables of text search as the projector writes them: what is not indexed yet, the events of a block, signatures, groups.

import type pg from 'pg';
import { SEARCH_READ_BYTES } from '../limits.ts';
import type { BlockPlaces } from './search-places.ts';
import { BLOCK_EVENTS, GROUP_BLOCKS, type Signature, type SlicedBlocks } from './search-signature.ts';
import { timestampText } from './timestamp.ts';

/** When the events of a block were recorded and occurred: milliseconds since 1970, both ends included. */
export interface BlockTimes {
  readonly recordedFromMs: number;
  readonly recordedToMs: number;
  readonly occurredFromMs: number;
  readonly occurredToMs: number;
}

/** The log that waits with the fewest full blocks, so that a long backlog keeps no other log waiting. */
export async function findUnindexed(tx: pg.ClientBase): Promise<number | undefined> {
  const answer = await tx.query<{ tenant_id: number }>(
    `select l.tenant_id from indelible.log l left join indelible.search_cursor c using (tenant_id)
     where l.size >= ${BLOCK_EVENTS} and l.tenant_id <> 0 and l.size / ${BLOCK_EVENTS} > coalesce(c.blocks, 0)
     order by l.size / ${BLOCK_EVENTS} - coalesce(c.blocks, 0), l.tenant_id limit 1`,
  );
  return answer.rows[0]?.tenant_id;
}

/** The logs that can be searched: all of them, or the logs of one tenant. `blocks` counts those that are full. */
export async function readLogs(db: pg.Pool, tenant?: string): Promise<{ tenantId: number; blocks: number }[]> {
  const answer = await db.query<{ tenant_id: number; blocks: string }>(
    `select tenant_id, size / ${BLOCK_EVENTS} as blocks from indelible.log where tenant_id <> 0 and ($1::text is null or tenant = $1) order by tenant_id`,
    [tenant ?? null],
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, blocks: Number(row.blocks) }));
}

/**
 * How many blocks of a log are indexed, and how many are full. Until the transaction ends nobody else writes the log's index:
 * whoever clears an event and then comes here finds what was indexed before it, and rewrites it.
 */
export async function lockCursor(tx: pg.ClientBase, tenantId: number): Promise<{ indexed: number; full: number }> {
  await tx.query('insert into indelible.search_cursor (tenant_id) values ($1) on conflict do nothing', [tenantId]);
  await tx.query('select 1 from indelible.search_cursor where tenant_id = $1 for update', [tenantId]);
  const answer = await tx.query<{ blocks: number; full: string }>(
    `select c.blocks, l.size / ${BLOCK_EVENTS} as full from indelible.search_cursor c join indelible.log l using (tenant_id) where tenant_id = $1`,
    [tenantId],
  );
  const row = answer.rows[0];
  return { indexed: row?.blocks ?? 0, full: Number(row?.full ?? 0) };
}

export async function moveCursor(tx: pg.ClientBase, tenantId: number, blocks: number): Promise<void> {
  await tx.query('update indelible.search_cursor set blocks = $2 where tenant_id = $1', [tenantId, blocks]);
}

/** What a signature is made of. */
export interface IndexedRow {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly recordedMs: number;
  /** Milliseconds since 1970. */
  readonly occurredMs: number;
  readonly disclosures: string;
}

/** The events of a block in portions of some megabytes, in the order of their sequence numbers. */
export async function* readBlockEvents(tx: pg.ClientBase, tenantId: number, block: number): AsyncGenerator<IndexedRow[]> {
  const end = (block + 1) * BLOCK_EVENTS;
  // The times of recording tell which partitions to open.
  const bounds = await tx.query<{ low: Date | null; high: Date | null }>(
    'select min(recorded_at) as low, max(recorded_at) as high from indelible.event_key where tenant_id = $1 and seq >= $2 and seq < $3',
    [tenantId, end - BLOCK_EVENTS, end],
  );
  const { low = null, high = null } = bounds.rows[0] ?? {};
  if (low === null || high === null) return;
  for (let from = end - BLOCK_EVENTS; from < end;) {
    const answer = await tx.query<{ seq: string; recorded_ms: string; occurred_ms: string; disclosures: string }>(
      `select seq, recorded_ms, occurred_ms, disclosures from (
         select seq, (extract(epoch from recorded_at) * 1000)::bigint as recorded_ms, (extract(epoch from occurred_at) * 1000)::bigint as occurred_ms,
           disclosures, sum(octet_length(disclosures)) over (order by seq) - octet_length(disclosures) as before
         from indelible.event where tenant_id = $1 and seq >= $2 and seq < $3 and recorded_at >= $4 and recorded_at < $5) e
       where before < ${SEARCH_READ_BYTES} order by seq`,
      [tenantId, from, end, timestampText(low.getTime()), timestampText(high.getTime() + 1)],
    );
    const rows = answer.rows.map((row) => ({
      seq: Number(row.seq),
      recordedMs: Number(row.recorded_ms),
      occurredMs: Number(row.occurred_ms),
      disclosures: row.disclosures,
    }));
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    from = last.seq + 1;
  }
}

function timesText(times: BlockTimes): string[] {
  return [times.recordedFromMs, times.recordedToMs, times.occurredFromMs, times.occurredToMs].map(timestampText);
}

/** Writes a block's times anew. */
export async function putBlock(tx: pg.ClientBase, tenantId: number, block: number, times: BlockTimes): Promise<void> {
  await tx.query(
    `insert into indelible.search_block (tenant_id, block, recorded_from, recorded_to, occurred_from, occurred_to) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, block) do update set
       recorded_from = excluded.recorded_from, recorded_to = excluded.recorded_to, occurred_from = excluded.occurred_from, occurred_to = excluded.occurred_to`,
    [tenantId, block, ...timesText(times)],
  );
}

/** Writes anew which events of a block have which words; nothing of it where there are too many. */
export async function putPlaces(tx: pg.ClientBase, tenantId: number, block: number, places: BlockPlaces | undefined): Promise<void> {
  if (places === undefined) {
    await tx.query('delete from indelible.search_places where tenant_id = $1 and block = $2', [tenantId, block]);
    return;
  }
  await tx.query(
    `insert into indelible.search_places (tenant_id, block, bits, places) values ($1, $2, $3, $4)
     on conflict (tenant_id, block) do update set bits = excluded.bits, places = excluded.places`,
    [tenantId, block, places.bits, places.bytes],
  );
}

/** Writes the signature of a block whose group is not full anew. */
export async function putOpen(tx: pg.ClientBase, tenantId: number, block: number, { bits, bytes }: Signature): Promise<void> {
  await tx.query(
    `insert into indelible.search_open (tenant_id, block, bits, signature) values ($1, $2, $3, $4)
     on conflict (tenant_id, block) do update set bits = excluded.bits, signature = excluded.signature`,
    [tenantId, block, bits, bytes],
  );
}

/** The signatures of a group that is not full, by the places of their blocks. */
export async function readOpen(tx: pg.ClientBase, tenantId: number, group: number): Promise<Map<number, Signature>> {
  const first = group * GROUP_BLOCKS;
  const answer = await tx.query<{ block: number; bits: number; signature: Buffer }>(
    'select block, bits, signature from indelible.search_open where tenant_id = $1 and block >= $2 and block < $3',
    [tenantId, first, first + GROUP_BLOCKS],
  );
  return new Map(answer.rows.map((row) => [row.block - first, { bits: row.bits, bytes: row.signature }]));
}

/** The signatures of a full group. */
export async function readSliced(tx: pg.ClientBase, tenantId: number, group: number): Promise<SlicedBlocks[]> {
  const answer = await tx.query<SlicedBlocks>(
    'select bits, members, slices from indelible.search_slices where tenant_id = $1 and grp = $2',
    [tenantId, group],
  );
  return answer.rows;
}

/** Writes the signatures of a full group anew, with the times of its blocks, which are written before. */
export async function putSliced(tx: pg.ClientBase, tenantId: number, group: number, sliced: readonly SlicedBlocks[]): Promise<void> {
  const first = group * GROUP_BLOCKS;
  await tx.query('delete from indelible.search_slices where tenant_id = $1 and grp = $2', [tenantId, group]);
  for (const { bits, members, slices } of sliced) {
    await tx.query(
      `insert into indelible.search_slices (tenant_id, grp, bits, members, slices, recorded_from, recorded_to, occurred_from, occurred_to)
       select $1, $2, $3, $4, $5, min(recorded_from), max(recorded_to), min(occurred_from), max(occurred_to)
       from indelible.search_block where tenant_id = $1 and block = any($6::int[])`,
      [tenantId, group, bits, members, slices, [...members].map((place) => first + place)],
    );
  }
  await tx.query('delete from indelible.search_open where tenant_id = $1 and block >= $2 and block < $3', [
    tenantId,
    first,
    first + GROUP_BLOCKS,
  ]);
}

/** Takes a log out of the index: it is searched event by event until it is indexed again. */
export async function clearIndex(tx: pg.ClientBase, tenantId: number): Promise<void> {
  for (const table of ['search_open', 'search_slices', 'search_places', 'search_block'])
    await tx.query(`delete from indelible.${table} where tenant_id = $1`, [tenantId]);
  await moveCursor(tx, tenantId, 0);
}

/** True when this transaction now holds the advisory lock. */
export async function tryStepLock(tx: pg.ClientBase, lock: number): Promise<boolean> {
  const answer = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [lock]);
  return answer.rows[0]?.got === true;
}
