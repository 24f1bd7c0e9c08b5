// indelible role, as processes beside a trail; indelible viewer, against a server.

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
import { createKey } from '../store/api-keys.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let trail: SealedTrail;
let server: RunningServer;
let directory: string;
beforeAll(async () => {
  trail = await openSealedTrail();
  directory = await mkdtemp(join(tmpdir(), 'indelible-role-'));
  const config = readConfig({
    INDELIBLE_PORT: '0',
    INDELIBLE_DATA_DIR: directory,
    INDELIBLE_DATABASE_URL: trail.url,
    INDELIBLE_LOG_LEVEL: 'silent',
  });
  server = await startServer(config, makeLogger('silent'));
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

test('a role is given, listed and taken away, and the last owner stays', async () => {
  expect(await indelible('role', 'list', '--tenant', 'org_acme')).toMatchObject({ code: 0, out: 'Nobody has a role there.\n' });
  expect((await indelible('role', 'grant', 'usr_maria', '--role', 'owner', '--tenant', 'org_acme')).out).toMatch(
    /^usr_maria\towner\torg_acme\teverything\t/,
  );
  const viewer = await indelible(
    'role',
    'grant',
    'usr_joe',
    '--role',
    'viewer',
    '--tenant',
    'org_acme',
    '--scope',
    'resource:bot/bot_42',
    '--json',
  );
  expect(JSON.parse(viewer.out)).toMatchObject({ person: 'usr_joe', role: 'viewer', scope: 'resource:bot/bot_42' });
  expect(JSON.parse((await indelible('role', 'list', '--tenant', 'org_acme', '--json')).out)).toMatchObject([
    { person: 'usr_joe' },
    { person: 'usr_maria' },
  ]);
  expect((await indelible('role', 'revoke', 'usr_maria', '--tenant', 'org_acme')).code).toBe(1);
  expect(await indelible('role', 'revoke', 'usr_joe', '--tenant', 'org_acme')).toMatchObject({ code: 0 });
  expect((await indelible('role', 'revoke', 'usr_joe', '--tenant', 'org_acme')).code).toBe(1);
  const { rows } = await trail.admin.query<{ action: string }>(`select action from indelible.event where action ~ '^role' order by seq`);
  expect(rows.map(({ action }) => action)).toEqual(['role.granted', 'role.granted', 'role.revoked']);
});

test.each([
  ['no tenant', ['role', 'grant', 'usr_x', '--role', 'owner']],
  ['no role', ['role', 'grant', 'usr_x', '--tenant', 'a']],
  ['a role that there is not', ['role', 'grant', 'usr_x', '--tenant', 'a', '--role', 'root']],
  ['a scope of free text', ['role', 'grant', 'usr_x', '--tenant', 'a', '--role', 'viewer', '--scope', 'word']],
  ['a resource without an id', ['viewer', 'create', '--resource', 'bot']],
  ['a time that is none', ['viewer', 'create', '--expires', 'soon']],
])('%s is a fault of usage', async (_, args) => {
  expect(await indelible(...args)).toMatchObject({ code: 3, out: '' });
});

test('a viewer token is made, reads what it is for, and is revoked', async () => {
  const { token: key } = await createKey(trail.store.owner, { name: 'backend', tenant: 'org_acme', scopes: ['embed', 'ingest'] });
  const made = await indelible(
    'viewer',
    'create',
    '--key',
    key,
    '--resource',
    'bot/bot_42',
    '--viewer',
    'cust_1',
    '--name',
    'Ada',
    '--expires',
    '10m',
    '--json',
  );
  const { id, token, scope } = JSON.parse(made.out) as { id: string; token: string; scope: string };
  expect({ scope, err: made.err }).toEqual({
    scope: 'resource:bot/bot_42',
    err: expect.stringContaining('reads resource:bot/bot_42 of org_acme until '),
  });
  expect((await indelible('query', '--key', token, '--json')).code).toBe(0);
  expect(await indelible('viewer', 'revoke', id, '--key', key)).toMatchObject({ code: 0, out: `${id} is revoked\n` });
  expect((await indelible('viewer', 'revoke', id, '--key', key)).code).toBe(1);
});
