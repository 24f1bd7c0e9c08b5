// The OWASP API Security Top 10 (2023), as far as no other test is about it: docs/THREATS.md says which one is about which.

import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from './openapi/operations.ts';
import { ADMIN_KEY, anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await openTestServer();
  ({ token } = await server.key('org_acme', 'ingest', 'read', 'admin', 'embed'));
  await server.post(anEvent(), token);
});
afterAll(async () => {
  await server?.close();
});

const OPERATORS = { 'indelible-tenant': 'org_acme' };

/** By operation a body that is good, and properties of the thing that are not for who asks to set. */
const PROPERTIES: Readonly<Record<string, { path: string; good: object; more: object }>> = {
  makeKey: {
    path: '/v1/keys',
    good: { name: 'reports', scopes: ['read'] },
    more: { id: 'key_mine', tenant: 'org_other', hash: 'AA==', createdAt: '2020-01-01T00:00:00Z', revokedAt: null },
  },
  makeViewerToken: { path: '/v1/viewer-tokens', good: {}, more: { tenant: 'org_other', id: 'vt_mine', restsOn: [], grants: ['owner'] } },
  giveRole: {
    path: '/v1/roles',
    good: { person: 'usr_1', role: 'auditor' },
    more: { tenant: 'org_other', grantedAt: '2020-01-01T00:00:00Z' },
  },
  invitePerson: {
    path: '/v1/people/invitations',
    good: { email: 'joe@acme.test', role: 'auditor' },
    more: { tenant: 'org_other', id: 'usr_mine' },
  },
  sendEvents: {
    path: '/v1/events',
    good: anEvent(),
    more: { tenant: 'org_other', seq: 7, recordedAt: '2020-01-01T00:00:00Z', attribution: 'verified', leafHash: 'AA==' },
  },
};

test.each(Object.entries(PROPERTIES))('API3: %s sets no property that is not for who asks', async (_, { path, good, more }) => {
  for (const [name, value] of Object.entries(more)) {
    const answer = await server.post({ ...good, [name]: value }, token, {}, path);
    expect({ name, status: answer.status }).toEqual({ name, status: 422 });
  }
  expect((await server.post(good, token, {}, path)).status).toBeLessThan(300);
});

test('API3: no answer shows what a key is recognised by', async () => {
  const made = await server.post({ name: 'shown once', scopes: ['read'] }, token, {}, '/v1/keys');
  const { text } = await server.get('/v1/keys', token);
  expect(text).toContain(String(made.body['id']));
  for (const secret of [String(made.body['key']), token, 'hash']) expect(text).not.toContain(secret);
});

test('API7: nothing that a request says is an address that the server goes to', async () => {
  let visits = 0;
  const trap = createServer((_, response) => response.end('{}')).on('connection', () => visits++);
  trap.listen(0, '127.0.0.1');
  await once(trap, 'listening');
  const origin = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
  const headers = Object.fromEntries(
    ['referer', 'x-forwarded-host', 'x-original-url', 'x-rewrite-url', 'callback', 'destination', 'link'].map((name) => [
      name,
      `${origin}/x`,
    ]),
  );
  for (const { method, path, inQuery = {}, body } of OPERATIONS) {
    const query = new URLSearchParams(Object.keys(inQuery).map((name): [string, string] => [name, origin]));
    const address = `${path.replace(/\{\w+\}/g, encodeURIComponent(origin))}?${query.toString()}`;
    const example = body?.content[0]?.example;
    const sent = JSON.stringify(example ?? {}, (_, value: unknown) => (typeof value === 'string' ? origin : value));
    const init = {
      method: method.toUpperCase(),
      headers: { ...headers, ...OPERATORS, authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    };
    await server.request(
      address,
      method === 'post' ? { ...init, body: sent } : { ...init, method: path.endsWith('/stream') ? 'HEAD' : 'GET' },
    );
  }
  await server.post(anEvent({ context: { referrer: origin }, metadata: { url: origin, image: `${origin}/x.png` } }), token);
  expect(visits).toBe(0);
  // The trap is one: who goes there is noticed.
  await (await fetch(origin)).text();
  expect(visits).toBe(1);
  await new Promise((resolve) => trap.close(resolve));
});

test('API8: no other site may read an answer, and no method is answered beside those of the table', async () => {
  const evil = { origin: 'https://evil.test', 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
  for (const { path, method } of OPERATIONS) {
    const address = path.replace(/\{\w+\}/g, 'x');
    const shown = path.endsWith('/stream') ? 'HEAD' : method.toUpperCase();
    for (const verb of [shown, 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
      const { status, headers } = await server.request(address, { method: verb, headers: { ...evil, authorization: `Bearer ${token}` } });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      if (verb !== shown) expect({ path, verb, status }).toEqual({ path, verb, status: 404 });
    }
  }
});
