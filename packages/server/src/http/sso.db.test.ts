// Single sign-on against a real OpenID provider: who comes in, who does not, and what is refused on the way.

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bySystem } from '../access/actor.ts';
import { invite } from '../access/people/links.ts';
import { removePerson } from '../access/people/remove.ts';
import { openOpenId, type OpenId, type Subject } from '../access/people/sso/provider.test.fixture.ts';
import { CALLBACK_PATH } from '../access/people/sso/sign-in.ts';
import { codeOf, nextCodeOf } from '../access/people/totp.test.fixture.ts';
import { readConfig } from '../config.ts';
import { makeLogger } from '../logger.ts';
import { type RunningServer, startServer } from '../main.ts';
import { findPerson, type PersonRow } from '../store/people.ts';
import type { Role } from '../store/role-grants.ts';
import { ssoOperations } from './openapi/sso.ts';
import { ADMIN_KEY, type Answer, openTestServer, ORIGIN, PASSWORD, type TestServer } from './server.test.fixture.ts';

let openId: OpenId;
let server: TestServer;
beforeAll(async () => {
  openId = await openOpenId(`${ORIGIN}${CALLBACK_PATH}`);
  server = await openTestServer({ publicUrl: ORIGIN, provider: openId.provider });
});
afterAll(async () => {
  await server?.close();
  await openId?.close();
});
beforeEach(() => {
  openId.subject = someone();
});

const tag = (): string => randomUUID().slice(0, 8);

function someone(more: Partial<Subject> = {}): Subject & { readonly email: string } {
  return { sub: `sub_${tag()}`, email: `${tag()}@acme.test`, email_verified: true, name: 'Maria Muster', ...more };
}

const cookieOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');

const get = (path: string, cookie = '', headers: Record<string, string> = {}, from?: string): Promise<Answer> =>
  server.request(path, { headers: { ...(cookie === '' ? {} : { cookie }), ...headers } }, from);

const back = (to: URL): string => `${to.pathname}${to.search}`;

/** What a browser has that was sent away, and the address that it is sent back to. */
async function away(): Promise<{ readonly cookie: string; readonly to: URL }> {
  const left = await get('/v1/sign-in/sso');
  expect(left.status).toBe(303);
  return { cookie: cookieOf(left), to: await openId.visit(left.headers.get('location') ?? '') };
}

async function come(from?: string): Promise<Answer> {
  const { cookie, to } = await away();
  return get(back(to), cookie, {}, from);
}

async function invited(email: string, tenant: string, role: Role = 'auditor'): Promise<string> {
  return (await invite({ owner: server.trail.store.owner, by: bySystem() }, { email, tenant, role })).token;
}

async function eventsOf(tenant: string, q: string): Promise<Record<string, unknown>[]> {
  await server.accessTrail.flush(Number.POSITIVE_INFINITY);
  const answer = await server.get(`/v1/events?q=${encodeURIComponent(q)}`, ADMIN_KEY, { 'indelible-tenant': tenant });
  return answer.body['events'] as Record<string, unknown>[];
}

const rowOf = (email: string): Promise<PersonRow | undefined> => findPerson(server.trail.store.owner, email);

test('a sign-in screen can ask how people sign in', async () => {
  const answer = await get('/v1/sign-in/methods');
  expect(answer.body).toEqual({ password: true, sso: { label: 'Acme login', path: '/v1/sign-in/sso' } });
  expect(ssoOperations[0]?.replies[200]?.content[0]?.schema.parse(answer.body)).toEqual(answer.body);
});

test('who is invited comes in by a verified address, gets the role, and comes again', async () => {
  const tenant = `org_${tag()}`;
  const subject = someone();
  openId.subject = subject;
  const link = await invited(subject.email, tenant);
  const first = await come();
  expect({ status: first.status, to: first.headers.get('location') }).toEqual({ status: 303, to: '/' });
  const session = await get('/v1/session', cookieOf(first));
  expect(session.body).toMatchObject({ person: { email: subject.email, name: 'Maria Muster' }, roles: [{ role: 'auditor', tenant }] });
  expect((await get('/v1/roles', cookieOf(first), { 'indelible-tenant': tenant })).status).toBe(200);
  // The invitation is used up.
  const again = await server.request('/v1/sign-in/link', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN },
    body: JSON.stringify({ token: link, name: 'X', password: PASSWORD }),
  });
  expect(again.status).toBe(401);
  expect((await come()).headers.get('location')).toBe('/');
  const logins = await eventsOf(tenant, 'action:auth.login.succeeded');
  expect(logins.map(({ metadata }) => metadata)).toEqual([
    { method: 'sso', secondFactor: false, issuer: openId.issuer },
    { method: 'sso', secondFactor: false, issuer: openId.issuer, firstTime: true },
  ]);
  expect(await eventsOf(tenant, 'action:person.joined')).toMatchObject([
    { actor: { email: subject.email }, context: { authMethod: 'single_sign_on' }, metadata: { newAccount: true } },
  ]);
});

test('the cookies of a session are set, and that of the way is taken away', async () => {
  const subject = someone();
  openId.subject = subject;
  await invited(subject.email, 'org_acme');
  const cookies = (await come()).headers.getSetCookie();
  expect(cookies.find((one) => one.startsWith('indelible.session_token='))).toMatch(/HttpOnly.*SameSite=Lax/i);
  expect(cookies.find((one) => one.startsWith('indelible.sso='))).toMatch(/^indelible\.sso=; Max-Age=0/);
  const left = await get('/v1/sign-in/sso');
  expect(left.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^indelible\.sso=[\w.-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
  const asked = new URL(left.headers.get('location') ?? '').searchParams;
  expect(asked.get('code_challenge_method')).toBe('S256');
  for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
  // Nothing of it can be read in the cookie.
  for (const name of ['state', 'nonce']) expect(left.headers.getSetCookie()[0]).not.toContain(asked.get(name) ?? '');
});

test('who has an account comes in by its address, and gets what it is invited to', async () => {
  const [tenant, second] = [`org_${tag()}`, `org_${tag()}`];
  const { email, id } = await server.signIn('auditor', tenant);
  await invited(email, second, 'viewer');
  openId.subject = someone({ email: email.toUpperCase() });
  const { body } = await get('/v1/session', cookieOf(await come()));
  expect(body).toMatchObject({ person: { id, email } });
  expect(body['roles']).toHaveLength(2);
});

test('nobody is registered: without an account or an invitation nobody comes in', async () => {
  const subject = someone();
  openId.subject = subject;
  const refused = await come('192.0.2.31');
  expect(refused.body).toMatchObject({ status: 403, code: 'forbidden', detail: expect.stringContaining('ask an administrator to invite') });
  expect(refused.headers.getSetCookie()).toEqual([]);
  expect(await rowOf(subject.email)).toBeUndefined();
  expect(await eventsOf('_operator', 'action:auth.login.failed ip:192.0.2.31')).toMatchObject([
    { outcome: 'denied', metadata: { asked: [{ operation: 'finishSso', question: subject.email }] } },
  ]);
});

test('an invitation that has ended is none', async () => {
  const subject = someone();
  openId.subject = subject;
  await invited(subject.email, 'org_acme');
  await server.trail.admin.query('update indelible.sign_in_link set expires_at = now() where email = $1', [subject.email]);
  expect((await come()).status).toBe(403);
});

test('an address that the provider has not verified is of nobody', async () => {
  const { email } = await server.signIn('owner', `org_${tag()}`);
  for (const more of [{ email_verified: false }, { email_verified: undefined }, { email: undefined }]) {
    openId.subject = JSON.parse(JSON.stringify({ ...someone({ email }), ...more })) as Subject;
    const refused = await come();
    expect(refused.body).toMatchObject({ status: 403, detail: expect.stringContaining('has not verified') });
    expect(refused.headers.getSetCookie()).toEqual([]);
  }
  const { rows } = await server.trail.admin.query(`select from auth.account where "providerId" like 'sso %' and "userId" = $1`, [
    (await rowOf(email))?.id,
  ]);
  expect(rows).toEqual([]);
});

test('an account stays with who it was at the provider, whoever has its address later', async () => {
  const tenant = `org_${tag()}`;
  const { email, id } = await server.signIn('auditor', tenant);
  const mine = someone({ email });
  openId.subject = mine;
  expect((await come()).status).toBe(303);
  openId.subject = someone({ email });
  expect((await come()).body).toMatchObject({ status: 403, detail: expect.stringContaining('somebody else') });
  // And I am the same with another address.
  openId.subject = { ...mine, email: `new_${tag()}@acme.test` };
  expect((await get('/v1/session', cookieOf(await come()))).body).toMatchObject({ person: { id } });
  // Who was removed is nobody.
  await server.signIn('owner', tenant);
  await removePerson({ owner: server.trail.store.owner, by: bySystem() }, (await rowOf(email)) as PersonRow);
  openId.subject = mine;
  expect((await come()).status).toBe(403);
});

test('two that come at once with one address do not both get its account', async () => {
  const { email } = await server.signIn('auditor', 'org_acme');
  const ways: { cookie: string; to: URL }[] = [];
  for (const subject of [someone({ email }), someone({ email })]) {
    openId.subject = subject;
    ways.push(await away());
  }
  const statuses = (await Promise.all(ways.map(({ cookie, to }) => get(back(to), cookie)))).map(({ status }) => status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([303, 403]);
});

test('a sign-in ends in the browser that it was begun in, once, and in time', async () => {
  const subject = someone();
  openId.subject = subject;
  await invited(subject.email, 'org_acme');
  const { cookie, to } = await away();
  const other = await away();
  const forged = new URL(to);
  forged.searchParams.set('state', other.to.searchParams.get('state') ?? '');
  for (const [address, sent] of [
    [to, ''],
    [to, other.cookie],
    [to, `${cookie.slice(0, -2)}xx`],
    [forged, cookie],
    [new URL(`${ORIGIN}${CALLBACK_PATH}?code=x`), cookie],
    [new URL(`${ORIGIN}${CALLBACK_PATH}`), cookie],
  ] as const)
    expect((await get(back(address), sent)).body).toMatchObject({ status: 401, detail: expect.stringContaining('begin again') });
  // The code of one with the cookie of another: PKCE and nonce hold, whatever state says.
  forged.searchParams.set('code', to.searchParams.get('code') ?? '');
  expect((await get(back(forged), other.cookie)).body).toMatchObject({ status: 401 });
  const { cookie: mine, to: there } = await away();
  expect((await get(back(there), mine)).status).toBe(303);
  expect((await get(back(there), mine)).body).toMatchObject({ status: 401, detail: expect.stringContaining('begin again') });
});

test('an answer of another provider is not taken', async () => {
  const { cookie, to } = await away();
  for (const change of [(url: URL) => url.searchParams.set('iss', 'https://evil.test'), (url: URL) => url.searchParams.delete('iss')]) {
    const changed = new URL(to);
    change(changed);
    const asked = openId.asked.length;
    expect((await get(back(changed), cookie)).body).toMatchObject({ status: 401, detail: expect.stringContaining('not of the provider') });
    // It has not seen the code.
    expect(openId.asked.slice(asked)).not.toContain('/token');
  }
});

test('who refuses at the provider is told so', async () => {
  openId.subject = undefined;
  expect((await come()).body).toMatchObject({ status: 401, detail: expect.stringContaining('access_denied') });
});

test('a browser is shown what is wrong as a page, in which nothing can run', async () => {
  const { cookie, to } = await away();
  const evil = new URL(to);
  evil.searchParams.set('error', '<script>alert(1)</script>');
  // What anybody may write stands in no answer, and in no log.
  expect((await get(back(evil), cookie)).text).not.toContain('alert');
  const page = await get(back(evil), cookie, { accept: 'text/html,*/*;q=0.8' });
  expect(page.status).toBe(401);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'sha256-");
  expect(page.text).toContain('the provider did not sign you in (it does not say why)');
  expect(page.text).not.toContain('<script');
  expect(page.text).toContain('href="/sign-in"');
});

test('a second factor is asked for, and nothing changes before it', async () => {
  const tenant = `org_${tag()}`;
  const { email, cookie, id } = await server.signIn('auditor', tenant);
  const send = (path: string, body: object, sent: string, from?: string): Promise<Answer> =>
    server.request(
      path,
      { method: 'POST', headers: { 'content-type': 'application/json', origin: ORIGIN, cookie: sent }, body: JSON.stringify(body) },
      from,
    );
  const uri = String((await send('/v1/second-factor', { password: PASSWORD }, cookie)).body['uri']);
  const code = codeOf(uri);
  expect((await send('/v1/second-factor/confirm', { code }, cookie)).status).toBe(200);
  await invited(email, `org_${tag()}`);
  openId.subject = someone({ email });
  const half = await come();
  expect(half.headers.get('location')).toBe('/sign-in?sso=code');
  expect(cookieOf(half)).not.toContain('session_token');
  const { rows } = await server.trail.admin.query(`select from auth.account where "providerId" like 'sso %' and "userId" = $1`, [id]);
  expect(rows).toEqual([]);
  const finish = (given: string, sent = cookieOf(half)): Promise<Answer> =>
    send('/v1/sign-in/sso/code', { code: given }, sent, '192.0.2.44');
  // Used before.
  expect((await finish(code)).body).toMatchObject({ status: 401, detail: expect.stringContaining('second factor') });
  expect((await finish('AAAAA-BBBBB')).status).toBe(401);
  const next = nextCodeOf(uri);
  for (const sent of ['', (await away()).cookie]) expect((await finish(next, sent)).status).toBe(401);
  const done = await finish(next);
  expect(done.body).toMatchObject({ person: { id, twoFactor: true } });
  expect(done.body['roles']).toHaveLength(2);
  expect((await get('/v1/session', cookieOf(done))).status).toBe(200);
  expect(await eventsOf('_operator', 'action:auth.mfa.failed ip:192.0.2.44')).toMatchObject([{ metadata: { count: 2 } }]);
  expect(await eventsOf(tenant, 'action:auth.login.succeeded')).toMatchObject([{ metadata: { method: 'sso', secondFactor: true } }, {}]);
});

test('behind TLS the cookie is of this host alone', async () => {
  const secure = await openTestServer({ publicUrl: 'https://audit.acme.test', provider: openId.provider });
  try {
    const left = await secure.request('/v1/sign-in/sso');
    expect(left.headers.getSetCookie()[0]).toMatch(/^__Host-indelible\.sso=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    expect(new URL(left.headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe(`https://audit.acme.test${CALLBACK_PATH}`);
  } finally {
    await secure.close();
  }
});

test('without a provider there is none', async () => {
  const plain = await openTestServer();
  try {
    expect((await plain.request('/v1/sign-in/methods')).body).toEqual({ password: true });
    for (const path of ['/v1/sign-in/sso', CALLBACK_PATH])
      expect((await plain.request(path)).body).toMatchObject({ status: 404, detail: expect.stringContaining('INDELIBLE_OIDC_ISSUER') });
  } finally {
    await plain.close();
  }
});

test('a server is set up for it by its settings, and asks its own network where those say so', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'indelible-sso-'));
  const start = (more: Readonly<Record<string, string>>): Promise<RunningServer> =>
    startServer(
      readConfig({
        INDELIBLE_PORT: '0',
        INDELIBLE_DATA_DIR: directory,
        INDELIBLE_DATABASE_URL: server.trail.url,
        INDELIBLE_SIGNER_DIR: server.trail.signerDirectory,
        INDELIBLE_LOG_LEVEL: 'silent',
        INDELIBLE_PUBLIC_URL: ORIGIN,
        INDELIBLE_OIDC_ISSUER: openId.issuer,
        INDELIBLE_OIDC_CLIENT_ID: openId.settings.clientId,
        INDELIBLE_OIDC_CLIENT_SECRET: openId.settings.clientSecret,
        ...more,
      }),
      makeLogger('silent'),
    );
  const leave = async (running: RunningServer): Promise<Response> => {
    const answer = await fetch(`${running.url}/v1/sign-in/sso`, { redirect: 'manual' });
    await running.stop();
    return answer;
  };
  try {
    const sent = await leave(await start({ INDELIBLE_OUTGOING_NETWORKS: '127.0.0.0/8,::1' }));
    expect({ status: sent.status, to: sent.headers.get('location') }).toEqual({
      status: 303,
      to: expect.stringContaining(`${openId.issuer}/auth?`) as string,
    });
    const asked = openId.asked.length;
    const refused = await leave(await start({}));
    expect(await refused.json()).toMatchObject({
      status: 503,
      code: 'provider_unavailable',
      detail: expect.stringContaining('INDELIBLE_OUTGOING_NETWORKS') as string,
    });
    expect(openId.asked).toHaveLength(asked);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
