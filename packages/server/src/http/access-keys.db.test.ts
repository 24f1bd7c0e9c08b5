// API keys over HTTP: what they are held to, their rotation, what is noted of their use, and what the trail says of all that.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_CACHE_MS } from '../limits.ts';
import { ADMIN_KEY, anEvent, type Answer, openTestServer, type TestServer } from './server.test.fixture.ts';
import { until } from '../capture/capture.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

const newTenant = (): string => `org_${randomUUID().slice(0, 8)}`;

async function make(tenant: string, body: object): Promise<{ id: string; key: string }> {
  const answer = await server.post(body, ADMIN_KEY, { 'indelible-tenant': tenant }, '/v1/keys');
  expect({ status: answer.status, ...answer.body }).toMatchObject({ status: 201, key: expect.stringMatching(/^ink_/) });
  return answer.body as { id: string; key: string };
}

const read = (key: string, from?: string): Promise<Answer> =>
  server.request('/v1/events', { headers: { authorization: `Bearer ${key}` } }, from);

async function eventsOf(tenant: string, q: string): Promise<Record<string, unknown>[]> {
  const answer = await server.get(`/v1/events?q=${encodeURIComponent(q)}&order=asc`, ADMIN_KEY, { 'indelible-tenant': tenant });
  return answer.body['events'] as Record<string, unknown>[];
}

test('a key is good from its networks alone', async () => {
  const { key } = await make(newTenant(), { name: 'office', scopes: ['read'], addresses: ['203.0.113.0/24', '2001:db8::/32'] });
  expect((await read(key, '203.0.113.9')).status).toBe(200);
  expect((await read(key, '::ffff:203.0.113.9')).status).toBe(200);
  expect((await read(key, '2001:db8::9')).status).toBe(200);
  expect((await read(key, '198.51.100.9')).body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await read(key)).status).toBe(403);
});

test('a key ends when its time is over', async () => {
  const tenant = newTenant();
  const { key } = await make(tenant, { name: 'short', scopes: ['read'], expiresAt: new Date(Date.now() + 1_500).toISOString() });
  expect((await read(key)).status).toBe(200);
  await until(async () => (await read(key)).status === 401, 10);
  expect((await read(key)).body).toMatchObject({ code: 'unauthorized', detail: 'this key has expired' });
});

test('a rotated key and its successor are both good until the overlap is over', async () => {
  const tenant = newTenant();
  const { id, key } = await make(tenant, { name: 'billing', scopes: ['read'], addresses: ['203.0.113.0/24'] });
  expect((await read(key, '203.0.113.9')).status).toBe(200);
  const rotated = await server.post({ overlapSeconds: 2 }, ADMIN_KEY, { 'indelible-tenant': tenant }, `/v1/keys/${id}/rotate`);
  expect(rotated.body).toMatchObject({ name: 'billing', scopes: ['read'], addresses: ['203.0.113.0/24'], replaces: id, former: { id } });
  const successor = String(rotated.body['key']);
  expect((await read(successor, '203.0.113.9')).status).toBe(200);
  expect((await read(successor, '198.51.100.9')).status).toBe(403);
  await until(async () => (await read(key, '203.0.113.9')).status === 401, 10);
  expect((await read(successor, '203.0.113.9')).status).toBe(200);
  const again = await server.post({}, ADMIN_KEY, { 'indelible-tenant': tenant }, `/v1/keys/${id}/rotate`);
  expect(again.body).toMatchObject({ status: 404, code: 'not_found' });
});

test('a key that is revoked over HTTP is refused within a second or two, and its streams end within five', async () => {
  const tenant = newTenant();
  const { id, key } = await make(tenant, { name: 'tail', scopes: ['read'] });
  const stream = await server.app.request('/v1/events/stream', { headers: { authorization: `Bearer ${key}` } });
  const text = stream.text();
  const at = performance.now();
  const revoked = await server.post({}, ADMIN_KEY, { 'indelible-tenant': tenant }, `/v1/keys/${id}/revoke`);
  expect(revoked.body).toMatchObject({ id, revokedAt: expect.any(String) });
  await until(async () => (await read(key)).status === 401, 10);
  expect(await text).toContain('key_revoked');
  expect(performance.now() - at).toBeLessThan(5_000 + KEY_CACHE_MS);
});

test('every change of a key is an event in the log of its tenant, with the actor', async () => {
  const tenant = newTenant();
  const { id } = await make(tenant, { name: 'reports', scopes: ['read', 'ingest'] });
  const rotated = await server.post({}, ADMIN_KEY, { 'indelible-tenant': tenant }, `/v1/keys/${id}/rotate`);
  await server.post({}, ADMIN_KEY, { 'indelible-tenant': tenant }, `/v1/keys/${id}/revoke`);
  const events = await eventsOf(tenant, 'action:api_key.*');
  const by = { type: 'api_key', id: 'key_environment', attribution: 'verified' };
  expect(events).toMatchObject([
    { action: 'api_key.created', actor: by, resource: { type: 'api_key', id, name: 'reports' }, source: { kind: 'self' } },
    { action: 'api_key.rotated', actor: by, resource: { type: 'api_key', id: rotated.body['id'] }, change: { before: { id } } },
    { action: 'api_key.revoked', actor: by, resource: { type: 'api_key', id }, context: { authMethod: 'environment_key' } },
  ]);
  expect(JSON.stringify(events)).not.toContain(String(rotated.body['key']));
  expect(await eventsOf('_operator', `resource:api_key/${id}`)).toEqual([]);
});

test('a key for all tenants is on record with the operator, and is made there alone', async () => {
  const { id, key } = await make('_operator', { name: 'everywhere', scopes: ['read'] });
  expect(await eventsOf('_operator', `resource:api_key/${id}`)).toMatchObject([{ action: 'api_key.created' }]);
  expect((await server.get('/v1/events', key, { 'indelible-tenant': newTenant() })).status).toBe(200);
  const listed = await server.get('/v1/keys', ADMIN_KEY, { 'indelible-tenant': '_operator' });
  expect(JSON.stringify(listed.body)).toContain(id);
});

test('a key gives no scope away that it has not, and touches no key of another tenant', async () => {
  const tenant = newTenant();
  const { key: admin } = await make(tenant, { name: 'admin', scopes: ['admin', 'ingest'] });
  const { id: reader } = await make(tenant, { name: 'reader', scopes: ['read'] });
  const { id: foreign } = await make(newTenant(), { name: 'foreign', scopes: ['ingest'] });
  expect((await server.post({ name: 'x', scopes: ['ingest'] }, admin, {}, '/v1/keys')).status).toBe(201);
  for (const scopes of [['read'], ['ingest', 'embed']])
    expect((await server.post({ name: 'x', scopes }, admin, {}, '/v1/keys')).body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await server.post({}, admin, {}, `/v1/keys/${reader}/rotate`)).status).toBe(403);
  for (const verb of ['revoke', 'rotate']) {
    const [theirs, none] = [
      await server.post({}, admin, {}, `/v1/keys/${foreign}/${verb}`),
      await server.post({}, admin, {}, `/v1/keys/key_none/${verb}`),
    ];
    expect({ ...theirs.body, requestId: '' }).toMatchObject({ status: 404, detail: `there is no key ${foreign} that is good` });
    expect(none.body).toMatchObject({ status: 404, detail: 'there is no key key_none that is good' });
  }
  const listed = JSON.stringify((await server.get('/v1/keys', admin)).body);
  expect(listed).toContain(reader);
  expect(listed).not.toContain(foreign);
});

test.each([
  ['no name', { scopes: ['read'] }],
  ['an empty name', { name: '', scopes: ['read'] }],
  ['a control character', { name: 'a\u0007', scopes: ['read'] }],
  ['no scope', { name: 'x', scopes: [] }],
  ['an unknown scope', { name: 'x', scopes: ['root'] }],
  ['an unknown key', { name: 'x', scopes: ['read'], tenant: 'org_other' }],
  ['no network', { name: 'x', scopes: ['read'], addresses: ['10.0.0.0/40'] }],
  ['a time that is over', { name: 'x', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' }],
  ['no time', { name: 'x', scopes: ['read'], expiresAt: 'tomorrow' }],
])('%s makes no key', async (_, body) => {
  const tenant = newTenant();
  const answer = await server.post(body, ADMIN_KEY, { 'indelible-tenant': tenant }, '/v1/keys');
  expect(answer.body).toMatchObject({ status: 422, code: 'parameter_invalid', pointer: expect.any(String) });
  expect((await server.get('/v1/keys', ADMIN_KEY, { 'indelible-tenant': tenant })).body).toEqual({ keys: [] });
});

test('a body that is not JSON makes no key', async () => {
  const headers = { 'indelible-tenant': newTenant() };
  expect((await server.post('{', ADMIN_KEY, headers, '/v1/keys')).body).toMatchObject({ status: 422, code: 'json_invalid' });
  expect((await server.post('{}', ADMIN_KEY, { ...headers, 'content-type': 'text/plain' }, '/v1/keys')).status).toBe(415);
  expect((await server.post(`{"name": "${'x'.repeat(70_000)}"}`, ADMIN_KEY, headers, '/v1/keys')).status).toBe(413);
});

test('the use of a key is noted once a minute, and from a new address it is an event', async () => {
  const tenant = newTenant();
  const { id, key } = await make(tenant, { name: 'mobile', scopes: ['read', 'ingest'] });
  const keyNow = async (): Promise<Record<string, unknown>> => {
    const { body } = await server.get('/v1/keys', ADMIN_KEY, { 'indelible-tenant': tenant });
    return (body['keys'] as Record<string, unknown>[])[0] ?? {};
  };
  const used = async (): Promise<unknown[]> => {
    await server.keyUse.flush();
    return eventsOf(tenant, 'action:api_key.used');
  };
  expect(await keyNow()).not.toHaveProperty('lastUsedAt');
  for (let time = 0; time < 3; time++) await read(key, '203.0.113.9');
  expect(await used()).toMatchObject([
    { actor: { type: 'api_key', id, name: 'mobile' }, context: { ip: '203.0.113.9' }, severity: 'medium' },
  ]);
  const first = await keyNow();
  expect(first).toMatchObject({ lastUsedAddress: '203.0.113.9', lastUsedAt: expect.any(String) });
  // The same minute, known places, and another server that remembers none of this.
  for (const from of ['203.0.113.9', '198.51.100.1', '2001:db8:1:2::1', '2001:db8:1:2::2']) await read(key, from);
  expect(await used()).toMatchObject([{}, { metadata: { addresses: ['198.51.100.1', '2001:db8:1:2::'] } }]);
  expect(await keyNow()).toEqual(first);
  await read(key, '198.51.100.1');
  expect(await used()).toHaveLength(2);
  expect(
    (
      await server.request(
        '/v1/events',
        {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify(anEvent()),
        },
        '192.0.2.1',
      )
    ).status,
  ).toBe(201);
  expect(await used()).toHaveLength(3);
});
