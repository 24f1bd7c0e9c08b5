// Giving people roles and taking them away: each change and its event in one transaction.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { checkTenantName, OPERATOR_TENANT } from '../store/log-row.ts';
import { inTransaction } from '../store/pool.ts';
import { type Role, type RoleGrant, rolesOf, setRole } from '../store/role-grants.ts';
import { recordIn } from '../store/self.ts';
import type { By } from './actor.ts';
import { demandNoLoss, demandOwner, demandReach, demandRole } from './giving.ts';
import type { Principal } from './principal.ts';
import { readScope } from './scope.ts';

export interface RolesContext {
  /** The owner's pool. */
  readonly owner: pg.Pool;
  readonly by: By;
  /** Who asks; undefined for somebody who has the database anyway. */
  readonly principal?: Principal;
  /** Undefined: in all tenants. */
  readonly tenant: string | undefined;
}

export interface WantedRole {
  readonly person: string;
  readonly role: Role;
  /** Of a viewer: the query that everything is read within. */
  readonly scope?: string | undefined;
}

/** @throws Failure `forbidden`, `parameter_invalid`, `query_invalid`, `tenant_invalid` */
export async function giveRole(ctx: RolesContext, { person, role, scope = '' }: WantedRole): Promise<RoleGrant> {
  if (scope !== '' && role !== 'viewer')
    throw new Failure('parameter_invalid', 'scope: only a viewer sees a part of a tenant', { pointer: 'scope' });
  readScope(scope);
  const grant = await change(ctx, { person, role, scope });
  if (grant === undefined) throw new Error('the role was not stored');
  return grant;
}

/** @throws Failure `not_found` when the person has no role there; `forbidden` */
export async function takeRole(ctx: RolesContext, person: string): Promise<void> {
  await change(ctx, { person });
}

async function change(
  ctx: RolesContext,
  wanted: { readonly person: string; readonly role?: Role; readonly scope?: string },
): Promise<RoleGrant | undefined> {
  const { tenant, by, principal } = ctx;
  const { person, role, scope } = wanted;
  if (tenant !== undefined && tenant !== OPERATOR_TENANT) checkTenantName(tenant);
  return inTransaction(ctx.owner, async (tx) => {
    const { before, after } = await setRole(tx, { tenant, person, role, scope });
    if (before === undefined && role === undefined) throw new Failure('not_found', `${person.slice(0, 64)} has no role here`);
    demandReach(principal, tenant);
    if (before?.role === 'owner') demandOwner(principal);
    if (role !== undefined) {
      demandRole(principal, role, tenant);
      demandNoLoss(principal, role, await rolesOf(tx, person));
    }
    await recordIn(tx, tenant ?? OPERATOR_TENANT, {
      action: role === undefined ? 'role.revoked' : 'role.granted',
      ...by,
      resource: { type: 'role', id: person },
      change: { ...(before === undefined ? {} : { before: shown(before) }), ...(after === undefined ? {} : { after: shown(after) }) },
    });
    return after;
  });
}

function shown({ role, scope, tenant }: RoleGrant): { role: string; tenant: string; scope: string } {
  return { role, tenant: tenant ?? 'all tenants', scope: scope ?? 'everything' };
}

/** A role as it is shown. */
export interface PresentedRole {
  readonly person: string;
  readonly role: Role;
  /** Absent for all tenants. */
  readonly tenant?: string;
  readonly scope?: string;
  /** RFC 3339. */
  readonly grantedAt: string;
}

export function presentRole({ person, role, tenant, scope, grantedAt }: RoleGrant): PresentedRole {
  return {
    person,
    role,
    ...(tenant === undefined ? {} : { tenant }),
    ...(scope === undefined ? {} : { scope }),
    grantedAt: grantedAt.toISOString(),
  };
}
