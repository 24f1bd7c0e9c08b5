// Who may do what: keys, scopes, tenants, and what of another tenant can be learned (nothing).

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_CACHE_MS } from '../limits.ts';
import { revokeKey } from '../store/api-keys.ts';
import { ADMIN_KEY, anEvent, openTestServer, receiptsOf, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let acme: string;
let other: string;
beforeAll(async () => {
  server = await openTestServer();
  acme = (await server.key('org_acme', 'ingest', 'read')).token;
  other = (await server.key('org_other', 'ingest', 'read')).token;
});
afterAll(async () => {
  await server?.close();
});

test.each([
  ['no header', undefined],
  ['another scheme', 'Basic aW5rOg=='],
  ['no key of ours', 'Bearer sk_1234'],
  ['a key that never was', 'Bearer ink_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['nearly the admin key', `Bearer ${ADMIN_KEY}x`],
])('%s is 401', async (_, authorization) => {
  const headers: Record<string, string> = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  for (const init of [{ headers }, { headers, method: 'POST', body: JSON.stringify(anEvent()) }]) {
    const answer = await server.request('/v1/events', init);
    expect(answer.body).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  }
});

test('a scope that the key lacks is 403, and the answer names it', async () => {
  const ingest = (await server.key('org_acme', 'ingest')).token;
  const read = (await server.key('org_acme', 'read')).token;
  expect((await server.post(anEvent(), ingest)).status).toBe(201);
  expect((await server.post(anEvent(), read)).body).toMatchObject({
    status: 403,
    code: 'forbidden',
    detail: expect.stringContaining('"ingest"'),
  });
  for (const path of ['/v1/events', '/v1/events/x', '/v1/events/x/proof', '/v1/resources/bot/b', '/v1/log', '/v1/log/consistency']) {
    expect((await server.get(path, ingest)).body).toMatchObject({ status: 403, detail: expect.stringContaining('"read"') });
    expect((await server.get(path, read)).status).not.toBe(403);
  }
});

test('a key of one tenant is not good for another', async () => {
  expect((await server.post(anEvent(), acme, { 'indelible-tenant': 'org_acme' })).status).toBe(201);
  for (const answer of [
    await server.post(anEvent(), acme, { 'indelible-tenant': 'org_other' }),
    await server.get('/v1/events', acme, { 'indelible-tenant': 'org_other' }),
  ])
    expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
});

test('an event of another tenant does not exist', async () => {
  const [receipt] = receiptsOf(await server.post(anEvent({ resource: { type: 'bot', id: 'bot_secret' } }), acme));
  await server.post(anEvent(), other);
  const id = receipt?.id ?? '';
  expect((await server.get(`/v1/events/${id}`, acme)).body).toMatchObject({ id, tenant: 'org_acme' });
  for (const path of [`/v1/events/${id}`, `/v1/events/${id}/proof`, '/v1/events/no-id']) {
    const answer = await server.get(path, other);
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    expect(answer.text).not.toContain('org_acme');
  }
  expect((await server.get('/v1/events?limit=1000', other)).text).not.toContain(id);
  expect((await server.get('/v1/resources/bot/bot_secret', other)).text).not.toContain(id);
});

test('a revoked key is refused within the promised second', async () => {
  const { id, token } = await server.key('org_acme', 'ingest');
  expect((await server.post(anEvent(), token)).status).toBe(201);
  await revokeKey(server.trail.store.owner, id);
  await sleep(KEY_CACHE_MS);
  expect((await server.post(anEvent(), token)).body).toMatchObject({ status: 401, code: 'unauthorized' });
  await expect(revokeKey(server.trail.store.owner, id)).rejects.toMatchObject({ code: 'not_found' });
});

test('the key of the environment names a tenant, which is made on first use', async () => {
  expect((await server.post(anEvent(), ADMIN_KEY)).body).toMatchObject({ status: 422, code: 'tenant_missing' });
  const tenant = { 'indelible-tenant': 'org_first' };
  expect((await server.get('/v1/events', ADMIN_KEY, tenant)).body).toEqual({ events: [] });
  expect((await server.get('/v1/log', ADMIN_KEY, tenant)).status).toBe(404);
  const [receipt] = receiptsOf(await server.post(anEvent(), ADMIN_KEY, tenant));
  expect(receipt?.seq).toBe(1);
  expect((await server.get(`/v1/events/${receipt?.id}`, ADMIN_KEY, tenant)).status).toBe(200);
  expect((await server.get('/v1/log', ADMIN_KEY, tenant)).body).toMatchObject({ code: 'not_sealed' });
});

test('reserved names are refused, and only the trail itself writes to the log of the operator', async () => {
  for (const name of ['_system', '_x', '', 'x'.repeat(257)])
    expect((await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': name })).body).toMatchObject({
      status: 422,
      code: 'tenant_invalid',
    });
  const answer = await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': '_operator' });
  expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await server.get('/v1/events', ADMIN_KEY, { 'indelible-tenant': '_operator' })).status).toBe(200);
});

test('a key for all tenants reads each of them, and one at a time', async () => {
  const { token } = await server.key(undefined, 'read');
  await server.post(anEvent(), other);
  const answer = await server.get('/v1/events', token, { 'indelible-tenant': 'org_other' });
  const events = answer.body['events'] as { tenant: string }[];
  expect(new Set(events.map(({ tenant }) => tenant))).toEqual(new Set(['org_other']));
});

test('tiles and checkpoints of another tenant do not exist, the system log is open to readers', async () => {
  await server.post(anEvent(), acme);
  await server.post(anEvent(), other);
  await server.trail.seal();
  const { logId, system } = (await server.get('/v1/log', acme)).body as { logId: string; system: { logId: string } };
  for (const path of ['checkpoint', 'tile/0/000.p/1', 'tile/entries/000.p/1']) {
    expect((await server.get(`/log/${logId}/${path}`, acme)).status).toBe(200);
    expect((await server.get(`/log/${logId}/${path}`, other)).body).toMatchObject({ status: 404, code: 'not_found' });
    expect((await server.get(`/log/${logId}x/${path}`, acme)).status).toBe(404);
    expect((await server.request(`/log/${logId}/${path}`)).status).toBe(401);
    expect((await server.get(`/log/${system.logId}/${path}`, other)).status).toBe(200);
  }
  expect((await server.request('/.well-known/indelible-keys.json')).status).toBe(200);
});
