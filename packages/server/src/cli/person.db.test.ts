// indelible person, as processes beside a server, and the first owner's link that serve makes.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { makeLogger } from '../logger.ts';
import { type RunningServer, startServer } from '../main.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PASSWORD = 'gravel lantern osprey tuba';

let trail: SealedTrail;
let server: RunningServer;
let directory: string;
beforeAll(async () => {
  trail = await openSealedTrail();
  directory = await mkdtemp(join(tmpdir(), 'indelible-person-'));
  const env = { INDELIBLE_PORT: '0', INDELIBLE_DATA_DIR: directory, INDELIBLE_DATABASE_URL: trail.url, INDELIBLE_LOG_LEVEL: 'silent' };
  server = await startServer(readConfig(env), makeLogger('silent'));
});
afterAll(async () => {
  await server?.stop();
  await trail?.close();
  await rm(directory, { recursive: true, force: true });
});

function indelible(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, INDELIBLE_DATABASE_URL: trail.url, INDELIBLE_URL: server.url };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** Comes by a link; the status, and the cookie. */
async function come(link: string, more: object): Promise<{ status: number; cookie: string }> {
  const { origin, pathname, hash } = new URL(link);
  expect({ origin, pathname }).toEqual({ origin: server.url, pathname: '/sign-in' });
  const response = await fetch(`${server.url}/v1/sign-in/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token: hash.slice(1), ...more }),
  });
  await response.text();
  return {
    status: response.status,
    cookie: response.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; '),
  };
}

const status = async (path: string, cookie: string): Promise<number> => {
  const response = await fetch(`${server.url}${path}`, { headers: { cookie, 'indelible-tenant': 'org_acme' } });
  await response.text();
  return response.status;
};

test('the first owner comes by the link of the start, and people are invited, changed and removed', async () => {
  const first = (await server.firstLink()) ?? '';
  const olga = await come(first, { email: 'olga@acme.test', name: 'Olga', password: PASSWORD });
  expect(olga.status).toBe(200);
  expect(await server.firstLink()).toBeUndefined();
  expect(await status('/v1/keys', olga.cookie)).toBe(200);

  const invited = await indelible('person', 'invite', 'joe@acme.test', '--role', 'viewer', '--tenant', 'org_acme');
  expect(invited).toMatchObject({ code: 0, err: expect.stringContaining('only its hash is stored') });
  const joe = await come(invited.out.trim(), { name: 'Joe', password: PASSWORD });
  expect(await status('/v1/roles', joe.cookie)).toBe(403);
  expect((await indelible('person', 'role', 'joe@acme.test', '--role', 'auditor', '--tenant', 'org_acme')).out).toBe(
    'joe@acme.test is auditor of org_acme\n',
  );
  const people = JSON.parse((await indelible('person', 'list', '--json')).out) as object[];
  expect(people).toMatchObject([
    { email: 'joe@acme.test', name: 'Joe', roles: [{ role: 'auditor', tenant: 'org_acme' }] },
    { email: 'olga@acme.test', roles: [{ role: 'owner' }] },
  ]);

  const link = JSON.parse((await indelible('person', 'link', 'joe@acme.test', '--json')).out) as { link: string };
  const again = await come(link.link, {});
  expect(await status('/v1/session', again.cookie)).toBe(200);
  expect((await indelible('person', 'remove', 'olga@acme.test')).code).toBe(1);
  expect((await indelible('person', 'remove', 'joe@acme.test')).code).toBe(0);
  await expect.poll(() => status('/v1/session', again.cookie), { timeout: 10_000 }).toBe(401);
  expect((await indelible('person', 'link', 'joe@acme.test')).code).toBe(1);
  const { rows } = await trail.admin.query<{ action: string }>(
    `select action from indelible.event where action ~ '^(person|role|sign_in)' order by recorded_at, seq`,
  );
  expect(rows.map(({ action }) => action).toSorted()).toEqual([
    'person.invited',
    'person.joined',
    'person.joined',
    'person.removed',
    'role.granted',
    'role.granted',
    'role.granted',
    'role.revoked',
    'sign_in_link.created',
    'sign_in_link.created',
  ]);
});

test.each([
  ['no tenant', ['person', 'invite', 'x@acme.test', '--role', 'owner']],
  ['no role', ['person', 'invite', 'x@acme.test', '--tenant', 'a']],
  ['no address', ['person', 'invite', 'x', '--role', 'owner', '--tenant', 'a']],
  ['a scope of an auditor', ['person', 'invite', 'x@acme.test', '--role', 'auditor', '--tenant', 'a', '--scope', 'resource:bot/b']],
])('%s is a fault of usage', async (_, args) => {
  expect(await indelible(...args)).toMatchObject({ code: 3, out: '' });
});
