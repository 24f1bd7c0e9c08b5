// Signing in: by password and by one-time links, sessions and their end, and what is refused.

import { randomUUID } from 'node:crypto';
import { hashPassword as formerHash } from 'better-auth/crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../capture/capture.test.fixture.ts';
import { bySystem } from '../access/actor.ts';
import { makeFirstLink, makeSignInLink } from '../access/people/links.ts';
import { findCredential, findPerson, setPassword } from '../store/people.ts';
import { inTransaction } from '../store/pool.ts';
import { SIGN_IN_FAILURES_MAX } from '../limits.ts';
import { ADMIN_KEY, anEvent, type Answer, ORIGIN, openTestServer, PASSWORD, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await server?.close();
});

interface Sent {
  readonly cookie?: string;
  readonly tenant?: string;
  readonly origin?: string;
  readonly from?: string;
  readonly authorization?: string;
}

function post(path: string, body: object, { cookie, tenant, origin = ORIGIN, from, authorization }: Sent = {}): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    ...(origin === '' ? {} : { origin }),
    ...(cookie === undefined ? {} : { cookie }),
    ...(tenant === undefined ? {} : { 'indelible-tenant': tenant }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  return server.request(path, { method: 'POST', headers, body: JSON.stringify(body) }, from);
}

function get(path: string, cookie: string, tenant?: string): Promise<Answer> {
  return server.request(path, { headers: { cookie, ...(tenant === undefined ? {} : { 'indelible-tenant': tenant }) } });
}

const cookieOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');

const tag = (): string => randomUUID().slice(0, 8);

async function actionsOf(tenant: string, q: string): Promise<Record<string, unknown>[]> {
  await server.accessTrail.flush(Number.POSITIVE_INFINITY);
  const answer = await server.get(`/v1/events?q=${encodeURIComponent(q)}`, ADMIN_KEY, { 'indelible-tenant': tenant });
  return answer.body['events'] as Record<string, unknown>[];
}

test('the link of the first owner works once, makes the owner of all tenants, and is the last of its kind', async () => {
  const made = await makeFirstLink({ owner: server.trail.store.owner, by: bySystem() });
  const second = await makeFirstLink({ owner: server.trail.store.owner, by: bySystem() });
  const email = `owner_${tag()}@acme.test`;
  const wanted = { email, name: 'Olga', password: PASSWORD };
  // The first one ended when the second was made.
  expect((await post('/v1/sign-in/link', { ...wanted, token: made?.token })).status).toBe(401);
  const token = second?.token;
  const { rows } = await server.trail.admin.query('select l::text as row from indelible.sign_in_link l');
  expect(JSON.stringify(rows)).not.toContain(token?.slice(4));
  expect((await post('/v1/sign-in/link', { ...wanted, token, password: 'password1234' })).body).toMatchObject({
    status: 422,
    pointer: 'password',
  });
  expect((await post('/v1/sign-in/link', { token, password: PASSWORD, name: 'Olga' })).body).toMatchObject({
    status: 422,
    pointer: 'email',
  });
  const both = await Promise.all([1, 2].map(() => post('/v1/sign-in/link', { ...wanted, token })));
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  const come = both.find(({ status }) => status === 200) as Answer;
  expect(come.body).toMatchObject({ person: { email, name: 'Olga' }, roles: [{ role: 'owner' }] });
  expect((await get('/v1/roles', cookieOf(come), 'org_any')).status).toBe(200);
  expect(await makeFirstLink({ owner: server.trail.store.owner, by: bySystem() })).toBeUndefined();
  const events = await actionsOf('_operator', `actor.id:${(come.body['person'] as { id: string }).id} -action:audit.*`);
  expect(events.map(({ action }) => action)).toEqual(['auth.login.succeeded', 'role.granted', 'person.joined']);
});

test("a link of the first owner is nobody's once there is an owner by another way", async () => {
  const other = await openTestServer();
  try {
    const { owner } = other.trail.store;
    const made = await makeFirstLink({ owner, by: bySystem() });
    await other.signIn('owner', undefined);
    // Made before somebody became an owner by the terminal.
    await other.trail.admin.query('update indelible.sign_in_link set used_at = null where email is null');
    const headers = { 'content-type': 'application/json', origin: ORIGIN };
    const body = JSON.stringify({ token: made?.token, email: 'late@acme.test', name: 'Late', password: PASSWORD });
    expect((await other.request('/v1/sign-in/link', { method: 'POST', headers, body })).status).toBe(401);
    expect(await findPerson(owner, 'late@acme.test')).toBeUndefined();
  } finally {
    await other.close();
  }
});

test('whoever tries links is on record, and so is who is refused about their own account, by name', async () => {
  for (const token of ['iln_guess', 'iln_another guess']) {
    const tried = await post('/v1/sign-in/link', { token, name: 'X', password: PASSWORD }, { from: '192.0.2.77' });
    expect(tried.status).toBe(401);
  }
  const events = await actionsOf('_operator', 'action:auth.login.failed ip:192.0.2.77');
  expect(events).toMatchObject([{ metadata: { count: 2, asked: [{ operation: 'useLink', times: 2 }] } }]);
  expect(JSON.stringify(events)).not.toContain('guess');
  const { cookie, id, session } = await server.signIn('auditor', `org_${tag()}`);
  expect((await post('/v1/password', { current: 'wrong', password: 'nine geese over the quay' }, { cookie })).status).toBe(403);
  expect(await actionsOf('_operator', `actor.id:${id} action:permission.denied`)).toMatchObject([
    { actor: { id, attribution: 'verified' }, context: { sessionId: session }, metadata: { asked: [{ operation: 'changePassword' }] } },
  ]);
});

test('a password that is kept in a former way is kept in the present one when its owner comes', async () => {
  const { email, id } = await server.signIn('auditor', `org_${tag()}`);
  const { owner } = server.trail.store;
  const former = await formerHash(PASSWORD);
  await inTransaction(owner, (tx) => setPassword(tx, id, former));
  expect((await post('/v1/sign-in', { email, password: 'wrong' })).status).toBe(401);
  expect((await findCredential(owner, email))?.hash).toBe(former);
  expect((await post('/v1/sign-in', { email, password: PASSWORD })).status).toBe(200);
  const kept = (await findCredential(owner, email))?.hash;
  expect(kept).toMatch(/^scrypt\$/);
  expect((await post('/v1/sign-in', { email, password: PASSWORD })).status).toBe(200);
  expect((await findCredential(owner, email))?.hash).toBe(kept);
});

test('no address of better-auth is served', async () => {
  for (const path of [
    '/api/auth/sign-in/email',
    '/api/auth/get-session',
    '/sign-up/email',
    '/api/auth/begin',
    '/begin',
    '/two-factor/enable',
  ])
    for (const method of ['GET', 'POST']) {
      const { status } = await server.request(path, { method, headers: { origin: ORIGIN, 'content-type': 'application/json' } });
      expect({ path, method, status }).toEqual({ path, method, status: 404 });
    }
});

test('a link ends after its time', async () => {
  const { rows } = await server.trail.admin.query<{ ended: boolean }>(
    `select bool_and(expires_at <= created_at + interval '1 hour 1 second') as ended from indelible.sign_in_link where email is null`,
  );
  expect(rows[0]?.ended).toBe(true);
  const person = await server.signIn('auditor', `org_${tag()}`);
  const row = await findPerson(server.trail.store.owner, person.email);
  if (row === undefined) throw new Error('nobody');
  const { token, id } = await makeSignInLink({ owner: server.trail.store.owner, by: bySystem() }, row);
  await server.trail.admin.query(`update indelible.sign_in_link set expires_at = now() where id = $1`, [id]);
  expect((await post('/v1/sign-in/link', { token })).status).toBe(401);
});

test('a session is a cookie that scripts cannot read, and reads what the role allows', async () => {
  const tenant = `org_${tag()}`;
  await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': tenant });
  const { email } = await server.signIn('auditor', tenant);
  const answer = await post('/v1/sign-in', { email: email.toUpperCase(), password: PASSWORD });
  expect(answer.body).toMatchObject({ person: { email }, roles: [{ role: 'auditor', tenant }] });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; HttpOnly(;|$).*SameSite=(Lax|Strict)/i);
  const cookie = cookieOf(answer);
  expect((await get('/v1/events?q=action:bot.viewed', cookie)).body['events']).toHaveLength(1);
  expect((await get('/v1/events', cookie, 'org_other')).status).toBe(403);
  expect((await get('/v1/events', cookie.replace(/.$/, 'x').replace('session_token=', 'session_token=x'))).status).toBe(401);
  expect((await get('/v1/session', cookie)).body).toMatchObject({ person: { email } });
  expect((await server.request('/v1/session')).status).toBe(401);
  const [login] = await actionsOf(tenant, 'action:auth.login.succeeded');
  expect(login).toMatchObject({ actor: { email, attribution: 'verified' }, metadata: { method: 'password' } });
  expect(await actionsOf(tenant, 'action:audit.searched actor.type:user')).toMatchObject([
    { actor: { email, type: 'user' }, context: { authMethod: 'session' } },
  ]);
});

test('behind TLS the cookies are secure', async () => {
  const secure = await openTestServer({ publicUrl: 'https://audit.acme.test' });
  try {
    const { cookie, email } = await secure.signIn('auditor', 'org_acme');
    expect(cookie).toMatch(/^__Secure-indelible\.session_token=/);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ email, password: PASSWORD });
    const signIn = (origin: string): Promise<Answer> =>
      secure.request('/v1/sign-in', { method: 'POST', headers: { ...headers, origin }, body });
    const answer = await signIn('https://audit.acme.test');
    for (const set of answer.headers.getSetCookie()) expect(set).toMatch(/^__Secure-.*; Secure/);
    expect((await signIn(ORIGIN)).status).toBe(403);
    expect((await secure.request('/v1/session', { headers: { cookie } })).status).toBe(200);
  } finally {
    await secure.close();
  }
});

test('an account that there is not answers like a wrong password', async () => {
  const { email } = await server.signIn('auditor', 'org_acme');
  const wrong = await post('/v1/sign-in', { email, password: 'not the password' }, { from: '192.0.2.10' });
  const nobody = await post('/v1/sign-in', { email: `x${email}`, password: 'not the password' }, { from: '192.0.2.10' });
  const plain = ({ body: { requestId: _, ...rest } }: Answer): object => rest;
  expect(wrong.status).toBe(401);
  expect(plain(wrong)).toEqual(plain(nobody));
  expect([...wrong.headers.keys()].toSorted()).toEqual([...nobody.headers.keys()].toSorted());
  const [failed] = await actionsOf('_operator', 'action:auth.login.failed ip:192.0.2.10');
  expect(failed).toMatchObject({ actor: { type: 'anonymous' }, metadata: { count: 2 } });
});

test('whoever tries an account too often shuts out strangers, and never the one whose it is', async () => {
  const { email } = await server.signIn('auditor', 'org_acme');
  const own = cookieOf(await post('/v1/sign-in', { email, password: PASSWORD }));
  for (let n = 0; n < SIGN_IN_FAILURES_MAX; n++) await post('/v1/sign-in', { email, password: 'wrong' }, { from: `198.51.100.${n}` });
  const shut = await post('/v1/sign-in', { email, password: PASSWORD }, { from: '198.51.100.200' });
  expect(shut.body).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(Number(shut.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await post('/v1/sign-in', { email, password: PASSWORD }, { cookie: own })).status).toBe(200);
  expect(await actionsOf('_operator', 'action:auth.login.blocked ip:198.51.100.200')).toHaveLength(1);
  // The same for an account that there is not.
  for (let n = 0; n < SIGN_IN_FAILURES_MAX; n++)
    await post('/v1/sign-in', { email: `x${email}`, password: 'wrong' }, { from: `198.51.100.${n}` });
  expect((await post('/v1/sign-in', { email: `x${email}`, password: 'wrong' })).status).toBe(429);
});

test('what another site makes a browser send is refused', async () => {
  const tenant = `org_${tag()}`;
  const { cookie, email } = await server.signIn('administrator', tenant);
  const key = { name: 'theirs', scopes: ['read'] };
  for (const origin of ['https://evil.test', 'http://localhost.evil.test', 'null', ''])
    expect((await post('/v1/keys', key, { cookie, origin })).body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await post('/v1/sign-in', { email, password: PASSWORD }, { origin: 'https://evil.test' })).status).toBe(403);
  expect((await post('/v1/sign-out', {}, { cookie, origin: 'https://evil.test' })).status).toBe(403);
  // What a browser sends to a proxy in front by itself.
  expect((await post('/v1/sign-out', {}, { cookie, origin: 'https://evil.test', authorization: 'Basic bWU6bWU=' })).status).toBe(403);
  expect((await post('/v1/keys', key, { cookie })).status).toBe(201);
  expect((await post('/v1/sign-in', { email, password: PASSWORD }, { origin: '' })).status).toBe(200);
  // A key is no cookie: no browser adds it by itself.
  expect((await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': tenant, origin: 'https://evil.test' })).status).toBe(201);
});

test('sessions are listed and ended, one or all others, within five seconds and with their streams', async () => {
  const tenant = `org_${tag()}`;
  await server.post(anEvent(), ADMIN_KEY, { 'indelible-tenant': tenant });
  const first = await server.signIn('auditor', tenant);
  const again = async (): Promise<Answer> => post('/v1/sign-in', { email: first.email, password: PASSWORD });
  const [second, third] = [await again(), await again()];
  const listed = (await get('/v1/sessions', cookieOf(second))).body['sessions'] as { id: string; current: boolean }[];
  expect(listed).toHaveLength(3);
  expect(listed.filter(({ current }) => current)).toHaveLength(1);
  const stranger = await server.signIn('auditor', tenant);
  expect((await post(`/v1/sessions/${first.session}/revoke`, {}, { cookie: stranger.cookie })).status).toBe(404);
  expect((await get('/v1/events', first.cookie)).status).toBe(200);
  const stream = (await server.app.request('/v1/events/stream', { headers: { cookie: first.cookie } })).text();
  const at = performance.now();
  expect((await post(`/v1/sessions/${first.session}/revoke`, {}, { cookie: cookieOf(second) })).body).toEqual({ revoked: 1 });
  expect(await stream).toContain('key_revoked');
  await until(async () => (await get('/v1/events', first.cookie)).status === 401, 10);
  expect(performance.now() - at).toBeLessThan(10_000);
  expect((await post('/v1/sessions/revoke-others', {}, { cookie: cookieOf(second) })).body).toEqual({ revoked: 1 });
  await until(async () => (await get('/v1/events', cookieOf(third))).status === 401, 10);
  // What has ended by itself is taken away when its owner comes again.
  const fourth = await again();
  const { session } = fourth.body as { session: { id: string } };
  await server.trail.admin.query('update auth.session set "expiresAt" = now() where id = $1', [session.id]);
  await until(async () => (await get('/v1/session', cookieOf(fourth))).status === 401, 10);
  await again();
  expect((await server.trail.admin.query('select from auth.session where id = $1', [session.id])).rowCount).toBe(0);
  const out = await post('/v1/sign-out', {}, { cookie: cookieOf(second) });
  expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
  await until(async () => (await get('/v1/session', cookieOf(second))).status === 401, 10);
  const actions = (await actionsOf(tenant, `action:session.revoked OR action:auth.logout`)).map(({ action }) => action);
  expect(actions).toEqual(['auth.logout', 'session.revoked', 'session.revoked']);
});

test('a password is changed by whoever knows it, is strong, and ends the other sessions', async () => {
  const tenant = `org_${tag()}`;
  const { email, cookie } = await server.signIn('auditor', tenant);
  const other = cookieOf(await post('/v1/sign-in', { email, password: PASSWORD }));
  const next = 'nine geese over the quay';
  expect((await post('/v1/password', { current: 'wrong', password: next }, { cookie })).status).toBe(403);
  expect((await post('/v1/password', { current: PASSWORD, password: 'password12345' }, { cookie })).status).toBe(422);
  expect((await post('/v1/password', { current: PASSWORD, password: next }, { cookie })).status).toBe(200);
  expect((await get('/v1/session', cookie)).status).toBe(200);
  await until(async () => (await get('/v1/session', other)).status === 401, 10);
  expect((await post('/v1/sign-in', { email, password: PASSWORD })).status).toBe(401);
  expect((await post('/v1/sign-in', { email, password: next })).status).toBe(200);
  expect(await actionsOf(tenant, 'action:auth.password.changed')).toHaveLength(1);
});

test('an invitation makes an account, or gives a role to the one there is', async () => {
  const [tenant, second] = [`org_${tag()}`, `org_${tag()}`];
  const email = `maria_${tag()}@acme.test`;
  const admin = await server.signIn('administrator', tenant);
  const invited = async (cookie: string, role: string): Promise<Answer> => post('/v1/people/invitations', { email, role }, { cookie });
  expect((await invited(admin.cookie, 'owner')).status).toBe(403);
  const made = await invited(admin.cookie, 'auditor');
  const token = String(made.body['link']).split('#')[1];
  expect(made.body['link']).toMatch(/^http:\/\/localhost\/sign-in#iln_[\w-]{43}$/);
  const come = await post('/v1/sign-in/link', { token, name: 'Maria', password: PASSWORD });
  expect(come.body).toMatchObject({ person: { email }, roles: [{ role: 'auditor', tenant }] });
  expect((await get('/v1/people', admin.cookie)).body['people']).toMatchObject(
    [{}, {}].map(() => ({ role: expect.any(String) as string })),
  );
  // Into another tenant, by her password alone; a wrong one does not use the link up.
  const other = await server.signIn('owner', second);
  const link = String((await invited(other.cookie, 'viewer')).body['link']).split('#')[1];
  expect((await post('/v1/sign-in/link', { token: link, name: 'X', password: 'an intruder has no idea' })).status).toBe(401);
  expect((await post('/v1/sign-in/link', { token: link, password: PASSWORD })).body['roles']).toHaveLength(2);
  expect((await get('/v1/events', cookieOf(come))).body).toMatchObject({ code: 'tenant_missing' });
  expect((await get('/v1/roles', cookieOf(come), tenant)).status).toBe(200);
  expect((await get('/v1/roles', cookieOf(come), second)).status).toBe(403);
  // An invitation takes nothing away.
  const lower = String((await invited(admin.cookie, 'viewer')).body['link']).split('#')[1];
  expect((await post('/v1/sign-in/link', { token: lower, password: PASSWORD })).body['roles']).toContainEqual({ role: 'auditor', tenant });
  expect((await actionsOf(tenant, 'action:person.*')).map(({ action }) => action)).toEqual([
    'person.joined',
    'person.invited',
    'person.joined',
    'person.invited',
    'person.joined',
    'person.invited',
  ]);
});

test('a link for a person lets them in and sets a password', async () => {
  const tenant = `org_${tag()}`;
  const { email, cookie } = await server.signIn('auditor', tenant);
  const row = await findPerson(server.trail.store.owner, email);
  if (row === undefined) throw new Error('nobody');
  const link = async (): Promise<string> => (await makeSignInLink({ owner: server.trail.store.owner, by: bySystem() }, row)).token;
  expect((await post('/v1/sign-in/link', { token: await link() })).status).toBe(200);
  expect((await get('/v1/session', cookie)).status).toBe(200);
  const token = await link();
  expect((await post('/v1/sign-in/link', { token, password: 'short' })).status).toBe(422);
  expect((await post('/v1/sign-in/link', { token, password: 'nine geese over the quay' })).status).toBe(200);
  await until(async () => (await get('/v1/session', cookie)).status === 401, 10);
  expect((await post('/v1/sign-in', { email, password: PASSWORD })).status).toBe(401);
  expect(await actionsOf(tenant, 'action:auth.password.reset')).toMatchObject([
    { actor: { email }, context: { authMethod: 'one_time_link' } },
  ]);
});

test('nothing of a password or a session stands in the tables in plain', async () => {
  const { cookie, id } = await server.signIn('auditor', 'org_acme');
  const { rows } = await server.trail.admin.query(`select s::text as row from auth.session s union all select a::text from auth.account a`);
  const text = JSON.stringify(rows);
  expect(text).toContain(id);
  expect(text).not.toContain(PASSWORD);
  const value = decodeURIComponent(/session_token=([^;]+)/.exec(cookie)?.[1] ?? '');
  // Whoever reads the token there cannot make the cookie, which is signed with a key that is kept elsewhere.
  expect(value).toMatch(/^\w{32}\.[\w+/]{43}=$/);
  expect(text).not.toContain(value);
  const unsigned = `indelible.session_token=${value.split('.')[0]}`;
  expect((await get('/v1/session', unsigned)).status).toBe(401);
});
