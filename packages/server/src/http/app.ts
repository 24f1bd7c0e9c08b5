// The HTTP application: routes, and what holds for all of them.

import { randomUUID } from 'node:crypto';
import { Failure } from '@indelible/core';
import { Hono } from 'hono';
import type { App, Environment, Services } from './environment.ts';
import { faultPage, wantsPage } from './fault-page.ts';
import { makeGate } from './gate.ts';
import { refuseUnknownParameters } from './known-parameters.ts';
import { noteAccess } from './note-access.ts';
import { asFailure, problemResponse } from './problem.ts';
import { makeRateLimit, type Rates, RATES } from './rate-limit.ts';
import { accessRoutes } from './routes/access.ts';
import { actorRoutes } from './routes/actors.ts';
import { coverageRoutes } from './routes/coverage.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { logRoutes } from './routes/log.ts';
import { peopleRoutes } from './routes/people.ts';
import { resourceRoutes } from './routes/resources.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { streamRoutes } from './routes/stream.ts';
import { statsRoutes } from './routes/stats.ts';
import { tenantRoutes } from './routes/tenants.ts';
import { viewRoutes } from './routes/views.ts';
import { securityHeaders } from './security-headers.ts';

/** What is not there is told in JSON, whoever asks. */
const OF_PROGRAMS = /^\/(?:v1|log)(?:\/|$)/;

/** @example makeApp(services).request('/healthz') */
export function makeApp(services: Services, rates: Rates = RATES): App {
  const app = new Hono<Environment>();
  app.use(securityHeaders(services.trustedProxies));
  app.use(async (c, next) => {
    const requestId = randomUUID();
    c.set('requestId', requestId);
    const started = performance.now();
    // The listener lets some names of hosts pass that are none, such as a number that is no address.
    if (!URL.canParse(c.req.url)) throw new Failure('request_malformed', 'the address or the header Host makes no URL');
    for (const [name, values] of Object.entries(c.req.queries())) {
      if (values.length > 1)
        throw new Failure('parameter_invalid', `${name}: it is given ${values.length} times, and only one would count`, { pointer: name });
    }
    await next();
    noteAccess(services, c);
    c.header('indelible-request-id', requestId);
    services.logger.debug(
      { requestId, method: c.req.method, path: c.req.path, status: c.res.status, ms: Math.round(performance.now() - started) },
      'request',
    );
  });
  app.use(makeGate(services, makeRateLimit(services.trustedProxies, rates)));
  app.use(refuseUnknownParameters);
  healthRoutes(app, services);
  streamRoutes(app, services);
  eventRoutes(app, services);
  resourceRoutes(app, services);
  actorRoutes(app, services);
  logRoutes(app, services);
  keyRoutes(app, services);
  accessRoutes(app, services);
  signInRoutes(app, services);
  tenantRoutes(app, services);
  peopleRoutes(app, services);
  viewRoutes(app, services);
  coverageRoutes(app, services);
  documentationRoutes(app);
  dashboardRoutes(app);
  statsRoutes(app, services);
  exportRoutes(app, services);
  app.notFound((c) => {
    const failure = new Failure('not_found', `there is nothing at ${c.req.method} ${c.req.path}`);
    if (c.req.method === 'GET' && !OF_PROGRAMS.test(c.req.path) && wantsPage(c.req.header('accept')))
      return faultPage(failure, c.get('requestId'), { path: '/', text: 'To the overview' });
    return problemResponse(failure, c.get('requestId'));
  });
  app.onError((error, c) => {
    const failure = asFailure(error);
    const requestId = c.get('requestId');
    if (failure.status >= 500) services.logger.error({ requestId, code: failure.code, err: failure.cause ?? failure }, failure.message);
    return problemResponse(failure, requestId);
  });
  return app;
}
