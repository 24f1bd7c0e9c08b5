// The one table of who may do what, and the one function that looks it up. A route names its permission in the table of
// operations (http/openapi); one that names none is refused.

import { Failure } from '@indelible/core';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import type { Grant, Principal } from './principal.ts';

export interface Rule {
  /** Roles of people and scopes of keys; one of them is enough. */
  readonly to: readonly Grant[];
  /** Keeps within the query of somebody who sees a part of a tenant alone. Without it such a one is refused. */
  readonly limits?: true;
  /** Is about what belongs to no tenant: for those who are good for all, and for those of the operator's tenant. */
  readonly ofOperator?: true;
  /** Is about what somebody keeps for themselves: for people who have signed in, whatever a key may read. */
  readonly ofPeople?: true;
  /** What the trail says of it when it was done. */
  readonly records?: 'audit.searched' | 'audit.viewed' | 'audit.export.downloaded' | 'audit.proof.viewed';
  /** Is for a viewer token only where it says that it may export. */
  readonly exports?: true;
}

const AUDITORS: readonly Grant[] = ['read', 'owner', 'administrator', 'analyst', 'auditor'];
const READERS: readonly Grant[] = [...AUDITORS, 'viewer'];

export const PERMISSIONS = {
  'events.write': { to: ['ingest'] },
  'events.search': { to: READERS, limits: true, records: 'audit.searched' },
  'events.view': { to: READERS, limits: true, records: 'audit.viewed' },
  'proofs.read': { to: READERS, limits: true, records: 'audit.proof.viewed' },
  // The entries of a tile name the id and the time of every event.
  'tiles.read': { to: AUDITORS, records: 'audit.proof.viewed' },
  // On record by the route itself, before the export begins.
  'exports.make': { to: READERS, limits: true, exports: true },
  'exports.read': { to: READERS, limits: true, exports: true, records: 'audit.viewed' },
  'exports.fetch': { to: READERS, limits: true, exports: true, records: 'audit.export.downloaded' },
  'keys.read': { to: ['admin', 'owner', 'administrator', 'auditor'], records: 'audit.viewed' },
  'keys.manage': { to: ['admin', 'owner', 'administrator'] },
  // Not to a key that administers: it would read what it may not.
  'viewers.make': { to: ['embed', 'owner', 'administrator'] },
  'viewers.revoke': { to: ['embed', 'admin', 'owner', 'administrator'] },
  'roles.read': { to: ['admin', 'owner', 'administrator', 'auditor'], records: 'audit.viewed' },
  'roles.manage': { to: ['admin', 'owner', 'administrator'] },
  'coverage.read': { to: [...AUDITORS, 'admin'], ofOperator: true, records: 'audit.viewed' },
  'views.keep': { to: READERS, limits: true, ofPeople: true },
  // An auditor changes nothing that others see.
  'views.share': { to: ['read', 'owner', 'administrator', 'analyst'], ofPeople: true },
} as const satisfies Readonly<Record<string, Rule>>;

export type Permission = keyof typeof PERMISSIONS;

export function ruleOf(permission: Permission): Rule {
  return PERMISSIONS[permission];
}

/**
 * @throws Failure `forbidden`
 * @example demand(principal, 'events.search');
 */
export function demand(principal: Principal, permission: Permission): void {
  const rule = ruleOf(permission);
  if (!rule.to.some((grant) => principal.grants.includes(grant))) throw new Failure('forbidden', lacking(principal, rule));
  if (rule.ofPeople === true && principal.kind !== 'person')
    throw new Failure('forbidden', 'this is for people who have signed in: nobody keeps anything by a key or a token');
  if (rule.exports === true && principal.kind === 'viewer' && principal.exports !== true)
    throw new Failure('forbidden', 'this viewer token was made without "exports": true');
  if (rule.limits !== true) demandWhole(principal);
  if (rule.ofOperator === true && principal.tenant !== undefined && principal.tenant !== OPERATOR_TENANT)
    throw new Failure(
      'forbidden',
      `this tells of what many tenants share: who asks must be good for all tenants, and ${whose(principal)} is for one`,
    );
}

/**
 * Refuses who sees a part of a tenant what tells of all of it.
 *
 * @throws Failure `forbidden`
 */
export function demandWhole({ within }: Principal): void {
  if (within !== undefined) throw new Failure('forbidden', 'this tells of a whole tenant, and you see a part of it');
}

function lacking({ kind, grants }: Principal, { to }: Rule): string {
  const has = grants.length === 0 ? 'nothing' : grants.join(', ');
  if (kind === 'person') return `this is for ${to.filter((grant) => !isScope(grant)).join(', ')}; you are ${has}`;
  const scopes = to.filter(isScope).map((scope) => `"${scope}"`);
  if (kind === 'viewer' || scopes.length === 0) return `this is for ${to.join(', ')}; ${whose({ kind })} has ${has}`;
  return `this needs the scope ${scopes.join(' or ')}; the key has ${has}`;
}

function whose({ kind }: Pick<Principal, 'kind'>): string {
  return { key: 'this key', operator: 'this key', person: 'your role', viewer: 'this token' }[kind];
}

const SCOPE_NAMES: ReadonlySet<string> = new Set(['ingest', 'read', 'admin', 'embed']);

function isScope(grant: Grant): boolean {
  return SCOPE_NAMES.has(grant);
}
