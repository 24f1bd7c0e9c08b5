// The roles of people: who gives them, what they end, and what the trail says of them.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../capture/capture.test.fixture.ts';
import { KEY_CACHE_MS } from '../limits.ts';
import { ADMIN_KEY, anEvent, type Answer, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

/** As a person, or with the operator's key. */
function ask(who: string, tenant: string | undefined, path: string, body?: object): Promise<Answer> {
  const headers = {
    authorization: who === 'operator' ? `Bearer ${ADMIN_KEY}` : `Person ${who}`,
    ...(tenant === undefined ? {} : { 'indelible-tenant': tenant }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return server.request(path, { headers, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) });
}

const give = (who: string, tenant: string, person: string, role: string, more: object = {}): Promise<Answer> =>
  ask(who, tenant, '/v1/roles', { person, role, ...more });

const names = (): { tenant: string; owner: string; admin: string; auditor: string } => {
  const tag = randomUUID().slice(0, 8);
  return { tenant: `org_${tag}`, owner: `own_${tag}`, admin: `adm_${tag}`, auditor: `aud_${tag}` };
};

test('an administrator gives every role but that of an owner, and takes none from an owner', async () => {
  const { tenant, owner, admin, auditor } = names();
  expect((await give('operator', tenant, owner, 'owner')).status).toBe(201);
  expect((await give(owner, tenant, admin, 'administrator')).body).toMatchObject({ person: admin, role: 'administrator', tenant });
  expect((await give(admin, tenant, auditor, 'auditor')).status).toBe(201);
  for (const answer of [
    await give(admin, tenant, admin, 'owner'),
    await give(admin, tenant, owner, 'auditor'),
    await ask(admin, tenant, `/v1/roles/${owner}/revoke`, {}),
    await give(auditor, tenant, auditor, 'administrator'),
  ])
    expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await give(owner, tenant, admin, 'owner')).status).toBe(201);
  expect((await ask(admin, tenant, '/v1/roles')).body).toMatchObject({
    roles: [{ role: 'owner' }, { role: 'auditor' }, { role: 'owner' }],
  });
});

test('the last owner stays', async () => {
  const { tenant, owner } = names();
  await give('operator', tenant, owner, 'owner');
  for (const answer of [await ask(owner, tenant, `/v1/roles/${owner}/revoke`, {}), await give(owner, tenant, owner, 'auditor')])
    expect(answer.body).toMatchObject({ status: 403, detail: expect.stringContaining('last owner') });
  expect((await ask(owner, tenant, '/v1/roles')).status).toBe(200);
});

test('a role that was taken away ends what rests on it within five seconds, streams included', async () => {
  const { tenant, auditor } = names();
  await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': tenant });
  await give('operator', tenant, auditor, 'auditor');
  expect((await ask(auditor, tenant, '/v1/events')).status).toBe(200);
  const ended = (
    await server.app.request('/v1/events/stream', { headers: { authorization: `Person ${auditor}`, 'indelible-tenant': tenant } })
  ).text();
  const at = performance.now();
  // Narrowed: what was opened with the wider role does not go on.
  await give('operator', tenant, auditor, 'viewer', { scope: 'resource:bot/bot_1' });
  expect(await ended).toContain('key_revoked');
  await until(async () => ((await ask(auditor, tenant, '/v1/events')).body['events'] as object[] | undefined)?.length === 0, 10);
  await ask('operator', tenant, `/v1/roles/${auditor}/revoke`, {});
  await until(async () => (await ask(auditor, tenant, '/v1/events')).status === 403, 10);
  expect(performance.now() - at).toBeLessThan(10_000 + KEY_CACHE_MS);
});

test('a person has other roles in other tenants, and none in those that they are nothing in', async () => {
  const [first, second] = [names(), names()];
  await give('operator', first.tenant, first.owner, 'owner');
  await give('operator', second.tenant, first.owner, 'viewer');
  expect((await ask(first.owner, first.tenant, '/v1/keys')).status).toBe(200);
  expect((await ask(first.owner, second.tenant, '/v1/keys')).status).toBe(403);
  expect((await ask(first.owner, undefined, '/v1/events')).body).toMatchObject({ code: 'tenant_missing' });
  expect((await ask(second.auditor, first.tenant, '/v1/events')).body).toMatchObject({
    status: 403,
    detail: 'you have no role in this tenant',
  });
});

test('who is an owner of all tenants is one of each, and a role in one goes before it', async () => {
  const { tenant, owner } = names();
  expect((await give('operator', '_operator', owner, 'owner')).body).not.toHaveProperty('tenant');
  expect((await ask(owner, tenant, '/v1/events')).status).toBe(200);
  expect((await ask(owner, undefined, '/v1/coverage')).status).toBe(200);
  await give('operator', tenant, owner, 'viewer', { scope: 'resource:bot/none' });
  await until(async () => (await ask(owner, tenant, '/v1/keys')).status === 403, 10);
});

test.each([
  ['a scope for an auditor', { person: 'x', role: 'auditor', scope: 'resource:bot/x' }],
  ['free text', { person: 'x', role: 'viewer', scope: 'word' }],
  ['an unknown role', { person: 'x', role: 'root' }],
  ['nobody', { person: '', role: 'viewer' }],
])('%s is no role', async (_, body) => {
  expect((await ask('operator', names().tenant, '/v1/roles', body)).status).toBe(422);
});

test('every change of a role is an event in the log of its tenant, with the actor', async () => {
  const { tenant, owner, auditor } = names();
  await give('operator', tenant, owner, 'owner');
  await give(owner, tenant, auditor, 'viewer', { scope: 'resource:bot/bot_1' });
  await give(owner, tenant, auditor, 'auditor');
  await ask(owner, tenant, `/v1/roles/${auditor}/revoke`, {});
  const answer = await ask('operator', tenant, '/v1/events?q=action:role.*&order=asc');
  expect(answer.body['events']).toMatchObject([
    {
      action: 'role.granted',
      actor: { id: 'key_environment' },
      resource: { type: 'role', id: owner },
      change: { after: { role: 'owner' } },
    },
    { action: 'role.granted', actor: { type: 'user', id: owner, attribution: 'verified' }, category: 'authorization' },
    { action: 'role.granted', change: { before: { role: 'viewer', scope: 'resource:bot/bot_1' }, after: { role: 'auditor' } } },
    { action: 'role.revoked', resource: { id: auditor }, change: { before: { role: 'auditor' } } },
  ]);
});
