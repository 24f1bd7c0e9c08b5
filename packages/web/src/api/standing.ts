// What whoever has signed in is in the tenant that is looked at. The server decides; this only keeps from showing what it would
// refuse.

import { useQuery } from '@tanstack/react-query';
import { useApi } from './client.ts';
import { type SignedIn, sessionQuery } from './queries.ts';

export type Role = SignedIn['roles'][number]['role'];

export interface Standing {
  readonly tenant: string;
  /** Undefined while it is not known, and for somebody who is nothing there. */
  readonly role?: Role;
  /** Of a viewer: the query that everything is read within. */
  readonly scope?: string;
  /** It comes from a role in all tenants. */
  readonly isForAll: boolean;
}

/** A role in the tenant goes before the one in all of them, as on the server. */
export function standingOf(roles: SignedIn['roles'], tenant: string): Standing {
  const own = roles.find((role) => role.tenant === tenant) ?? roles.find((role) => role.tenant === undefined);
  if (own === undefined) return { tenant, isForAll: false };
  const { role, scope } = own;
  return { tenant, role, isForAll: own.tenant === undefined, ...(scope === undefined ? {} : { scope }) };
}

/** @example const { role } = useStanding(); */
export function useStanding(): Standing {
  const { tenant } = useApi();
  const { data } = useQuery(sessionQuery());
  return standingOf(data?.roles ?? [], tenant);
}

/**
 * Whether what is captured is shown to them: it tells of sources that hold rows of many tenants. Who asks without is refused, and
 * a refusal is an event in the trail, so do not ask then.
 */
export function seesCoverage({ isForAll, role, tenant, scope }: Standing): boolean {
  return role !== undefined && role !== 'viewer' && scope === undefined && (isForAll || tenant === '_operator');
}

export function isAdministrator({ role }: Standing): boolean {
  return role === 'owner' || role === 'administrator';
}

/** Shares views, and changes those that are shared. */
export function mayShare({ role }: Standing): boolean {
  return role === 'owner' || role === 'administrator' || role === 'analyst';
}
