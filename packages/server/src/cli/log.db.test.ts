// indelible log rotate-key, as a process: beside a server that seals, and alone.

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { loadKey } from '../ledger/signer-key.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let trail: SealedTrail;
beforeAll(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 3);
  await trail.seal();
});
afterAll(async () => {
  await trail?.close();
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const env = { ...process.env, INDELIBLE_DATABASE_URL: trail.url, INDELIBLE_SIGNER_DIR: trail.signerDirectory, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

async function present(): Promise<string> {
  return (await loadKey(trail.signerDirectory, 'existing')).publicKey.toString('base64');
}

test('the key is changed beside a server that seals, and without one; verify follows', async () => {
  const first = await present();
  const sealer = trail.sealer();
  sealer.start();
  await expect.poll(() => sealer.status().owner, { timeout: 20_000 }).toBe(true);
  const beside = await run(['log', 'rotate-key', '--reason', 'the yearly change', '--json']);
  await sealer.stop();
  const second = await present();
  expect(beside).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(beside.out)).toEqual({ from: first, to: second, resumed: false });
  const alone = await run(['log', 'rotate-key']);
  const third = await present();
  expect(alone).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`The logs are signed by ${third}`) });
  expect(new Set([first, second, third]).size).toBe(3);
  expect(await readdir(trail.signerDirectory)).not.toContain('next-key.pem');
  const verified = await run(['verify', '--database', '--json']);
  expect(verified).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(verified.out)).toMatchObject({ ok: true, findings: [] });
});

test('a directory that is not the signer’s is a fault of usage, and nothing is changed', async () => {
  const before = await present();
  const { code, err } = await run(['log', 'rotate-key'], { INDELIBLE_SIGNER_DIR: `${trail.signerDirectory}-elsewhere` });
  expect(code).toBeGreaterThan(0);
  expect(err).toContain('INDELIBLE_SIGNER_DIR');
  expect(await present()).toBe(before);
});
