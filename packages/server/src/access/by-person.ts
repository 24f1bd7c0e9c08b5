// From a person whom a sign-in knows to what they may do: by the role that they have in the tenant they ask about.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS } from '../limits.ts';
import { type RoleGrant, rolesOf } from '../store/role-grants.ts';
import { type Credentials, tenantNamed } from './authenticate.ts';
import type { Principal } from './principal.ts';
import { remembered } from './remembered.ts';
import { readScope } from './scope.ts';

/** What a sign-in knows of somebody. */
export interface Person {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly session?: string;
  /** The session, as store/good-credentials.ts knows it; none for one that nothing takes away. */
  readonly credentials: readonly string[];
  /** Milliseconds since 1970: when it ends. */
  readonly untilMs?: number;
}

export type AsPrincipal = (person: Person, credentials: Pick<Credentials, 'tenant'>) => Promise<Principal>;

/**
 * Roles are kept for KEY_CACHE_MS: one that was taken away ends at the latest then.
 *
 * @example const principal = await asPrincipal(person, credentials);
 */
export function makeAsPrincipal(appender: pg.Pool): AsPrincipal {
  const rolesNow = remembered((person) => rolesOf(appender, person), { ms: KEY_CACHE_MS, entriesMax: KEY_CACHE_ENTRIES_MAX });
  return async (person, { tenant: header }) => {
    const grant = choose(await rolesNow(person.id), header === undefined ? undefined : tenantNamed(header));
    const within = grant.scope === undefined ? undefined : readScope(grant.scope);
    const { credentials, ...known } = person;
    return {
      kind: 'person',
      ...known,
      ...(grant.tenant === undefined ? {} : { tenant: grant.tenant }),
      grants: [grant.role],
      ...(within === undefined ? {} : { within }),
      credentials: [...credentials, grant.id],
    };
  };
}

/** The role in the tenant that is named, or else the one for all tenants; without a name the only one there is. */
function choose(roles: readonly RoleGrant[], named: string | undefined): RoleGrant {
  const forAll = roles.find(({ tenant }) => tenant === undefined);
  const found =
    named === undefined
      ? (forAll ?? (roles.length === 1 ? roles[0] : undefined))
      : (roles.find(({ tenant }) => tenant === named) ?? forAll);
  if (found !== undefined) return found;
  if (named === undefined && roles.length > 1)
    throw new Failure('tenant_missing', 'you have a role in several tenants: the header Indelible-Tenant is missing');
  // The same whether there is such a tenant or not.
  throw new Failure('forbidden', named === undefined ? 'you have no role in any tenant' : 'you have no role in this tenant');
}
