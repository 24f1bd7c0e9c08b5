// The log that a request is about, as its caller may see it.

import { Failure } from '@indelible/core';
import type { Caller } from '../access/principal.ts';
import type { TenantLog } from '../store/tenants.ts';
import type { ReadScope } from '../query/present.ts';
import type { Services } from './environment.ts';

export type SeenLog = TenantLog & ReadScope;

/** Undefined when nothing was ever recorded for the tenant. */
export async function logOf(services: Services, { principal, tenant }: Caller): Promise<SeenLog | undefined> {
  const log = await services.tenants.byName(tenant);
  return log === undefined || principal.within === undefined ? log : { ...log, within: principal.within };
}

/** For routes that have nothing to say without one. @throws Failure `not_found` when nothing was ever recorded for the tenant */
export async function requireLog(services: Services, caller: Caller): Promise<SeenLog> {
  const log = await logOf(services, caller);
  if (log === undefined) throw new Failure('not_found', 'nothing has been recorded for this tenant yet');
  return log;
}
