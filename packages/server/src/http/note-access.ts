// What the trail notes of a request when it is answered: that somebody read, or that they were refused.

import { Failure } from '@indelible/core';
import type { Context } from 'hono';
import { byPrincipal } from '../access/actor.ts';
import type { Access } from '../access/access-entry.ts';
import { Denied, tenantNamed } from '../access/authenticate.ts';
import { ruleOf } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { checkTenantName, OPERATOR_TENANT } from '../store/log-row.ts';
import { clientAddress } from './client-address.ts';
import type { Environment, Services } from './environment.ts';
import type { Operation } from './openapi/operation.ts';

export function noteAccess(services: Services, c: Context<Environment>): void {
  const operation = c.get('operation');
  if (operation === undefined || operation.access === 'none') return;
  const failure = c.error instanceof Failure && (c.error.status === 401 || c.error.status === 403) ? c.error : undefined;
  const asked = { operation: operation.id, question: questionOf(c, operation), parameters: parametersOf(c) };
  if (failure !== undefined) services.accessTrail.note({ ...asked, ...denialOf(services, c, failure) });
  else {
    const admitted = c.get('admitted');
    if (operation.permission === undefined || admitted === undefined) return;
    const { records } = ruleOf(operation.permission);
    const whose = { ...asked, tenant: admitted.tenant, by: byOf(services, c, admitted.principal) };
    const missed = missedOf(c, operation);
    // What is another's answers as what there is not: whoever tries ids is on record.
    if (missed !== undefined) services.accessTrail.note({ ...whose, action: records ?? 'permission.denied', error: missed });
    // A stream is noted when it begins, and never again: what it tells of is no reading.
    else if (records !== undefined && c.res.status < 400) services.accessTrail.note({ ...whose, action: records });
  }
}

/** Something was named that there is not, or not for who asks. */
function missedOf(c: Context<Environment>, { path }: Operation): Access['error'] {
  const { error } = c;
  if (!path.includes('{') || !(error instanceof Failure) || error.code !== 'not_found') return undefined;
  return { code: error.code, message: 'what was asked for is not there, or not for whoever asked' };
}

function byOf(services: Services, c: Context<Environment>, principal: Principal): Access['by'] {
  return byPrincipal(principal, clientAddress(c, services.trustedProxies));
}

/** Who asks about their own account, which is in no tenant. */
function signedInAs(c: Context<Environment>): Principal | undefined {
  const session = c.get('signedIn');
  return session && { kind: 'person', ...session.person, session: session.id, tenant: OPERATOR_TENANT, grants: [], credentials: [] };
}

/** Of strangers: what they write stays out of a log that nobody can erase. */
const UNASKED = { question: '', parameters: '' };

function denialOf(services: Services, c: Context<Environment>, failure: Failure): Omit<Access, 'operation' | 'question' | 'parameters'> {
  const principal = failure instanceof Denied ? failure.principal : (c.get('admitted')?.principal ?? signedInAs(c));
  const error = { code: failure.code, message: failure.message };
  const action = failure.status === 401 ? 'auth.denied' : 'permission.denied';
  if (principal !== undefined) return { tenant: principal.tenant ?? namedTenant(c), action, error, by: byOf(services, c, principal) };
  const ip = clientAddress(c, services.trustedProxies);
  // Nobody is known, and whose they say they are is their word alone.
  return {
    ...UNASKED,
    tenant: OPERATOR_TENANT,
    action,
    error,
    by: { actor: { type: 'anonymous' }, attribution: 'none', context: ip === undefined ? {} : { ip } },
  };
}

/** Of somebody who is good for all tenants: the one that was asked for. */
function namedTenant(c: Context<Environment>): string {
  try {
    return checkTenantName(tenantNamed(c.req.header('indelible-tenant') ?? ''));
  } catch {
    return OPERATOR_TENANT;
  }
}

/** The query, or else the address where it names something. */
function questionOf(c: Context<Environment>, { path }: Operation): string {
  return c.req.query('q') ?? (path.includes('{') ? decodedPath(c.req.path) : '');
}

/** All that was asked beside `q`. */
function parametersOf(c: Context<Environment>): string {
  const { searchParams } = new URL(c.req.url);
  searchParams.delete('q');
  return searchParams.toString();
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
