// The second factor: preparing, confirming, signing in with it, backup codes, and its end.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { bySystem } from '../access/actor.ts';
import { makeSignInLink } from '../access/people/links.ts';
import { resetSecondFactor } from '../access/people/second-factor.ts';
import { codeOf } from '../access/people/totp.test.fixture.ts';
import { until } from '../capture/capture.test.fixture.ts';
import { findPerson, type PersonRow } from '../store/people.ts';
import { ADMIN_KEY, type Answer, openTestServer, ORIGIN, PASSWORD, type SignedIn, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

function post(path: string, body: object, cookie?: string, from?: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', origin: ORIGIN, ...(cookie === undefined ? {} : { cookie }) };
  return server.request(path, { method: 'POST', headers, body: JSON.stringify(body) }, from);
}

const cookieOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');

const get = (path: string, cookie: string): Promise<Answer> => server.request(path, { headers: { cookie } });

interface WithFactor extends SignedIn {
  readonly tenant: string;
  readonly uri: string;
  readonly backupCodes: readonly string[];
  /** Of the session that took the place of the first one. */
  readonly after: string;
}

let count = 0;

async function withFactor(): Promise<WithFactor> {
  const tenant = `org_${++count}`;
  const person = await server.signIn('auditor', tenant);
  const { uri, backupCodes } = (await post('/v1/second-factor', { password: PASSWORD }, person.cookie)).body as unknown as WithFactor;
  const confirmed = await post('/v1/second-factor/confirm', { code: codeOf(uri) }, person.cookie);
  expect(confirmed.body).toMatchObject({ person: { email: person.email, twoFactor: true } });
  return { ...person, tenant, uri, backupCodes, after: cookieOf(confirmed) };
}

async function actionsOf(tenant: string, q: string): Promise<unknown[]> {
  await server.accessTrail.flush(Number.POSITIVE_INFINITY);
  const answer = await server.get(`/v1/events?q=${encodeURIComponent(q)}`, ADMIN_KEY, { 'indelible-tenant': tenant });
  return (answer.body['events'] as { action: string }[]).map(({ action }) => action);
}

const rowOf = async (email: string): Promise<PersonRow> => (await findPerson(server.trail.store.owner, email)) as PersonRow;

test('it takes the password to prepare, and a right code to be in force', async () => {
  const { cookie, email } = await server.signIn('auditor', 'org_acme');
  expect((await post('/v1/second-factor', { password: 'wrong' }, cookie)).status).toBe(403);
  const prepared = await post('/v1/second-factor', { password: PASSWORD }, cookie);
  expect(prepared.body['uri']).toMatch(/^otpauth:\/\/totp\/Indelible:/);
  expect(prepared.headers.get('cache-control')).toBe('no-store');
  const code = codeOf(String(prepared.body['uri']));
  const wrong = code === '000000' ? '000001' : '000000';
  expect((await post('/v1/second-factor/confirm', { code: wrong }, cookie)).status).toBe(403);
  expect((await post('/v1/sign-in', { email, password: PASSWORD })).status).toBe(200);
  expect((await post('/v1/second-factor/confirm', { code: codeOf(String(prepared.body['uri'])) }, cookie)).status).toBe(200);
  expect((await post('/v1/sign-in', { email, password: PASSWORD })).status).toBe(401);
});

test('then a password alone lets nobody in, a code does, and a backup code once', async () => {
  const { email, uri, backupCodes, cookie, after, tenant } = await withFactor();
  // The session that asked was replaced.
  await until(async () => (await get('/v1/session', cookie)).status === 401, 10);
  expect((await get('/v1/session', after)).body).toMatchObject({ person: { twoFactor: true } });
  const alone = await post('/v1/sign-in', { email, password: PASSWORD });
  expect(alone.body).toMatchObject({ status: 401, code: 'second_factor_needed' });
  expect(alone.headers.getSetCookie()).toEqual([]);
  expect((await post('/v1/sign-in', { email, password: 'wrong', code: codeOf(uri) })).body).toMatchObject({ code: 'unauthorized' });
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code: 'AAAAA-BBBBB' }, undefined, '192.0.2.9')).body).toMatchObject({
    code: 'unauthorized',
    detail: expect.stringContaining('second factor'),
  });
  const come = await post('/v1/sign-in', { email, password: PASSWORD, code: codeOf(uri) });
  expect(come.status).toBe(200);
  expect((await get('/v1/roles', cookieOf(come))).status).toBe(200);
  const [backup = ''] = backupCodes;
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code: backup })).status).toBe(200);
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code: backup })).status).toBe(401);
  expect(await actionsOf('_operator', 'action:auth.mfa.failed ip:192.0.2.9')).toEqual(['auth.mfa.failed']);
  expect(await actionsOf(tenant, 'action:auth.mfa.*')).toEqual(['auth.mfa.enabled']);
});

test('a one-time link is in place of the password alone', async () => {
  const { email, uri } = await withFactor();
  const { token } = await makeSignInLink({ owner: server.trail.store.owner, by: bySystem() }, await rowOf(email));
  expect((await post('/v1/sign-in/link', { token })).body).toMatchObject({ status: 422, pointer: 'password' });
  const password = 'nine geese over the quay';
  expect((await post('/v1/sign-in/link', { token, password })).body).toMatchObject({ code: 'second_factor_needed' });
  expect((await post('/v1/sign-in/link', { token, password, code: codeOf(uri) })).status).toBe(200);
});

test('it is removed with password and code, or by whoever has the database', async () => {
  const first = await withFactor();
  const remove = (more: object): Promise<Answer> => post('/v1/second-factor/remove', { password: PASSWORD, ...more }, first.after);
  expect((await remove({ code: 'AAAAA-BBBBB' })).status).toBe(403);
  expect((await remove({ password: 'wrong', code: codeOf(first.uri) })).status).toBe(403);
  expect((await remove({ code: codeOf(first.uri) })).body).toMatchObject({ person: { twoFactor: false } });
  expect((await post('/v1/sign-in', { email: first.email, password: PASSWORD })).status).toBe(200);
  const second = await withFactor();
  await resetSecondFactor({ owner: server.trail.store.owner, by: bySystem() }, await rowOf(second.email));
  expect((await post('/v1/sign-in', { email: second.email, password: PASSWORD })).status).toBe(200);
  for (const { tenant } of [first, second])
    expect(await actionsOf(tenant, 'action:auth.mfa.*')).toEqual(['auth.mfa.disabled', 'auth.mfa.enabled']);
});

test('the secret and the backup codes stand encrypted in the tables', async () => {
  const { uri, backupCodes } = await withFactor();
  const { rows } = await server.trail.admin.query('select t::text as row from auth."twoFactor" t');
  const text = JSON.stringify(rows);
  expect(rows.length).toBeGreaterThan(0);
  for (const secret of [new URL(uri).searchParams.get('secret') ?? '', ...backupCodes]) expect(text).not.toContain(secret);
});
