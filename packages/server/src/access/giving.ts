// What somebody may give away: never more than they have themselves, for no longer, and to no more tenants.

import { Failure } from '@indelible/core';
import type { NewKey, Scope } from '../store/api-keys.ts';
import { type Role, type RoleGrant, ROLES_OF_PEOPLE } from '../store/role-grants.ts';
import { isNetworkWithin } from './address.ts';
import { PERMISSIONS, type Rule } from './permissions.ts';
import type { Principal } from './principal.ts';

/**
 * What is good for all tenants is given and taken by those who are; the operator's tenant is one tenant.
 *
 * @param principal who asks; undefined for somebody who has the database anyway, here and below
 * @param tenant undefined for all tenants
 * @throws Failure `forbidden`
 */
export function demandReach(principal: Principal | undefined, tenant: string | undefined): void {
  if (tenant === undefined && principal?.tenant !== undefined)
    throw new Failure('forbidden', 'what is good for all tenants is changed by who is good for all tenants');
}

/**
 * A key gives no scope away that it has not; else `admin` alone would be every scope.
 *
 * @throws Failure `forbidden`
 */
export function demandScopes(principal: Principal | undefined, scopes: readonly Scope[]): void {
  const lacking = principal?.kind === 'key' ? scopes.filter((scope) => !principal.grants.includes(scope)) : [];
  if (lacking.length > 0) throw new Failure('forbidden', `this key has not the scope ${lacking.join(', ')} that it would give away`);
}

/**
 * The key as it may be made: one that a key makes ends with it at the latest, and is good from its networks alone.
 *
 * @throws Failure `forbidden` for scopes, networks and a time that the maker has not
 */
export function asGivable(principal: Principal | undefined, wanted: NewKey): NewKey {
  demandReach(principal, wanted.tenant);
  demandScopes(principal, wanted.scopes);
  if (principal?.kind !== 'key') return wanted;
  const { untilMs, addresses: own = [] } = principal;
  const { expiresAt = untilMs === undefined ? undefined : new Date(untilMs), addresses: asked = [] } = wanted;
  const addresses = asked.length === 0 ? own : asked;
  if (untilMs !== undefined && expiresAt !== undefined && expiresAt.getTime() > untilMs)
    throw new Failure('forbidden', `this key ends at ${new Date(untilMs).toISOString()}, and so does what it makes`);
  const outside = own.length === 0 ? undefined : addresses.find((network) => !isNetworkWithin(network, own));
  if (outside !== undefined) throw new Failure('forbidden', `this key is not good from ${outside.slice(0, 60)} itself`);
  return { ...wanted, addresses, expiresAt };
}

/**
 * A key gives a role whose every right is one of its scopes; an owner is made, and unmade, by an owner.
 *
 * @param tenant undefined for all tenants
 * @throws Failure `forbidden`
 */
export function demandRole(principal: Principal | undefined, role: Role, tenant: string | undefined): void {
  if (principal === undefined) return;
  demandReach(principal, tenant);
  if (role === 'owner') demandOwner(principal);
  const beyond =
    principal.kind === 'key' &&
    Object.values(PERMISSIONS).some(({ to }: Rule) => to.includes(role) && !to.some((one) => principal.grants.includes(one)));
  if (beyond)
    throw new Failure('forbidden', `the role ${role} may do what this key may not: its scopes are ${principal.grants.join(', ')}`);
}

/** @throws Failure `forbidden` */
export function demandOwner(principal: Principal | undefined): void {
  if (principal !== undefined && principal.kind !== 'operator' && !principal.grants.includes('owner'))
    throw new Failure('forbidden', 'only an owner makes an owner, or takes that away');
}

/**
 * A role in a tenant goes before the one in all tenants, so a lesser one there takes rights away: those who are good for one
 * tenant take none from those who are good for all.
 *
 * @param held all roles of the person
 * @throws Failure `forbidden`
 */
export function demandNoLoss(principal: Principal | undefined, role: Role, held: readonly RoleGrant[]): void {
  const forAll = held.find(({ tenant }) => tenant === undefined)?.role;
  if (principal === undefined || forAll === undefined || isMore(role, forAll)) return;
  if (forAll === 'owner') demandOwner(principal);
  if (principal.tenant !== undefined)
    throw new Failure('forbidden', `this person is ${forAll} in all tenants: only who is good for all tenants makes them less in one`);
}

/** @example isMore('owner', 'viewer') // true */
export function isMore(role: Role, than: Role): boolean {
  return ROLES_OF_PEOPLE.indexOf(role) < ROLES_OF_PEOPLE.indexOf(than);
}
