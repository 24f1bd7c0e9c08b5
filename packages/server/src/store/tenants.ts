// From a tenant's name to its present log, for readers. Answers are kept for a moment: a log is replaced only by the operator.

import type pg from 'pg';
import { TENANT_CACHE_ENTRIES_MAX, TENANT_CACHE_MS } from '../limits.ts';
import { storeFailure } from './pool.ts';

export interface TenantLog {
  readonly tenantId: number;
  readonly tenant: string;
  readonly logId: string;
  readonly origin: string;
  readonly isPublic: boolean;
}

export interface Tenants {
  /** The present log of a tenant, or undefined when nothing was ever recorded for it. */
  byName(tenant: string): Promise<TenantLog | undefined>;
  /** Whether a log is or was a tenant's. */
  owns(tenant: string, tenantId: number): Promise<boolean>;
  /** The log that an origin's last part names; also one that was frozen. */
  byLogId(logId: string): Promise<TenantLog | undefined>;
}

interface Row {
  tenant_id: number;
  tenant: string;
  log_id: string;
  origin: string;
  is_public: boolean;
}

const COLUMNS = 'tenant_id, tenant, log_id, origin, is_public';

/** @param appender the appender's pool: a reader sees a log only after it has named it */
export function makeTenants(appender: pg.Pool): Tenants {
  const cache = new Map<string, { readonly log: TenantLog | undefined; readonly until: number }>();
  const find = async (where: string, value: string, keepsNone = false): Promise<TenantLog | undefined> => {
    const known = cache.get(where + value);
    if (known !== undefined && known.until > Date.now()) return known.log;
    const answer = await appender.query<Row>(`select ${COLUMNS} from indelible.log where ${where}`, [value]).catch((error: unknown) => {
      throw storeFailure(error);
    });
    const row = answer.rows[0];
    if (row === undefined && !keepsNone) return undefined;
    const log = row && { tenantId: row.tenant_id, tenant: row.tenant, logId: row.log_id, origin: row.origin, isPublic: row.is_public };
    if (cache.size >= TENANT_CACHE_ENTRIES_MAX) cache.clear();
    cache.set(where + value, { log, until: Date.now() + TENANT_CACHE_MS });
    return log;
  };
  // A log never changes hands: only that one is a tenant's own is remembered.
  const owned = new Set<string>();
  const owns = async (tenant: string, tenantId: number): Promise<boolean> => {
    const name = `${tenantId} ${tenant}`;
    if (owned.has(name)) return true;
    const statement = 'select from indelible.log where tenant = $1 and tenant_id = $2 and tenant_id <> 0';
    const answer = await appender.query(statement, [tenant, tenantId]).catch((error: unknown) => {
      throw storeFailure(error);
    });
    if (answer.rowCount !== 1) return false;
    if (owned.size >= TENANT_CACHE_ENTRIES_MAX) owned.clear();
    owned.add(name);
    return true;
  };
  return {
    owns,
    byName: (tenant) => find('tenant = $1 and frozen_at is null and tenant_id <> 0', tenant),
    // That there is none is remembered too, or its time would tell it from a log that somebody may not see.
    byLogId: (logId) => find('log_id = $1', logId, true),
  };
}
