// Invitations that wait for an answer: listing and withdrawing them.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../store/pool.ts';
import { type Role, setRole } from '../store/role-grants.ts';
import { ADMIN_KEY, type Answer, openTestServer, PASSWORD, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

async function somebody(tenant: string, role: Role): Promise<string> {
  const person = `usr_${randomUUID().slice(0, 8)}`;
  await inTransaction(server.trail.store.owner, (tx) => setRole(tx, { tenant, person, role }));
  return person;
}

function ask(who: string, path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Person ${who}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  return server.request(path, { headers, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) });
}

const invite = (who: string, email: string, role: Role): Promise<Answer> => ask(who, '/v1/people/invitations', { email, role });
const withdraw = (who: string, id: unknown): Promise<Answer> => ask(who, `/v1/people/invitations/${String(id)}/withdraw`, {});
const come = ({ body }: Answer): Promise<Answer> =>
  server.request('/v1/sign-in/link', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: String(body['link']).split('#')[1], name: 'Somebody', password: PASSWORD }),
  });
const tenantName = (): string => `org-${randomUUID().slice(0, 8)}`;

test('open invitations are listed without their links; one that was used is gone', async () => {
  const tenant = tenantName();
  const admin = await somebody(tenant, 'administrator');
  const first = await invite(admin, `first@${tenant}.test`, 'auditor');
  const second = await invite(admin, `second@${tenant}.test`, 'viewer');
  await invite(await somebody(tenantName(), 'owner'), 'other@elsewhere.test', 'auditor');
  const listed = await ask(admin, '/v1/people/invitations');
  expect(listed.body).toEqual({
    invitations: [second, first].map(({ body: { id, expiresAt } }, place) => ({
      id,
      email: `${['second', 'first'][place] ?? ''}@${tenant}.test`,
      role: ['viewer', 'auditor'][place],
      createdAt: expect.any(String),
      expiresAt,
    })),
  });
  expect(listed.text).not.toContain('iln_');
  expect((await come(first)).status).toBe(200);
  expect((await ask(admin, '/v1/people/invitations')).body).toMatchObject({ invitations: [{ id: second.body['id'] }] });
});

test('one that was withdrawn lets nobody in, and is on record', async () => {
  const tenant = tenantName();
  const admin = await somebody(tenant, 'administrator');
  const invited = await invite(admin, `joe@${tenant}.test`, 'auditor');
  expect((await withdraw(admin, invited.body['id'])).body).toEqual({ withdrawn: true });
  expect((await ask(admin, '/v1/people/invitations')).body).toEqual({ invitations: [] });
  expect((await come(invited)).status).toBe(401);
  expect((await withdraw(admin, invited.body['id'])).body).toMatchObject({ status: 404, code: 'not_found' });
  const { body } = await server.get('/v1/events?q=action:invitation.revoked', ADMIN_KEY, { 'indelible-tenant': tenant });
  expect(body).toMatchObject({
    events: [{ actor: { id: admin }, resource: { id: invited.body['id'], name: `joe@${tenant}.test` }, metadata: { role: 'auditor' } }],
  });
});

test('that of an owner is withdrawn by an owner, and that of another tenant by nobody', async () => {
  const tenant = tenantName();
  const [owner, admin] = [await somebody(tenant, 'owner'), await somebody(tenant, 'administrator')];
  const invited = await invite(owner, `next@${tenant}.test`, 'owner');
  expect((await withdraw(admin, invited.body['id'])).body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await withdraw(await somebody(tenantName(), 'owner'), invited.body['id'])).status).toBe(404);
  expect((await come(invited)).status).toBe(200);
  const other = await invite(owner, `last@${tenant}.test`, 'owner');
  expect((await withdraw(owner, other.body['id'])).status).toBe(200);
});
