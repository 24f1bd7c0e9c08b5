// What the trail says of people's own accounts: in the log of every tenant that they have a role in.

import type pg from 'pg';
import { SIGN_IN_TENANTS_MAX } from '../../limits.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { rolesOf } from '../../store/role-grants.ts';
import { recordIn, type SelfEvent } from '../../store/self.ts';

/** In the caller's transaction of the owner. */
export async function recordOfPerson(tx: pg.ClientBase, person: string, events: readonly SelfEvent[]): Promise<void> {
  const tenants = [...new Set((await rolesOf(tx, person)).map(({ tenant }) => tenant ?? OPERATOR_TENANT))];
  const told = tenants.length === 0 || tenants.length > SIGN_IN_TENANTS_MAX ? [OPERATOR_TENANT] : tenants.toSorted();
  // In the order of their names, so that two never wait for each other.
  for (const tenant of told) for (const event of events) await recordIn(tx, tenant, event);
}
