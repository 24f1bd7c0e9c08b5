// A tenant's log: found, locked, made on first use. Its leaf 0 says whose log it is.

import { randomBytes } from 'node:crypto';
import { acceptEvent, Failure, type JsonObject, makeNewId, makeRedaction, type NewEvent } from '@indelible/core';
import type pg from 'pg';
import { writeEvents } from './event-rows.ts';
import { prepare } from './prepare.ts';

export const OPERATOR_TENANT = '_operator';
export const SYSTEM_TENANT_ID = 0;

export interface LogRow {
  readonly tenantId: number;
  readonly tenant: string;
  readonly logId: string;
  readonly origin: string;
  readonly macKey: Buffer;
  readonly size: number;
  /** Milliseconds since 1970: the `t` of the last leaf. */
  readonly lastT: number;
}

const COLUMNS = 'tenant_id, tenant, log_id, origin, mac_key, size, last_t';

interface Row {
  tenant_id: number;
  tenant: string;
  log_id: string;
  origin: string;
  mac_key: Buffer;
  size: string;
  last_t: string;
}

function present(row: Row): LogRow {
  return {
    tenantId: row.tenant_id,
    tenant: row.tenant,
    logId: row.log_id,
    origin: row.origin,
    macKey: row.mac_key,
    size: Number(row.size),
    lastT: Number(row.last_t),
  };
}

/** The tenant's present log, or undefined when it has none. As the appender. */
export async function findLog(client: pg.ClientBase, tenant: string, lock = false): Promise<LogRow | undefined> {
  const answer = await client.query<Row>(
    `select ${COLUMNS} from indelible.log where tenant = $1 and frozen_at is null and tenant_id <> 0 ${lock ? 'for update' : ''}`,
    [tenant],
  );
  const row = answer.rows[0];
  return row === undefined ? undefined : present(row);
}

/** A tenant's name: 1 to 256 characters, no control characters; a leading underscore is kept for the trail itself. */
export function checkTenantName(tenant: string): string {
  const sound = tenant.length >= 1 && tenant.length <= 256 && tenant.isWellFormed() && !/[\p{Cc}]/u.test(tenant);
  if (!sound || tenant.startsWith('_')) throw new Failure('tenant_invalid', `"${tenant.slice(0, 64)}" cannot be a tenant's name`);
  return tenant;
}

/** What a log follows when it takes the place of a frozen one. */
export interface Predecessor {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly reason: string;
  /** What was signed of it beyond what is there: leaves that a restore has lost. */
  readonly signed?: { readonly size: number; readonly root: string };
}

/**
 * Makes a log with its leaf 0, inside the caller's transaction of the appender. Two servers may race: the second waits
 * for the first and finds its log.
 */
export async function createLog(tx: pg.ClientBase, tenant: string, predecessor?: Predecessor): Promise<LogRow> {
  const trail = await tx.query<{ log_name: string }>('select log_name from indelible.trail');
  const logName = trail.rows[0]?.log_name;
  if (logName === undefined) throw new Failure('database_unsuitable', 'the database has not been migrated');
  const logId = randomBytes(12).toString('hex');
  const made = await tx.query<Row>(
    `insert into indelible.log (tenant, generation, log_id, origin, mac_key)
     select $1, coalesce(max(generation) + 1, 0), $2, $3, $4 from indelible.log where tenant = $1
     on conflict do nothing returning ${COLUMNS}`,
    [tenant, logId, `${logName}/log/${logId}`, randomBytes(32)],
  );
  const row = made.rows[0];
  if (row !== undefined) {
    const log = present(row);
    const now = Date.now();
    await writeEvents(tx, log.tenantId, 0, [prepare(firstEvent(log, now, predecessor), now, log.macKey)]);
    return { ...log, size: 1, lastT: now };
  }
  const other = await findLog(tx, tenant, true);
  if (other === undefined) throw new Error(`the log of tenant ${tenant} was neither made nor found`);
  return other;
}

const NO_REDACTION = makeRedaction();

function firstEvent(log: LogRow, nowMs: number, predecessor: Predecessor | undefined): NewEvent {
  const metadata: JsonObject = {
    tenant: log.tenant,
    origin: log.origin,
    ...(predecessor === undefined ? {} : { predecessor: { ...predecessor } }),
  };
  return acceptEvent(
    { action: 'log.created', actor: { type: 'system' }, resource: { type: 'log', id: log.logId }, metadata },
    { nowMs, redaction: NO_REDACTION, newId: makeNewId(), sourceKind: 'self', attribution: 'verified' },
  );
}
