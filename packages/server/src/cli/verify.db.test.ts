// indelible verify --database, as a process: which signer it is compared with when none is named.

import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';

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

interface Verdict {
  readonly code: number;
  readonly notes: readonly string[];
}

function verify(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Verdict> {
  const env = { ...process.env, ...environment };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, 'verify', '--json', ...args], { env }, (error, out, err) => {
      if (out === '') reject(new Error(`it printed no verdict: ${err}`));
      else resolve({ code: error === null ? 0 : Number(error.code), notes: (JSON.parse(out) as Verdict).notes });
    });
  });
}

test('the configured signer is compared with where the configured database is verified', async () => {
  const configured = { INDELIBLE_DATABASE_URL: trail.url, INDELIBLE_SIGNER_DIR: trail.signerDirectory };
  const compared = { code: 0, notes: [expect.stringContaining(`the configured signer in ${trail.signerDirectory}`)] };
  expect(await verify(['--database'], configured)).toEqual(compared);
  const audit = new URL(trail.url);
  audit.searchParams.set('application_name', 'audit');
  expect(await verify(['--database', audit.href], configured)).toEqual(compared);
  const elsewhere = new URL(trail.url);
  elsewhere.searchParams.set('host', '/elsewhere');
  const other = { ...configured, INDELIBLE_DATABASE_URL: elsewhere.href };
  expect(await verify(['--database', trail.url], other)).toEqual({ code: 0, notes: [expect.stringContaining('--vkey')] });
  await rm(`${trail.signerDirectory}/memory.jsonl`);
  expect(await verify(['--database'], configured)).toEqual({
    code: 0,
    notes: [expect.stringContaining('the memory of the configured signer is not in'), expect.stringContaining('--vkey')],
  });
});
