// The rows of exports: asked for, worked on by one server at a time, and over. As the appender, but for what readers list.

import type pg from 'pg';
import type { Attribution, EventContext, PartyInput } from '@indelible/core';
import { inTransaction, storeFailure } from './pool.ts';

export const EXPORT_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportState = (typeof EXPORT_STATES)[number];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is asked for, and stays as it is. */
export interface ExportOrder {
  readonly id: string;
  readonly tenantId: number;
  /** When the question was frozen: what "now" means in it. */
  readonly createdAt: Date;
  readonly format: ExportFormat;
  /** Of CSV; all of them where it is undefined. */
  readonly columns: readonly string[] | undefined;
  /** The query as it was sent, in its canonical form. */
  readonly asked: string;
  readonly zone: string;
  /** The same with absolute times, up to a place in the log: it means the same whenever it is asked. */
  readonly query: string;
  /** The query that whoever asked reads within; empty: everything. */
  readonly scope: string;
  /** The last sequence number that can be in it. */
  readonly upToSeq: number;
  readonly preview: number;
  /** False: at least so many. */
  readonly previewExact: boolean;
  /** Names who asked. */
  readonly maker: string;
  readonly by: { readonly actor: PartyInput; readonly attribution: Attribution; readonly context: EventContext };
}

/** What a finished file holds. */
export interface ExportResult {
  readonly counted: number;
  /** Of the events, without the last line of a file that has one. */
  readonly bytes: number;
  readonly firstSeq: number | undefined;
  readonly lastSeq: number | undefined;
  readonly sha256: Buffer;
  /** The signed note; undefined when none was published. */
  readonly checkpoint: string | undefined;
}

export interface ExportJob extends ExportOrder {
  readonly tenant: string;
  readonly origin: string;
  readonly state: ExportState;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly attempts: number;
  readonly counted: number;
  readonly bytes: number;
  readonly result: ExportResult | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

const COLUMNS =
  'j.tenant_id, j.id, j.state, j.format, j.columns, j.asked, j.zone, j.query, j.scope, j.up_to_seq, j.preview, j.preview_exact, j.maker, ' +
  'j.by, j.created_at, j.started_at, j.finished_at, j.attempts, j.counted, j.bytes, j.first_seq, j.last_seq, j.sha256, j.checkpoint, ' +
  'j.error_code, j.error, l.tenant, l.origin';
const JOBS = 'indelible.export_job j join indelible.log l on l.tenant_id = j.tenant_id';

interface Row {
  tenant_id: number;
  id: string;
  state: ExportState;
  format: ExportFormat;
  columns: string[] | null;
  asked: string;
  zone: string;
  query: string;
  scope: string;
  up_to_seq: string;
  preview: string;
  preview_exact: boolean;
  maker: string;
  by: ExportOrder['by'];
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  attempts: number;
  counted: string;
  bytes: string;
  first_seq: string | null;
  last_seq: string | null;
  sha256: Buffer | null;
  checkpoint: string | null;
  error_code: string | null;
  error: string | null;
  tenant: string;
  origin: string;
}

function jobOf(row: Row): ExportJob {
  const [counted, bytes] = [Number(row.counted), Number(row.bytes)];
  return {
    id: row.id,
    tenantId: row.tenant_id,
    tenant: row.tenant,
    origin: row.origin,
    state: row.state,
    format: row.format,
    columns: row.columns ?? undefined,
    asked: row.asked,
    zone: row.zone,
    query: row.query,
    scope: row.scope,
    upToSeq: Number(row.up_to_seq),
    preview: Number(row.preview),
    previewExact: row.preview_exact,
    maker: row.maker,
    by: row.by,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    attempts: row.attempts,
    counted,
    bytes,
    result:
      row.state !== 'done' || row.sha256 === null
        ? undefined
        : {
            counted,
            bytes,
            firstSeq: seqOf(row.first_seq),
            lastSeq: seqOf(row.last_seq),
            sha256: row.sha256,
            checkpoint: row.checkpoint ?? undefined,
          },
    error: row.error_code === null ? undefined : { code: row.error_code, message: row.error ?? '' },
  };
}

function seqOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}

async function ask(client: pg.Pool | pg.ClientBase, text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
  return client.query<Row>(text, values).catch((error: unknown) => {
    throw storeFailure(error);
  });
}

/** How many exports of a tenant are under way, all of them and those of one maker, and how many that one asked for within the hour. Others wait until the transaction is over. */
export async function countOpenExports(
  tx: pg.ClientBase,
  tenantId: number,
  maker: string,
): Promise<{ readonly all: number; readonly own: number; readonly ownOfHour: number }> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('indelible.export_job'), $1)`, [tenantId]);
  const answer = await tx.query<{ all: number; own: number; ownOfHour: number }>(
    `select count(*) filter (where is_open)::int as all, count(*) filter (where is_open and maker = $2)::int as own,
       count(*) filter (where maker = $2 and created_at > now() - interval '1 hour')::int as "ownOfHour"
     from (select maker, created_at, state in ('queued', 'running') as is_open from indelible.export_job where tenant_id = $1) j`,
    [tenantId, maker],
  );
  return answer.rows[0] ?? { all: 0, own: 0, ownOfHour: 0 };
}

/** Forgets what is over, of before a time. */
export async function forgetExports(client: pg.Pool | pg.ClientBase, before: Date): Promise<void> {
  await ask(client, `delete from indelible.export_job where created_at < $1 and state in ('done', 'failed', 'cancelled')`, [before]);
}

/**
 * Of the exports of a tenant that are over, only the newest are kept: of those who read within the same query, for who sees a
 * part of a tenant takes nobody else's away.
 */
export async function keepNewestExports(tx: pg.ClientBase, tenantId: number, scope: string, most: number): Promise<void> {
  await tx.query(
    `delete from indelible.export_job where tenant_id = $1 and id in (
       select id from indelible.export_job where tenant_id = $1 and scope = $2 and state in ('done', 'failed', 'cancelled')
       order by created_at desc, id desc offset $3)`,
    [tenantId, scope, most],
  );
}

export async function insertExport(tx: pg.ClientBase, order: ExportOrder): Promise<ExportJob> {
  await tx.query(
    `insert into indelible.export_job
       (tenant_id, id, state, format, columns, asked, zone, query, scope, up_to_seq, preview, preview_exact, maker, by,
        created_at)
     values ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      order.tenantId,
      order.id,
      order.format,
      order.columns ?? null,
      order.asked,
      order.zone,
      order.query,
      order.scope,
      order.upToSeq,
      order.preview,
      order.previewExact,
      order.maker,
      JSON.stringify(order.by),
      order.createdAt,
    ],
  );
  const made = await readExport(tx, order.tenantId, order.id);
  if (made === undefined) throw new Error('an export was written and is not there');
  return made;
}

/** As the appender, or as the reader of the tenant. */
export async function readExport(client: pg.Pool | pg.ClientBase, tenantId: number, id: string): Promise<ExportJob | undefined> {
  const answer = await ask(client, `select ${COLUMNS} from ${JOBS} where j.tenant_id = $1 and j.id = $2`, [tenantId, id]);
  const [row] = answer.rows;
  return row === undefined ? undefined : jobOf(row);
}

export interface ExportsAsked {
  readonly tenantId: number;
  readonly limit: number;
  /** The last one of the page before. */
  readonly after?: { readonly createdMs: number; readonly id: string } | undefined;
  /** Only those of one maker who reads within a query. */
  readonly own?: { readonly maker: string; readonly scope: string } | undefined;
}

/** Newest first. As the reader of the tenant. */
export async function listExports(tx: pg.ClientBase, { tenantId, limit, after, own }: ExportsAsked): Promise<ExportJob[]> {
  const answer = await ask(
    tx,
    `select ${COLUMNS} from ${JOBS} where j.tenant_id = $1
       and ($3::timestamptz is null or (j.created_at, j.id) < ($3::timestamptz, $4))
       and ($5::text is null or (j.maker = $5 and j.scope = $6))
     order by j.created_at desc, j.id desc limit $2`,
    [tenantId, limit, after === undefined ? null : new Date(after.createdMs), after?.id ?? null, own?.maker ?? null, own?.scope ?? null],
  );
  return answer.rows.map(jobOf);
}

/**
 * The next export that waits, or whose worker has died, taken on by a worker: of the tenant that has the fewest under way, the
 * oldest.
 *
 * @param most how many of one tenant may run at a time, over all servers
 */
export function claimExport(appender: pg.Pool, worker: string, leaseMs: number, most: number): Promise<ExportJob | undefined> {
  return inTransaction(appender, async (tx) => {
    // One after the other, or two servers would each take the last one that a tenant may have.
    await tx.query(`select pg_advisory_xact_lock(hashtext('indelible.export_job'), 0)`);
    return claim(tx, worker, leaseMs, most);
  });
}

async function claim(tx: pg.ClientBase, worker: string, leaseMs: number, most: number): Promise<ExportJob | undefined> {
  const answer = await ask(
    tx,
    `with busy as (
       select tenant_id, count(*) as jobs from indelible.export_job where state = 'running' and lease_until >= now() group by tenant_id
     ), next as (
       select j.tenant_id, j.id from indelible.export_job j left join busy b using (tenant_id)
       where (j.state = 'queued' or (j.state = 'running' and j.lease_until < now())) and coalesce(b.jobs, 0) < $3
       order by coalesce(b.jobs, 0), j.created_at, j.id limit 1 for update of j skip locked
     ), taken as (
       update indelible.export_job j set state = 'running', worker = $1, lease_until = now() + $2 * interval '1 ms',
         started_at = coalesce(j.started_at, now()), attempts = j.attempts + 1, counted = 0, bytes = 0
       from next n where j.tenant_id = n.tenant_id and j.id = n.id returning j.*
     )
     select ${COLUMNS} from taken j join indelible.log l on l.tenant_id = j.tenant_id`,
    [worker, leaseMs, most],
  );
  const [row] = answer.rows;
  return row === undefined ? undefined : jobOf(row);
}

/** A job as its worker holds it. */
export interface HeldExport {
  readonly tenantId: number;
  readonly id: string;
  readonly worker: string;
}

const HELD = `tenant_id = $1 and id = $2 and worker = $3 and state = 'running'`;

/** How far it is. False: it is not this worker's any more, because somebody cancelled it or another took it on. */
export async function beatExport(
  appender: pg.Pool,
  { tenantId, id, worker }: HeldExport,
  leaseMs: number,
  progress: { readonly counted: number; readonly bytes: number },
): Promise<boolean> {
  const answer = await ask(
    appender,
    `update indelible.export_job set lease_until = now() + $4 * interval '1 ms', counted = $5, bytes = $6 where ${HELD}`,
    [tenantId, id, worker, leaseMs, progress.counted, progress.bytes],
  );
  return answer.rowCount === 1;
}

/** False: it is not this worker's any more. In the caller's transaction. */
export async function finishExport(tx: pg.ClientBase, { tenantId, id, worker }: HeldExport, result: ExportResult): Promise<boolean> {
  const answer = await ask(
    tx,
    `update indelible.export_job set state = 'done', finished_at = now(), worker = null, lease_until = null, counted = $4, bytes = $5,
       first_seq = $6, last_seq = $7, sha256 = $8, checkpoint = $9 where ${HELD}`,
    [
      tenantId,
      id,
      worker,
      result.counted,
      result.bytes,
      result.firstSeq ?? null,
      result.lastSeq ?? null,
      result.sha256,
      result.checkpoint ?? null,
    ],
  );
  return answer.rowCount === 1;
}

/** One that is under way, as its worker; without a worker one that was done, and whose file turned out to be another: it has none from now on. */
export async function failExport(
  appender: pg.Pool,
  { tenantId, id, worker }: Pick<HeldExport, 'tenantId' | 'id'> & Partial<HeldExport>,
  error: { readonly code: string; readonly message: string },
): Promise<void> {
  await ask(
    appender,
    `update indelible.export_job set state = 'failed', finished_at = now(), worker = null, lease_until = null, sha256 = null,
       error_code = $4, error = $5
     where tenant_id = $1 and id = $2 and ((state = 'running' and worker = $3) or (state = 'done' and $3::text is null))`,
    [tenantId, id, worker ?? null, error.code, error.message],
  );
}

/** False when it was over already. */
export async function cancelExport(appender: pg.Pool | pg.ClientBase, tenantId: number, id: string): Promise<boolean> {
  const answer = await ask(
    appender,
    `update indelible.export_job set state = 'cancelled', finished_at = now(), worker = null, lease_until = null
     where tenant_id = $1 and id = $2 and state in ('queued', 'running')`,
    [tenantId, id],
  );
  return answer.rowCount === 1;
}

/** Gives back what a worker that stops has not finished; that it began does not count. */
export async function releaseExports(appender: pg.Pool, worker: string): Promise<void> {
  await ask(
    appender,
    `update indelible.export_job set state = 'queued', worker = null, lease_until = null, attempts = attempts - 1
     where worker = $1 and state = 'running'`,
    [worker],
  );
}
