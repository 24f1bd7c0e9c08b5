// Every operation of the OpenAPI document with hostile parameters, headers and bodies, by every kind of credentials, over a
// real connection: never a fault of the server, never a word of its inside, always problem+json. INDELIBLE_TEST_SEED repeats a run.

import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ERRORS } from '@indelible/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApp } from './app.ts';
import { type HostileRequest, hostileRequest, type Known, type Route, routesOf } from './fuzz.test.fixture.ts';
import { makeServer } from './listener.ts';
import { makeDocument, type OpenApi } from './openapi/document.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { ADMIN_KEY, anEvent, openTestServer, PASSWORD, receiptsOf, type TestServer } from './server.test.fixture.ts';

const RUNS = 25;
const SEED = Number(process.env['INDELIBLE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const document = JSON.parse(JSON.stringify(makeDocument(OPERATIONS, '1'))) as OpenApi;
const agent = new Agent({ keepAlive: true });
let known: Known = {};
const credentials: Record<string, string>[] = [];
const undo: (() => Promise<unknown> | void)[] = [];
let server: TestServer;
let port = 0;

beforeAll(async () => {
  process.stdout.write(`fuzz: INDELIBLE_TEST_SEED=${SEED}\n`);
  server = await openTestServer();
  undo.push(() => server.close());
  // How often it asks is another test's matter: nothing is to be refused for that.
  const often = { perSecond: 1e6, burst: 1e6 };
  const http = makeServer(makeApp(server.services, { caller: often, ingest: often, address: often }).fetch);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  undo.push(async () => {
    agent.destroy();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  ({ port } = http.address() as AddressInfo);
  await fill();
});
afterAll(async () => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
});

/** Things to be found, and everybody who may ask. */
async function fill(): Promise<void> {
  const change = { before: { model: 'small-1' }, after: { model: 'large-2' } };
  const event = anEvent({ action: 'bot.updated', resource: { type: 'bot', id: 'bot_42' }, change });
  const ofAcme = { 'indelible-tenant': 'org_acme' };
  const [receipt] = receiptsOf(await server.post([event, anEvent()], ADMIN_KEY, ofAcme));
  await server.post(event, ADMIN_KEY, { 'indelible-tenant': 'org_other' });
  await server.trail.seal();
  const id = receipt?.id ?? '';
  const { logId } = await server.trail.log('org_acme');
  known = {
    any: [id, 'bot_42', 'usr_1', '1', '-1d', 'UTC'],
    id: [id, 'bot_42', 'usr_1', (await server.key('org_acme', 'read')).id],
    type: ['bot'],
    logId: [logId],
    log: [logId],
    tile: ['0/000.p/2', 'entries/000.p/2'],
    event: [id],
    q: ['action:bot.*', 'actor:usr_1 at:-7d', '"large" -outcome:failure', 'resource:bot/bot_42 OR seq:1..2'],
    zone: ['Europe/Berlin', '+05:30'],
    from: ['1', '-7d', '2026-01-01'],
    to: ['2', 'now', '2030-01-01T00:00:00Z'],
    at: ['now', '-1h'],
    fields: ['action,outcome', 'actor.id'],
    after: ['0', '-1'],
    cursor: ['x'],
    email: ['joe@acme.test', 'maria@acme.test'],
    password: [PASSWORD],
    current: [PASSWORD],
  };
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  for (const scope of ['ingest', 'read', 'admin', 'embed'] as const) credentials.push(bearer((await server.key('org_acme', scope)).token));
  const every = await server.key('org_acme', 'ingest', 'read', 'admin', 'embed');
  const viewer = await server.post({ resource: { type: 'bot', id: 'bot_42' } }, ADMIN_KEY, ofAcme, '/v1/viewer-tokens');
  // More often those who are let in far.
  for (let time = 0; time < 4; time++)
    credentials.push(
      bearer(every.token),
      { ...bearer(ADMIN_KEY), ...ofAcme },
      { cookie: await cookieOf('owner'), origin: `http://127.0.0.1:${port}` },
    );
  credentials.push(
    {},
    bearer(ADMIN_KEY),
    { ...bearer(ADMIN_KEY), 'indelible-tenant': '_operator' },
    bearer(String(viewer.body['token'])),
    { cookie: await cookieOf('viewer') },
    bearer('ink_no-such-key-no-such-key'),
    bearer('ivt_e30.e30.AA'),
    { authorization: 'Basic dXNlcjpwYXNz' },
    { ...bearer(every.token), 'indelible-tenant': 'org_other' },
    { cookie: 'indelible.session_token=nonsense.nonsense' },
  );
}

async function cookieOf(role: 'owner' | 'viewer'): Promise<string> {
  return (await server.signIn(role, 'org_acme')).cookie;
}

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function send({ method, target, headers, body }: HostileRequest): Promise<Seen> {
  return new Promise((resolve, reject) => {
    // Of a stream the beginning is enough.
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const asked = request({ agent, host: '127.0.0.1', port, method, path: target, headers: { ...headers, ...length } }, (response) => {
      const { statusCode: status = 0, headers: told } = response;
      let text = '';
      response.setEncoding('utf8');
      response.on('error', reject);
      if (told['content-type']?.startsWith('text/event-stream') === true) {
        resolve({ status, headers: told, text });
        response.removeAllListeners('error').on('error', () => undefined);
        asked.destroy();
        return;
      }
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status, headers: told, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** What only the inside of the server knows: places in code, words of the database. */
const INSIDE =
  /\n\s+at |node_modules|node:internal|file:\/\/|\.[jt]s:\d|SQLSTATE|violates|syntax error at or near|invalid input syntax|invalid byte sequence|out of range for type|pg_catalog/;

function check({ method }: HostileRequest, { status, headers, text }: Seen): void {
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(INSIDE);
  for (const name of Object.keys(SECURITY_HEADERS)) expect(headers).toHaveProperty(name);
  expect(headers).not.toHaveProperty('x-evil');
  if (status < 400 || method === 'HEAD') return;
  // A part of the events may be refused, with a verdict on each.
  if (status === 422 && text.startsWith('{"verdicts":')) return;
  expect(headers['content-type']).toBe('application/problem+json');
  const problem = JSON.parse(text) as { code: keyof typeof ERRORS; status: number };
  expect(problem).toMatchObject({
    status,
    type: `urn:indelible:error:${problem.code}`,
    title: ERRORS[problem.code].title,
    hint: ERRORS[problem.code].hint,
    detail: expect.any(String),
    requestId: headers['indelible-request-id'],
  });
  expect(ERRORS[problem.code].status).toBe(status);
}

test.each(routesOf(document).map((route, index): [string, Route, number] => [route.id, route, SEED + index]))(
  '%s',
  async (_, route, seed) => {
    await fc.assert(
      fc.asyncProperty(hostileRequest(route, document, known, credentials), async (hostile) => check(hostile, await send(hostile))),
      { numRuns: RUNS, seed },
    );
  },
);

test('not all of it is refused at the door: much is answered, and what is refused is so by many checks', async () => {
  const codes = new Set<string>();
  let good = 0;
  const routes = routesOf(document).filter(({ id }) => id === 'listEvents' || id === 'getEvent' || id === 'sendEvents' || id === 'makeKey');
  for (const route of routes)
    for (const hostile of fc.sample(hostileRequest(route, document, known, credentials), { numRuns: 60, seed: 7 })) {
      const { status, text } = await send(hostile);
      if (status < 300) good++;
      else if (text.startsWith('{"type"')) codes.add((JSON.parse(text) as { code: string }).code);
    }
  expect(good).toBeGreaterThan(15);
  expect(codes.size).toBeGreaterThan(6);
});
