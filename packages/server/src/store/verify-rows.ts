// What verify reads of the trail, as the owner, in transactions that share one snapshot, so that appends meanwhile raise no
// false alarm. Values come as PostgreSQL writes them: comparing text is cheaper than parsing it, and forgives nothing.

import type pg from 'pg';
import { SYSTEM_TENANT_ID } from './log-row.ts';

const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** One event as text, in the order of EVENT_FIELDS. */
export type EventText = readonly (string | null)[];

// 'infinity' has no count, and must not end the verification of everything else.
const MICROSECONDS = (column: string): string =>
  `case when isfinite(${column}) then (extract(epoch from ${column}) * 1000000)::bigint::text else ${column}::text end`;

/** The columns that are compared with the projection, by name and place in EventText. */
export const PROJECTED = [
  'category',
  'operation',
  'outcome',
  'severity',
  'actor_type',
  'attribution',
  'source_kind',
  'action',
  'actor_id',
  'actor_name',
  'actor_email',
  'resource_type',
  'resource_id',
  'ip',
] as const;

export const EVENT_FIELDS = ['seq', 'id', 'recorded', 'occurred', 'leaf_hash', 'disclosures', 'entry', 'salts'] as const;
export const PROJECTED_AT = EVENT_FIELDS.length;

const EVENT_SELECT = [
  'seq',
  'id',
  MICROSECONDS('recorded_at'),
  MICROSECONDS('occurred_at'),
  'leaf_hash',
  'disclosures',
  'entry',
  'salts',
  ...PROJECTED,
].join(', ');

/** Ends with the transaction that it begins. */
export async function beginSnapshot(client: pg.ClientBase, snapshot?: string): Promise<string> {
  await client.query(
    'begin isolation level repeatable read read only; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0',
  );
  if (snapshot !== undefined) {
    if (!/^[0-9A-F-]+$/.test(snapshot)) throw new Error('the name of a snapshot is malformed');
    await client.query(`set transaction snapshot '${snapshot}'`);
    return snapshot;
  }
  const answer = await client.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
  return answer.rows[0]?.snapshot ?? '';
}

/** The events of a window of sequence numbers, in their order. */
export async function readEventTexts(client: pg.ClientBase, tenantId: number, from: number, to: number): Promise<EventText[]> {
  const answer = await client.query<(string | null)[]>({
    name: 'verify events',
    text: `select ${EVENT_SELECT} from indelible.event where tenant_id = $1 and seq >= $2 and seq < $3 order by seq, recorded_at`,
    values: [tenantId, from, to],
    rowMode: 'array',
    types: AS_TEXT,
  });
  return answer.rows;
}

/** The keys of a window: sequence number, id, microseconds of recording. */
export async function readKeyTexts(
  client: pg.ClientBase,
  tenantId: number,
  from: number,
  to: number,
): Promise<readonly [string, string, string][]> {
  const answer = await client.query<[string, string, string]>({
    name: 'verify keys',
    text: `select seq, id, ${MICROSECONDS('recorded_at')} from indelible.event_key where tenant_id = $1 and seq >= $2 and seq < $3 order by seq`,
    values: [tenantId, from, to],
    rowMode: 'array',
    types: AS_TEXT,
  });
  return answer.rows;
}

export interface LogToVerify {
  readonly tenantId: number;
  readonly tenant: string;
  readonly generation: number;
  readonly logId: string;
  readonly origin: string;
  readonly size: number;
  readonly lastT: number;
  readonly frozen: boolean;
}

export async function readLogs(client: pg.ClientBase): Promise<LogToVerify[]> {
  const answer = await client.query<{
    tenant_id: number;
    tenant: string;
    generation: number;
    log_id: string;
    origin: string;
    size: string;
    last_t: string;
    frozen: boolean;
  }>(
    'select tenant_id, tenant, generation, log_id, origin, size, last_t, frozen_at is not null as frozen from indelible.log order by tenant_id',
  );
  return answer.rows.map((row) => ({
    tenantId: row.tenant_id,
    tenant: row.tenant,
    generation: row.generation,
    logId: row.log_id,
    origin: row.origin,
    size: Number(row.size),
    lastT: Number(row.last_t),
    frozen: row.frozen,
  }));
}

/** The disclosures of the first event of each tenant's log, by tenant number; those that have none are not among them. */
export async function readFirstDisclosures(client: pg.ClientBase): Promise<Map<number, string>> {
  const answer = await client.query<{ tenant_id: number; disclosures: string }>(
    `select l.tenant_id, e.disclosures from indelible.log l
     cross join lateral (select disclosures from indelible.event where tenant_id = l.tenant_id and seq = 0 order by recorded_at limit 1) e
     where l.tenant_id <> $1`,
    [SYSTEM_TENANT_ID],
  );
  return new Map(answer.rows.map((row) => [row.tenant_id, row.disclosures]));
}

/** The last leaf of the system log that a published checkpoint names, or -1. */
export async function lastNamedSystemLeaf(client: pg.ClientBase): Promise<number> {
  const answer = await client.query<{ last: string }>('select coalesce(max(system_seq), -1) as last from indelible.checkpoint');
  return Number(answer.rows[0]?.last ?? -1);
}

/** Sequence numbers that lie outside a log: before its first or at and beyond its size. */
export async function readOutside(
  client: pg.ClientBase,
  table: 'event' | 'event_key',
  tenantId: number,
  size: number,
): Promise<{ seq: number; id: string }[]> {
  const answer = await client.query<{ seq: string; id: string }>(
    `select seq, id from indelible.${table} where tenant_id = $1 and (seq < 0 or seq >= $2) order by seq limit 100`,
    [tenantId, size],
  );
  return answer.rows.map((row) => ({ seq: Number(row.seq), id: row.id }));
}

/** Tenant numbers under which events are stored and that no log has: a walk over the first column of an index. */
export async function readStrayTenants(client: pg.ClientBase): Promise<number[]> {
  const walk = (table: string): string =>
    `with recursive walk as (
       select min(tenant_id) as id from indelible.${table}
       union all select (select min(tenant_id) from indelible.${table} where tenant_id > walk.id) from walk where walk.id is not null)
     select id from walk where id is not null and id not in (select tenant_id from indelible.log where tenant_id <> ${SYSTEM_TENANT_ID})`;
  const answer = await client.query<{ id: number }>(
    `select id from (${walk('event')}) e union select id from (${walk('event_key')}) k union select id from (${walk('event_related')}) r`,
  );
  return answer.rows.map((row) => row.id);
}

/**
 * A digest of each range of the related resources of some logs: SHA-256 over the SHA-256 of each row, in the order of
 * sequence number and hash. `relatedRowText` makes the same text of a row from an event.
 */
export async function readRelatedDigests(
  client: pg.ClientBase,
  tenantIds: readonly number[],
  rangeEvents: number,
): Promise<{ tenantId: number; range: number; digest: string }[]> {
  const answer = await client.query<{ tenant_id: number; range: string; digest: string }>(
    `select tenant_id, range, encode(sha256(string_agg(row_hash, ''::bytea order by seq, row_hash)), 'base64') as digest
     from (select tenant_id, seq, floor(seq / $2::numeric)::bigint as range,
             sha256(convert_to(concat_ws(' ', seq, ${MICROSECONDS('recorded_at')}, ${MICROSECONDS('occurred_at')}, octet_length(type), type, id), 'UTF8')) as row_hash
           from indelible.event_related where tenant_id = any($1)) r
     group by tenant_id, range`,
    [tenantIds, rangeEvents],
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, range: Number(row.range), digest: row.digest }));
}

export function relatedRowText(
  seq: string,
  recorded: string,
  occurred: string,
  { type, id }: { readonly type: string; readonly id: string },
): string {
  return `${seq} ${recorded} ${occurred} ${Buffer.byteLength(type)} ${type} ${id}`;
}

/** The stored related resources of a range as the texts of relatedRowText, by sequence number. Slow: for naming what differs. */
export async function readRelatedTexts(
  client: pg.ClientBase,
  tenantId: number,
  from: number,
  to: number,
): Promise<{ seq: number; text: string }[]> {
  const answer = await client.query<{ seq: string; recorded: string; occurred: string; type: string; id: string }>(
    `select seq, ${MICROSECONDS('recorded_at')} as recorded, ${MICROSECONDS('occurred_at')} as occurred, type, id
     from indelible.event_related where tenant_id = $1 and seq >= $2 and seq < $3 order by seq`,
    [tenantId, from, to],
  );
  return answer.rows.map((row) => ({ seq: Number(row.seq), text: relatedRowText(row.seq, row.recorded, row.occurred, row) }));
}

/** A kept checkpoint beside the leaf of the system log that it names. */
export interface KeptCheckpoint {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
  readonly systemSeq: number | undefined;
  readonly systemLeaf: string | undefined;
}

/** The checkpoints that are kept of a log, the smallest first. */
export async function readCheckpoints(client: pg.ClientBase, tenantId: number): Promise<KeptCheckpoint[]> {
  const answer = await client.query<{ size: string; root: Buffer; note: string; system_seq: string | null; leaf: string | null }>(
    `select c.size, c.root, c.note, c.system_seq, s.leaf from indelible.checkpoint c left join indelible.system_leaf s on s.seq = c.system_seq
     where c.tenant_id = $1 order by c.size`,
    [tenantId],
  );
  return answer.rows.map((row) => ({
    size: Number(row.size),
    root: row.root,
    note: row.note,
    systemSeq: row.system_seq === null ? undefined : Number(row.system_seq),
    systemLeaf: row.leaf ?? undefined,
  }));
}

/** How many tiles a log has at each level. */
export async function countTiles(client: pg.ClientBase, tenantId: number): Promise<Map<number, number>> {
  const answer = await client.query<{ level: number; count: string }>(
    'select level, count(*) from indelible.tile where tenant_id = $1 group by level',
    [tenantId],
  );
  return new Map(answer.rows.map((row) => [row.level, Number(row.count)]));
}

/** Rows of the system log in order, from one sequence number on. */
export async function readSystemRows(
  client: pg.ClientBase,
  from: number,
  limit: number,
): Promise<{ seq: number; leaf: string; hash: Buffer }[]> {
  const answer = await client.query<{ seq: string; leaf: string; leaf_hash: Buffer }>(
    'select seq, leaf, leaf_hash from indelible.system_leaf where seq >= $1 order by seq limit $2',
    [from, limit],
  );
  return answer.rows.map((row) => ({ seq: Number(row.seq), leaf: row.leaf, hash: row.leaf_hash }));
}

/** The checkpoint leaves that the system log has of one log, in their order. Scans the system log. */
export async function readSealings(client: pg.ClientBase, originHash: string): Promise<string[]> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(originHash)) throw new Error('the hash of an origin is malformed');
  const answer = await client.query<{ leaf: string }>('select leaf from indelible.system_leaf where strpos(leaf, $1) > 0 order by seq', [
    `"o":"${originHash}"`,
  ]);
  return answer.rows.map((row) => row.leaf);
}

/** Two columns of an event, for naming it. */
export async function readActionAndActor(
  client: pg.ClientBase,
  tenantId: number,
  seq: number,
): Promise<{ action: string; actor: string | undefined } | undefined> {
  const answer = await client.query<{ action: string; actor: string | null }>(
    'select action, coalesce(actor_email, actor_name, actor_id) as actor from indelible.event where tenant_id = $1 and seq = $2 limit 1',
    [tenantId, seq],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : { action: row.action, actor: row.actor ?? undefined };
}
