// Nobody gives away more than they have: keys that make keys and roles, administrators of one tenant and who is good for all.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey, findKey, hashKey, type NewKey } from '../store/api-keys.ts';
import { ADMIN_KEY, type Answer, openTestServer, ORIGIN, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

const newTenant = (): string => `org_${randomUUID().slice(0, 8)}`;
const HERE = '203.0.113.9';
const FORBIDDEN = { status: 403, code: 'forbidden' };

function post(token: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const authorization = token.startsWith('ink_') ? `Bearer ${token}` : `Person ${token}`;
  const init = { method: 'POST', headers: { authorization, 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  return server.request(path, init, HERE);
}

async function keyOf(more: Partial<NewKey>): Promise<{ id: string; token: string; tenant: string }> {
  const tenant = newTenant();
  const { token, key } = await createKey(server.trail.store.owner, { name: 'maker', tenant, scopes: ['admin', 'read'], ...more });
  return { token, id: key.id, tenant: more.tenant ?? tenant };
}

const forAll = (token: string, role: string, person: string): Promise<Answer> =>
  post(token, '/v1/roles', { person, role }, { 'indelible-tenant': '_operator' });

test.each([
  [['admin'], ['owner', 'administrator', 'analyst', 'auditor', 'viewer'], []],
  [['admin', 'embed'], ['administrator', 'auditor', 'viewer'], []],
  [
    ['admin', 'read'],
    ['owner', 'administrator'],
    ['analyst', 'auditor', 'viewer'],
  ],
  [['admin', 'read', 'embed'], ['owner'], ['administrator', 'analyst', 'auditor', 'viewer']],
] as const)('a key with the scopes %j gives no role of %j, by an invitation as little', async (scopes, refused, given) => {
  const { token } = await keyOf({ scopes });
  const roles = [...refused.map((role) => [role, 403] as const), ...given.map((role) => [role, 201] as const)];
  for (const [role, status] of roles) {
    expect((await post(token, '/v1/roles', { person: `usr_${role}`, role })).status).toBe(status);
    expect((await post(token, '/v1/people/invitations', { email: `${role}@people.test`, role })).status).toBe(status);
  }
});

test('who is good for all tenants is made less in one by nobody of that tenant', async () => {
  const tenant = newTenant();
  const [owner, administrator] = [`own_${tenant}`, `adm_${tenant}`];
  await forAll(ADMIN_KEY, 'owner', owner);
  await post(ADMIN_KEY, '/v1/roles', { person: administrator, role: 'administrator' }, { 'indelible-tenant': tenant });
  for (const body of [{ role: 'viewer', scope: 'resource:nope/x' }, { role: 'auditor' }, { role: 'administrator' }])
    expect((await post(administrator, '/v1/roles', { person: owner, ...body })).body).toMatchObject(FORBIDDEN);
  expect((await post(owner, '/v1/keys', { name: 'x', scopes: ['read'] }, { 'indelible-tenant': tenant })).status).toBe(201);
});

test('who administers all tenants makes no owner of them less, and who audits them may be more in one', async () => {
  const tenant = newTenant();
  const [owner, administrator, auditor] = [`own_${tenant}`, `adm_${tenant}`, `aud_${tenant}`];
  await forAll(ADMIN_KEY, 'owner', owner);
  await forAll(owner, 'administrator', administrator);
  await forAll(owner, 'auditor', auditor);
  const here = { 'indelible-tenant': tenant };
  expect((await post(administrator, '/v1/roles', { person: owner, role: 'viewer' }, here)).body).toMatchObject(FORBIDDEN);
  expect((await post(administrator, '/v1/roles', { person: auditor, role: 'viewer' }, here)).status).toBe(201);
  await post(ADMIN_KEY, '/v1/roles', { person: `boss_${tenant}`, role: 'administrator' }, here);
  expect((await post(`boss_${tenant}`, '/v1/roles', { person: auditor, role: 'administrator' })).status).toBe(201);
});

test('a key of the tenant of the operator changes nothing that is good for all tenants', async () => {
  const { token } = await keyOf({ tenant: '_operator', scopes: ['admin', 'read', 'embed'] });
  const { id } = await keyOf({});
  const everywhere = await server.key(undefined, 'read');
  for (const [path, body] of [
    ['/v1/keys', { name: 'x', scopes: ['read'] }],
    [`/v1/keys/${everywhere.id}/rotate`, {}],
    [`/v1/keys/${everywhere.id}/revoke`, {}],
    ['/v1/roles', { person: 'eve', role: 'administrator' }],
    ['/v1/people/invitations', { email: 'eve@people.test', role: 'viewer' }],
  ] as const)
    expect((await post(token, path, body)).body).toMatchObject(FORBIDDEN);
  await forAll(ADMIN_KEY, 'viewer', 'mallory');
  expect((await post(token, '/v1/roles/mallory/revoke', {})).body).toMatchObject(FORBIDDEN);
  expect((await post(token, `/v1/keys/${id}/revoke`, {})).status).toBe(404);
  expect((await server.get('/v1/events', everywhere.token, { 'indelible-tenant': newTenant() })).status).toBe(200);
});

test('what a key makes ends with it, and is good from where it is good', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000);
  const { token } = await keyOf({ expiresAt, addresses: ['203.0.113.0/24'] });
  const make = (more: object): Promise<Answer> => post(token, '/v1/keys', { name: 'child', scopes: ['read'], ...more });
  expect((await make({})).body).toMatchObject({ expiresAt: expiresAt.toISOString(), addresses: ['203.0.113.0/24'] });
  const sooner = new Date(Date.now() + 60_000).toISOString();
  expect((await make({ expiresAt: sooner, addresses: [HERE] })).body).toMatchObject({ expiresAt: sooner, addresses: [`${HERE}/32`] });
  const later = new Date(expiresAt.getTime() + 1_000).toISOString();
  for (const more of [{ expiresAt: later }, { addresses: ['203.0.0.0/16'] }, { addresses: [HERE, '2001:db8::/32'] }])
    expect((await make(more)).body).toMatchObject(FORBIDDEN);
});

test('a key that rotates itself, or another one, gains no time and no place', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000);
  const { token, id, tenant } = await keyOf({ expiresAt, addresses: ['203.0.113.0/24'] });
  const free = await createKey(server.trail.store.owner, { name: 'free', tenant, scopes: ['read'] });
  expect((await post(token, `/v1/keys/${free.key.id}/rotate`, {})).body).toMatchObject({
    expiresAt: expiresAt.toISOString(),
    addresses: ['203.0.113.0/24'],
  });
  const wide = await createKey(server.trail.store.owner, { name: 'wide', tenant, scopes: ['read'], addresses: ['198.51.100.0/24'] });
  expect((await post(token, `/v1/keys/${wide.key.id}/rotate`, {})).body).toMatchObject(FORBIDDEN);
  expect(await findKey(server.trail.store.owner, hashKey(wide.token))).not.toHaveProperty('expiresAt');
  expect((await post(token, `/v1/keys/${id}/rotate`, {})).body).toMatchObject({ expiresAt: expiresAt.toISOString() });
});

test.each(['/v1/keys/%00/revoke', '/v1/keys/%00/rotate', '/v1/roles/%00/revoke', '/v1/roles/a%00b/revoke', '/v1/viewer-tokens/%00/revoke'])(
  '%s is not there',
  async (path) => {
    expect((await post(ADMIN_KEY, path, {}, { 'indelible-tenant': newTenant() })).body).toMatchObject({ status: 404, code: 'not_found' });
  },
);

test('nor is a session', async () => {
  const { cookie } = await server.signIn('viewer', newTenant());
  const init = { method: 'POST', headers: { cookie, origin: ORIGIN, 'content-type': 'application/json' }, body: '{}' };
  expect((await server.request('/v1/sessions/%00/revoke', init)).body).toMatchObject({ status: 404, code: 'not_found' });
});
