// indelible key create, list and revoke, as processes beside a trail.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { findKey, hashKey } from '../store/api-keys.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let trail: SealedTrail;
beforeAll(async () => {
  trail = await openSealedTrail();
});
afterAll(async () => {
  await trail?.close();
});

function key(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, INDELIBLE_DATABASE_URL: trail.url };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'key', ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('a key is made, printed once, listed without its text, and revoked', async () => {
  const made = await key('create', '--name', 'billing', '--tenant', 'org_acme', '--scope', 'ingest, read');
  expect(made.code).toBe(0);
  expect(made.out).toMatch(/^ink_[A-Za-z0-9_-]{43}\n$/);
  const token = made.out.trim();
  const found = await findKey(trail.store.appender, hashKey(token));
  expect(found).toMatchObject({ name: 'billing', tenant: 'org_acme', scopes: ['ingest', 'read'] });
  const { rows } = await trail.admin.query('select k::text as row from indelible.api_key k');
  expect(JSON.stringify(rows)).not.toContain(token);

  const listed = await key('list', '--json');
  expect(JSON.parse(listed.out)).toMatchObject([{ id: found?.id, name: 'billing' }]);
  expect(listed.out + (await key('list')).out).not.toContain(token);

  expect(await key('revoke', found?.id ?? '')).toMatchObject({ code: 0, out: `${found?.id} is revoked\n` });
  expect(await findKey(trail.store.appender, hashKey(token))).toMatchObject({ revokedAt: expect.any(Date) });
  expect((await key('revoke', found?.id ?? '')).code).toBe(1);
});

test('a key for all tenants says so', async () => {
  const made = await key('create', '--name', 'ops', '--all-tenants', '--scope', 'admin', '--json');
  const answer = JSON.parse(made.out) as { key: string; tenant?: string };
  expect(answer).toMatchObject({ scopes: ['admin'], name: 'ops' });
  expect(answer.tenant).toBeUndefined();
  expect(await findKey(trail.store.appender, hashKey(answer.key))).toBeDefined();
});

test.each([
  ['neither a tenant nor all', ['--name', 'x']],
  ['a tenant and all', ['--name', 'x', '--tenant', 'a', '--all-tenants']],
  ['an unknown scope', ['--name', 'x', '--tenant', 'a', '--scope', 'ingest,root']],
  ['no name', ['--tenant', 'a']],
])('%s is a fault of usage', async (_, args) => {
  const { code, out } = await key('create', ...args);
  expect({ code, out }).toEqual({ code: 3, out: '' });
});

test('a reserved tenant gets no key', async () => {
  expect((await key('create', '--name', 'x', '--tenant', '_system')).code).not.toBe(0);
});

test('a key is rotated: both are good for the overlap, and every change is on record', async () => {
  const made = await key(
    'create',
    '--name',
    'sync',
    '--tenant',
    'org_rotated',
    '--scope',
    'ingest',
    '--from',
    '10.0.0.0/8',
    '--expires',
    '90d',
    '--json',
  );
  const { id, expiresAt, addresses } = JSON.parse(made.out) as { id: string; expiresAt: string; addresses: string[] };
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(89 * 86_400_000);
  expect(addresses).toEqual(['10.0.0.0/8']);
  const rotated = await key('rotate', id, '--overlap', '1h');
  expect(rotated).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^ink_[A-Za-z0-9_-]{43}\n$/),
    err: expect.stringContaining(`${id} is good until`),
  });
  const found = await findKey(trail.store.appender, hashKey(rotated.out.trim()));
  expect(found).toMatchObject({ name: 'sync', replaces: id, addresses: ['10.0.0.0/8'], expiresAt: expect.any(Date) });
  expect((await key('list')).out).toMatch(new RegExp(`${id}\\tgood until `));
  expect((await key('rotate', 'key_none')).code).toBe(1);
  const { rows } = await trail.admin.query<{ action: string; actor: string }>(
    `select action, indelible.disclosed(disclosures, 'actor') ->> 'attribution' as actor from indelible.event
     where tenant_id = (select tenant_id from indelible.log where tenant = 'org_rotated') and action ~ 'api_key' order by seq`,
  );
  expect(rows).toEqual([
    { action: 'api_key.created', actor: 'asserted' },
    { action: 'api_key.rotated', actor: 'asserted' },
  ]);
});
