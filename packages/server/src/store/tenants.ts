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
  /** The numbers of all logs that a tenant has or had. */
  numbersOf(tenant: string): Promise<ReadonlySet<number>>;
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
  const cache = new Map<string, { readonly log: TenantLog; readonly until: number }>();
  const find = async (where: string, value: string): Promise<TenantLog | undefined> => {
    const known = cache.get(where + value);
    if (known !== undefined && known.until > Date.now()) return known.log;
    const answer = await appender.query<Row>(`select ${COLUMNS} from indelible.log where ${where}`, [value]).catch((error: unknown) => {
      throw storeFailure(error);
    });
    const row = answer.rows[0];
    if (row === undefined) return undefined;
    const log = { tenantId: row.tenant_id, tenant: row.tenant, logId: row.log_id, origin: row.origin, isPublic: row.is_public };
    if (cache.size >= TENANT_CACHE_ENTRIES_MAX) cache.clear();
    cache.set(where + value, { log, until: Date.now() + TENANT_CACHE_MS });
    return log;
  };
  const numbers = new Map<string, { readonly numbers: ReadonlySet<number>; readonly until: number }>();
  const numbersOf = async (tenant: string): Promise<ReadonlySet<number>> => {
    const known = numbers.get(tenant);
    if (known !== undefined && known.until > Date.now()) return known.numbers;
    const statement = 'select tenant_id from indelible.log where tenant = $1 and tenant_id <> 0';
    const answer = await appender.query<{ tenant_id: number }>(statement, [tenant]).catch((error: unknown) => {
      throw storeFailure(error);
    });
    const found = new Set(answer.rows.map((row) => row.tenant_id));
    if (found.size === 0) return found;
    if (numbers.size >= TENANT_CACHE_ENTRIES_MAX) numbers.clear();
    numbers.set(tenant, { numbers: found, until: Date.now() + TENANT_CACHE_MS });
    return found;
  };
  return {
    numbersOf,
    byName: (tenant) => find('tenant = $1 and frozen_at is null and tenant_id <> 0', tenant),
    byLogId: (logId) => find('log_id = $1', logId),
  };
}
