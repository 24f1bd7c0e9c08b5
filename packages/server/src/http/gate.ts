// The gate before every route: the table of operations says which permission an address asks for, and who has it not does
// not reach the route. An address that stands not in the table is nobody's.

import { Failure } from '@indelible/core';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { boundTo } from '../store/as-tenant.ts';
import type { Caller } from '../access/principal.ts';
import type { Credentials } from '../access/authenticate.ts';
import type { Admitted, Environment, Services } from './environment.ts';
import { clientAddress } from './client-address.ts';
import type { Operation } from './openapi/operation.ts';
import { OPERATIONS, routeOf } from './openapi/operations.ts';
import { demandOwnOrigin } from './origin-check.ts';
import type { RateLimit } from './rate-limit.ts';

const BY_ROUTE: ReadonlyMap<string, Operation> = new Map(
  OPERATIONS.map((operation) => [`${operation.method.toUpperCase()} ${routeOf(operation)}`, operation]),
);

/** The operation that a request reaches; undefined for an address that the server has not. */
function operationOf(c: Context<Environment>): Operation | undefined {
  // The first one answers. What holds for many addresses is registered for all methods.
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL');
  if (route === undefined) return undefined;
  const operation = BY_ROUTE.get(`${route.method} ${route.path}`);
  if (operation === undefined) throw new Failure('forbidden', 'no rule says who may use this address');
  return operation;
}

/** What of a request says who sends it. */
export function credentialsOf(services: Services, c: Context<Environment>): Credentials {
  return {
    authorization: c.req.header('authorization'),
    tenant: c.req.header('indelible-tenant'),
    cookie: c.req.header('cookie'),
    address: clientAddress(c, services.trustedProxies),
  };
}

/** A caller and what they read through. */
export function admittedAs(services: Services, caller: Caller): Admitted {
  const { tenant } = caller.principal;
  const { reader } = services.store;
  return { ...caller, reader: tenant === undefined ? reader : boundTo(reader, (tenantId) => services.tenants.owns(tenant, tenantId)) };
}

/** @example app.use(makeGate(services, makeRateLimit(services.trustedProxies))) */
export function makeGate(services: Services, rateLimit: RateLimit): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const operation = operationOf(c);
    c.set('operation', operation);
    const visitor = rateLimit.comes(c, operation);
    demandOwnOrigin(services, c);
    // Of what may be public its route finds out, and asks for the same permission where it is not.
    if (operation?.access === 'key')
      c.set('admitted', admittedAs(services, await services.authenticator.admit(credentialsOf(services, c), operation.permission)));
    if (operation?.access === 'session') c.set('signedIn', await services.people.sessions.demand(c.req.header('cookie')));
    rateLimit.enters(c, visitor);
    await next();
  };
}
