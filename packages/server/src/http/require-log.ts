// The log of a tenant, for routes that have nothing to say without one.

import { Failure } from '@indelible/core';
import type { TenantLog } from '../store/tenants.ts';
import type { Services } from './environment.ts';

/** @throws Failure `not_found` when nothing was ever recorded for this tenant */
export async function requireLog(services: Services, tenant: string): Promise<TenantLog> {
  const log = await services.tenants.byName(tenant);
  if (log === undefined) throw new Failure('not_found', 'nothing has been recorded for this tenant yet');
  return log;
}
