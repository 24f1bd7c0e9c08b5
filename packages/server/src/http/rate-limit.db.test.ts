// How often somebody may ask: by key, by session, and by address for those whom nobody knows. Nobody shuts out others.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { RATE_CALLER, RATE_INGEST } from '../limits.ts';
import { makeApp } from './app.ts';
import type { App } from './environment.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { errorsOf } from './openapi/operation.ts';
import type { Rates } from './rate-limit.ts';
import { ADMIN_KEY, anEvent, openTestServer, type SignedIn, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let maria: SignedIn;
beforeAll(async () => {
  server = await openTestServer();
  maria = await server.signIn('auditor', 'org_acme');
});
afterAll(async () => {
  await server?.close();
});

/** So slow that none comes back while a test runs. */
const few = (burst: number): Rates['caller'] => ({ perSecond: 0.001, burst });
const FEW: Rates = { caller: few(3), ingest: few(5), address: few(2) };
const MANY = { perSecond: 1_000, burst: 1_000 };
const PROXY = '10.0.0.1';
const FAR = '203.0.113.7';

function appWith(rates: Partial<Rates>): App {
  return makeApp({ ...server.services, trustedProxies: ['10.0.0.0/8'] }, { caller: MANY, ingest: MANY, address: MANY, ...rates });
}

interface Asked {
  readonly path?: string;
  readonly from?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

async function ask(app: App, { path = '/v1/events', from = FAR, headers = {}, body }: Asked): Promise<Response> {
  const json = { ...headers, 'content-type': 'application/json' };
  const init = body === undefined ? { headers } : { method: 'POST', headers: json, body: JSON.stringify(body) };
  return app.request(path, init, { incoming: { socket: { remoteAddress: from } } });
}

/** The statuses of so many requests, one after the other. */
async function statuses(app: App, times: number, asked: Asked): Promise<number[]> {
  const seen: number[] = [];
  for (let time = 0; time < times; time++) seen.push((await ask(app, asked)).status);
  return seen;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const through = (client: string, headers = {}): Asked => ({ from: PROXY, headers: { 'x-forwarded-for': client, ...headers } });

test('a key that asks too often is told how long to wait, and nobody else waits with it', async () => {
  const app = appWith(FEW);
  const [one, other] = [await server.key('org_acme', 'read', 'ingest'), await server.key('org_acme', 'read')];
  expect(await statuses(app, 4, { headers: bearer(one.token) })).toEqual([200, 200, 200, 429]);
  // By another address, and written in another way, it is the same one.
  const refused = await ask(app, { from: '198.51.100.9', headers: { authorization: `bearer   ${one.token}` } });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429, requestId: expect.any(String) });
  expect((await ask(app, { headers: bearer(other.token) })).status).toBe(200);
  // What it still has to record it can.
  expect(await statuses(app, 6, { headers: bearer(one.token), body: anEvent() })).toEqual([201, 201, 201, 201, 201, 429]);
});

test('a session is counted for itself, also where its person asks for more than one thing', async () => {
  const app = appWith(FEW);
  const [first, second] = [maria.cookie, (await server.signIn('auditor', 'org_acme', maria.email)).cookie];
  expect([
    (await ask(app, { path: '/v1/session', headers: { cookie: first } })).status,
    (await ask(app, { headers: { cookie: first } })).status,
    (await ask(app, { path: '/v1/sessions', headers: { cookie: first } })).status,
    (await ask(app, { headers: { cookie: `more=1; ${first}` } })).status,
  ]).toEqual([200, 200, 200, 429]);
  expect((await ask(app, { headers: { cookie: second } })).status).toBe(200);
});

test('viewer tokens that one key has made are counted each for itself', async () => {
  const app = appWith(FEW);
  const tokens: string[] = [];
  for (let time = 0; time < 2; time++) {
    const made = await server.post({ actor: 'usr_1' }, ADMIN_KEY, { 'indelible-tenant': 'org_acme' }, '/v1/viewer-tokens');
    tokens.push(String(made.body['token']));
  }
  for (const token of tokens) expect(await statuses(app, 4, { headers: bearer(token) })).toEqual([200, 200, 200, 429]);
});

test('who guesses keys is shut out by address, before the database is asked; who was let in before is not', async () => {
  const app = appWith({ address: few(3) });
  const { token } = await server.key('org_acme', 'read');
  expect((await ask(app, { headers: bearer(token) })).status).toBe(200);
  const guess = { headers: bearer('ink_guessed-guessed-guessed') };
  expect(await statuses(app, 5, guess)).toEqual([401, 401, 401, 429, 429]);
  expect((await ask(app, {})).status).toBe(429);
  expect((await ask(app, { path: '/nowhere' })).status).toBe(429);
  expect(await statuses(app, 10, { headers: bearer(token) })).toEqual(Array(10).fill(200));
  // From a network of its own an attacker has many addresses of IPv6.
  expect(await statuses(app, 3, { ...guess, from: '2001:db8::1' })).toEqual([401, 401, 401]);
  expect((await ask(app, { ...guess, from: '2001:db8::2' })).status).toBe(429);
  expect((await ask(app, { ...guess, from: '2001:db8:0:1::1' })).status).toBe(401);
});

test('what turns out good costs its address nothing, however often it comes for the first time', async () => {
  const app = appWith({ address: few(1) });
  for (let time = 0; time < 4; time++) {
    const { token } = await server.key('org_acme', 'read');
    expect((await ask(app, { headers: bearer(token) })).status).toBe(200);
  }
});

test('behind a trusted proxy clients are counted apart, and a proxy that does not tell them is not counted at all', async () => {
  const app = appWith(FEW);
  expect(await statuses(app, 3, through('192.0.2.1'))).toEqual([401, 401, 429]);
  expect((await ask(app, through('192.0.2.2'))).status).toBe(401);
  // What a client writes itself stands before what the proxy adds.
  expect((await ask(app, through('192.0.2.3, 192.0.2.1'))).status).toBe(429);
  expect(await statuses(app, 6, { from: PROXY })).toEqual(Array(6).fill(401));
});

test('what is open to everybody is counted by address, also for those who are known', async () => {
  const app = appWith(FEW);
  const { token } = await server.key('org_acme', 'read');
  expect((await ask(app, { headers: bearer(token) })).status).toBe(200);
  expect(await statuses(app, 3, { path: '/healthz', headers: bearer(token) })).toEqual([200, 200, 429]);
});

test('every operation says that it may be refused so, and the defaults are beyond what one server does', () => {
  expect(OPERATIONS.filter((operation) => !errorsOf(operation).includes('rate_limited'))).toEqual([]);
  // Published: 8,165 events a second, one a request; 1,000 streams that one key opens.
  expect(RATE_INGEST.perSecond).toBeGreaterThan(16_000);
  expect(RATE_CALLER.burst).toBeGreaterThan(5_000);
});
