// The second factor: preparing, confirming, signing in with it, backup codes, and its end.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { bySystem } from '../access/actor.ts';
import { makeSignInLink } from '../access/people/links.ts';
import { resetSecondFactor } from '../access/people/second-factor.ts';
import { codeOf, nextCodeOf } from '../access/people/totp.test.fixture.ts';
import { until } from '../capture/capture.test.fixture.ts';
import { findPerson, type PersonRow } from '../store/people.ts';
import { SIGN_IN_CODE_FAILURES_MAX } from '../limits.ts';
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
  const code = nextCodeOf(uri);
  const come = await post('/v1/sign-in', { email, password: PASSWORD, code });
  expect(come.status).toBe(200);
  expect((await get('/v1/roles', cookieOf(come))).status).toBe(200);
  const [backup = ''] = backupCodes;
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code: backup })).status).toBe(200);
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code: backup })).status).toBe(401);
  expect(await actionsOf('_operator', 'action:auth.mfa.failed ip:192.0.2.9')).toEqual(['auth.mfa.failed']);
  expect(await actionsOf(tenant, 'action:auth.mfa.*')).toEqual(['auth.mfa.enabled']);
});

test('a one-time link is in place of the password alone, and nothing changes before the second factor', async () => {
  const { email, uri, after } = await withFactor();
  const { token } = await makeSignInLink({ owner: server.trail.store.owner, by: bySystem() }, await rowOf(email));
  const password = 'nine geese over the quay';
  for (const more of [{}, { password }])
    expect((await post('/v1/sign-in/link', { token, ...more })).body).toMatchObject({ code: 'second_factor_needed' });
  expect((await post('/v1/sign-in/link', { token, password, code: 'AAAAA-BBBBB' })).body).toMatchObject({ status: 401 });
  expect((await get('/v1/session', after)).status).toBe(200);
  expect((await post('/v1/sign-in', { email, password: PASSWORD })).body).toMatchObject({ code: 'second_factor_needed' });
  const come = await post('/v1/sign-in/link', { token, password, code: nextCodeOf(uri) });
  expect(come.body).toMatchObject({ person: { email, twoFactor: true } });
  expect((await get('/v1/session', cookieOf(come))).status).toBe(200);
  await until(async () => (await get('/v1/session', after)).status === 401, 10);
  expect((await post('/v1/sign-in', { email, password })).body).toMatchObject({ code: 'second_factor_needed' });
  expect((await post('/v1/sign-in/link', { token, code: 'AAAAA-BBBBB' })).body).toMatchObject({ code: 'unauthorized' });
});

test('a code is good once, also of many at once, and so is a backup code', async () => {
  const { email, uri, backupCodes, cookie, after } = await withFactor();
  // The one that it was put in force by.
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code: codeOf(uri, Date.now() - 30_000) })).status).toBe(401);
  const [code, [backup = '']] = [nextCodeOf(uri), backupCodes];
  for (const given of [code, backup]) {
    const statuses = await Promise.all(
      [1, 2, 3, 4].map(async () => (await post('/v1/sign-in', { email, password: PASSWORD, code: given })).status),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
  }
  // Nor for anything else.
  expect((await post('/v1/second-factor/remove', { password: PASSWORD, code }, after)).status).toBe(403);
  expect(cookie).not.toBe(after);
  const { rows } = await server.trail.admin.query(
    `select "lastStep" from auth."twoFactor" where "userId" = (select id from auth."user" where email = $1)`,
    [email],
  );
  expect(rows).toEqual([{ lastStep: expect.any(Number) as number }]);
});

test('who else is in when it is put in force or removed is out', async () => {
  const tenant = `org_${++count}`;
  const person = await server.signIn('auditor', tenant);
  const other = cookieOf(await post('/v1/sign-in', { email: person.email, password: PASSWORD }));
  const { uri } = (await post('/v1/second-factor', { password: PASSWORD }, person.cookie)).body as unknown as WithFactor;
  const confirmed = cookieOf(await post('/v1/second-factor/confirm', { code: codeOf(uri) }, person.cookie));
  for (const ended of [other, person.cookie]) await until(async () => (await get('/v1/session', ended)).status === 401, 10);
  expect((await get('/v1/session', confirmed)).status).toBe(200);
  const { rows } = await server.trail.admin.query('select count(*)::int as count from auth.session where "userId" = $1', [person.id]);
  expect(rows).toEqual([{ count: 1 }]);
});

test('wrong codes shut out strangers who know the password, and not the device of whose account it is', async () => {
  const { email, uri, after } = await withFactor();
  for (let n = 0; n < SIGN_IN_CODE_FAILURES_MAX; n++)
    expect((await post('/v1/sign-in', { email, password: PASSWORD, code: 'AAAAA-BBBBB' }, undefined, `198.51.100.${n}`)).status).toBe(401);
  const code = nextCodeOf(uri);
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code }, undefined, '198.51.100.99')).body).toMatchObject({ status: 429 });
  expect((await post('/v1/sign-in', { email, password: PASSWORD, code }, after)).status).toBe(200);
});

test('a factor is put in force by a code of the app, not by a backup code', async () => {
  const { cookie } = await server.signIn('auditor', 'org_acme');
  const { backupCodes } = (await post('/v1/second-factor', { password: PASSWORD }, cookie)).body as unknown as WithFactor;
  expect((await post('/v1/second-factor/confirm', { code: backupCodes[0] ?? '' }, cookie)).status).toBe(403);
  expect((await get('/v1/session', cookie)).body).toMatchObject({ person: { twoFactor: false } });
});

test('it is removed with password and code, or by whoever has the database', async () => {
  const first = await withFactor();
  const remove = (more: object): Promise<Answer> => post('/v1/second-factor/remove', { password: PASSWORD, ...more }, first.after);
  expect((await remove({ code: 'AAAAA-BBBBB' })).status).toBe(403);
  expect((await remove({ password: 'wrong', code: codeOf(first.uri) })).status).toBe(403);
  expect((await remove({ code: nextCodeOf(first.uri) })).body).toMatchObject({ person: { twoFactor: false } });
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
