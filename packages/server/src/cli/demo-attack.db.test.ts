// indelible demo tamper keeps its hands off a trail that is no demo's. What it does to one that is: test/docs/tour.test.ts.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let directory: string;
let trail: SealedTrail;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'indelible-attack-'));
  trail = await openSealedTrail();
  await trail.append('org_acme', 5);
});
afterEach(async () => {
  await trail?.close();
  await rm(directory, { recursive: true, force: true });
});

function demo(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'demo', ...args], { env: { ...process.env, ...env } }, (error, _out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), err });
    });
  });
}

const events = async (): Promise<unknown> => (await trail.admin.query('select * from indelible.event order by seq')).rows;

test('neither a trail that a server has noted nor one that is configured is altered', async () => {
  const before = await events();
  await writeFile(join(directory, 'database-url'), trail.url);
  const noted = await demo({ INDELIBLE_DATA_DIR: directory, INDELIBLE_TENANT: 'org_acme' }, 'tamper');
  expect(noted).toMatchObject({ code: 1, err: expect.stringContaining('not the data directory of a demo') as string });
  await rm(join(directory, 'database-url'));
  const configured = { INDELIBLE_DATA_DIR: directory, INDELIBLE_DATABASE_URL: trail.url, INDELIBLE_TENANT: 'org_acme' };
  expect((await demo(configured, 'tamper')).code).toBe(1);
  expect(await events()).toEqual(before);
});

test('without a tenant, and with nothing to restore, it says so', async () => {
  expect((await demo({ INDELIBLE_DATA_DIR: directory }, 'tamper')).err).toContain('--tenant');
  expect((await demo({ INDELIBLE_DATA_DIR: directory }, 'restore')).err).toContain('nothing is altered');
});
