// GET /v1/events/stream: events as they are recorded, as server-sent events.

import type { HttpBindings } from '@hono/node-server';
import { checkZone, Failure, parse, print } from '@indelible/core';
import type { Context } from 'hono';
import { seesLog } from '../../store/as-tenant.ts';
import { askedOf } from '../../query/part.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** Registered before the routes of one event: an event has no id "stream". */
export function streamRoutes(app: App, services: Services): void {
  app.get('/v1/events/stream', async (c) => {
    const caller = callerOf(c);
    const { principal, tenant } = caller;
    const parameters = c.req.query();
    const query = askedOf(principal, parse(parameters['q'] ?? ''));
    const zone = checkZone(parameters['zone'] ?? 'UTC');
    const after = placeOf(c);
    // What a stream reads is read once for all who listen: whether this one may is asked of the database before.
    const log = await services.tenants.byName(tenant);
    if (log !== undefined && !(await seesLog(caller.reader, log.tenantId)))
      throw new Failure('not_found', 'nothing has been recorded for this tenant yet');
    // An answer to HEAD has no body that anybody would read or end.
    if (c.req.method === 'HEAD') return new Response(null, { headers: HEADERS });
    const stream = await services.streams.open({
      tenant,
      credentials: principal.credentials,
      untilMs: principal.untilMs,
      filter: { query, zone, name: JSON.stringify([print(query), zone]) },
      after,
      log: parameters['log'],
      abort: () => (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy(),
    });
    return new Response(stream, { headers: HEADERS });
  });
}

/** The header is what a client sends that comes again, to an address that may name the place of its first time. */
function placeOf(c: Context<Environment>): number | undefined {
  const header = c.req.header('last-event-id');
  const [name, text] = header === undefined || header === '' ? ['after', c.req.query('after')] : ['Last-Event-ID', header];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^(-1|\d{1,16})$/.test(text) || !Number.isSafeInteger(value))
    throw new Failure(
      'parameter_invalid',
      `${name}: expected a sequence number, or -1 to begin with the first event, got "${text.slice(0, 60)}"`,
      {
        pointer: name,
      },
    );
  return value;
}
