// The names of the tenants that have a log, for people who are good for all of them.

import type pg from 'pg';
import { OPERATOR_TENANT, SYSTEM_TENANT_ID } from './log-row.ts';
import { storeFailure } from './pool.ts';

/**
 * By name, in the order of their bytes; the trail's own tenant last.
 *
 * @param appender the appender's pool: a reader sees a log only after it has named it
 * @throws Failure `store_unavailable`
 * @example await listTenants(store.appender, 'org_', 100)
 */
export async function listTenants(appender: pg.Pool, prefix: string, limit: number): Promise<string[]> {
  const answer = await appender
    .query<{ tenant: string }>(
      `select tenant from indelible.log where frozen_at is null and tenant_id <> $1 and starts_with(tenant, $2)
       order by tenant = $3, tenant collate "C" limit $4`,
      [SYSTEM_TENANT_ID, prefix, OPERATOR_TENANT, limit],
    )
    .catch((error: unknown) => {
      throw storeFailure(error);
    });
  return answer.rows.map(({ tenant }) => tenant);
}
