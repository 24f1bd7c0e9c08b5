// Asking for an export, looking at those that there are, and cancelling one: what the routes do.
//
// Whoever sees the whole tenant sees all its exports. Who sees a part of it sees their own alone, and only while that part is
// still the same.

import { randomBytes } from 'node:crypto';
import { Failure, print, type Query } from '@indelible/core';
import type pg from 'pg';
import {
  EXPORT_EVENTS_MAX,
  EXPORTS_KEPT_MAX,
  EXPORTS_OPEN_MAX,
  EXPORTS_OWN_HOUR_MAX,
  EXPORTS_OWN_OPEN_MAX,
  QUERY_MS_MAX,
} from '../limits.ts';
import type { ReadScope } from '../query/present.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import {
  cancelExport,
  countOpenExports,
  type ExportFormat,
  type ExportJob,
  type ExportOrder,
  insertExport,
  keepNewestExports,
  listExports,
  readExport,
} from '../store/export-jobs.ts';
import { inTransaction } from '../store/pool.ts';
import { recordIn } from '../store/self.ts';
import { makeCsv } from './csv.ts';
import { type ExportQuestion, freeze } from './freeze.ts';
import { previewOf } from './preview.ts';

/** Who asks, and what they read. */
export interface ExportContext {
  readonly reader: Reader;
  readonly appender: pg.Pool;
  /** The tenant's log, with the query that somebody reads within who sees a part of it. */
  readonly log: ReadScope;
  /** Names who asks, among those of the tenant. */
  readonly maker: string;
  readonly by: ExportOrder['by'];
}

export interface WantedExport extends ExportQuestion {
  readonly format: ExportFormat;
  /** Of CSV: their names, in the order that they shall have. */
  readonly columns?: readonly string[] | undefined;
}

/** Seconds after which an export of the same tenant may be over. */
const RETRY_SECONDS = 5;
/** And after which one of an hour may be older than that. */
const RETRY_OF_HOUR_SECONDS = 60;

/**
 * Freezes the question, counts its events, and puts the export in line. It is on record before it begins.
 *
 * @throws Failure `query_invalid`, `parameter_invalid`, `export_too_large`, `rate_limited` when too many are under way
 */
export async function requestExport(ctx: ExportContext, wanted: WantedExport): Promise<ExportJob> {
  const { reader, appender, log, maker, by } = ctx;
  const { format, columns } = wanted;
  if (format === 'csv') makeCsv(columns);
  else if (columns !== undefined)
    throw new Failure('parameter_invalid', 'columns: a line of JSONL is a whole event; only CSV has columns', { pointer: '/columns' });
  // Counting takes a while: not for what would be refused after it.
  await inTransaction(appender, (tx) => demandRoom(tx, log.tenantId, maker));
  const sizeNow = (): Promise<number> => sizeOf(reader, log.tenantId);
  const size = await sizeNow();
  const createdAt = new Date();
  const frozen = freeze(wanted, createdAt.getTime(), size - 1);
  const preview = await previewOf(reader, log, frozen, size, sizeNow);
  if (preview.count > EXPORT_EVENTS_MAX)
    throw new Failure(
      'export_too_large',
      `these are ${preview.exact ? '' : 'at least '}${number(preview.count)} events, and an export holds ${number(EXPORT_EVENTS_MAX)} at most`,
    );
  const order: ExportOrder = {
    id: `exp_${randomBytes(12).toString('hex')}`,
    tenantId: log.tenantId,
    createdAt,
    format,
    columns,
    asked: frozen.asked,
    zone: frozen.zone,
    query: frozen.query,
    scope: scopeTextOf(log.within),
    upToSeq: size - 1,
    preview: preview.count,
    previewExact: preview.exact,
    maker,
    by,
  };
  return inTransaction(appender, async (tx) => {
    await demandRoom(tx, log.tenantId, maker);
    await keepNewestExports(tx, log.tenantId, order.scope, EXPORTS_KEPT_MAX - 1);
    const job = await insertExport(tx, order);
    await recordIn(tx, log.tenant, {
      action: 'audit.exported',
      ...by,
      resource: { type: 'export', id: order.id },
      metadata: {
        query: order.query,
        asked: order.asked,
        zone: order.zone,
        format,
        count: preview.count,
        ...(preview.exact ? {} : { estimate: true }),
        ...(order.scope === '' ? {} : { scope: order.scope }),
      },
    });
    return job;
  });
}

async function demandRoom(tx: pg.ClientBase, tenantId: number, maker: string): Promise<void> {
  const open = await countOpenExports(tx, tenantId, maker);
  refuseTooMany(open.own, EXPORTS_OWN_OPEN_MAX, 'of yours');
  refuseTooMany(open.all, EXPORTS_OPEN_MAX, 'of this tenant');
  if (open.ownOfHour >= EXPORTS_OWN_HOUR_MAX)
    throw new Failure('rate_limited', `you asked for ${open.ownOfHour} exports within an hour, and there may be ${EXPORTS_OWN_HOUR_MAX}`, {
      retryAfterSeconds: RETRY_OF_HOUR_SECONDS,
    });
}

function refuseTooMany(count: number, most: number, whose: string): void {
  if (count < most) return;
  throw new Failure('rate_limited', `${count} exports ${whose} are under way, and there may be ${most}; wait for one, or cancel it`, {
    retryAfterSeconds: RETRY_SECONDS,
  });
}

async function sizeOf(reader: Reader, tenantId: number): Promise<number> {
  const answer = await asTenant(reader, tenantId, QUERY_MS_MAX, (tx) =>
    tx.query<{ size: string }>('select size from indelible.log where tenant_id = $1', [tenantId]),
  );
  const [row] = answer.rows;
  if (row === undefined) throw new Failure('not_found', 'nothing has been recorded for this tenant yet');
  return Number(row.size);
}

function number(count: number): string {
  return count.toLocaleString('en');
}

function scopeTextOf(within: Query | undefined): string {
  return within === undefined ? '' : print(within);
}

/**
 * An export that whoever asks may see.
 *
 * @throws Failure `not_found`
 */
export async function seenExport({ reader, log, maker }: Pick<ExportContext, 'reader' | 'log' | 'maker'>, id: string): Promise<ExportJob> {
  const job = await asTenant(reader, log.tenantId, QUERY_MS_MAX, (tx) => readExport(tx, log.tenantId, id));
  const isSeen = job !== undefined && (log.within === undefined || (job.maker === maker && job.scope === scopeTextOf(log.within)));
  if (!isSeen) throw new Failure('not_found', `there is no export ${id.slice(0, 64)}`);
  return job;
}

export interface ExportsPage {
  readonly exports: readonly ExportJob[];
  /** The cursor of the page that follows; absent on the last. */
  readonly next?: string;
}

/**
 * Newest first.
 *
 * @throws Failure `cursor_invalid`
 */
export async function exportsOf(
  { reader, log, maker }: Pick<ExportContext, 'reader' | 'log' | 'maker'>,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<ExportsPage> {
  const after = cursor === undefined ? undefined : placeOf(cursor);
  const own = log.within === undefined ? undefined : { maker, scope: scopeTextOf(log.within) };
  const found = await asTenant(reader, log.tenantId, QUERY_MS_MAX, (tx) =>
    listExports(tx, { tenantId: log.tenantId, limit: limit + 1, after, own }),
  );
  const exports = found.slice(0, limit);
  const last = exports.at(-1);
  if (found.length <= limit || last === undefined) return { exports };
  return { exports, next: Buffer.from(`${last.createdAt.getTime()} ${last.id}`).toString('base64url') };
}

function placeOf(cursor: string): { createdMs: number; id: string } {
  const [, ms, id] = /^(\d{1,14}) (exp_[0-9a-f]{24})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (ms === undefined || id === undefined)
    throw new Failure('cursor_invalid', 'cursor: it was not made by this server', { pointer: 'cursor' });
  return { createdMs: Number(ms), id };
}

/**
 * Ends an export that is under way, and has it on record, for it may be somebody else's; one that is over stays as it is.
 *
 * @throws Failure `not_found`
 */
export async function endExport(ctx: ExportContext, id: string): Promise<ExportJob> {
  const { tenantId, tenant } = await seenExport(ctx, id);
  return inTransaction(ctx.appender, async (tx) => {
    if (await cancelExport(tx, tenantId, id))
      await recordIn(tx, tenant, { action: 'audit.export.cancelled', ...ctx.by, resource: { type: 'export', id } });
    const job = await readExport(tx, tenantId, id);
    if (job === undefined) throw new Failure('not_found', `there is no export ${id.slice(0, 64)}`);
    return job;
  });
}
