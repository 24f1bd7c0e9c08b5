// What an outsider finds over HTTP, from the state file of the last run: the server's answers are made by the functions that
// its routes call, and then bent as a dishonest server would.

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@indelible/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logStatus } from '../ledger/prove.ts';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import type { VerifyResult } from './finding.ts';
import type { VerifyServerOptions } from './remote-run.ts';
import { type Bend, serverOf } from './served-trail.test.fixture.ts';
import { verifyServer } from './server.ts';

let trail: SealedTrail;
let directory: string;
beforeEach(async () => {
  trail = await openSealedTrail();
  directory = await mkdtemp(join(tmpdir(), 'indelible-state-'));
  await trail.append('org_acme', 300);
  await trail.seal();
});
afterEach(async () => {
  await trail.close();
  await rm(directory, { recursive: true, force: true });
});

function verify(options: Partial<VerifyServerOptions> = {}): Promise<VerifyResult> {
  return verifyServer({ url: 'http://trail.invalid', stateFile: join(directory, 'state.json'), fetch: serverOf(trail), ...options });
}

const codes = (result: VerifyResult): string[] => [...new Set(result.findings.map((finding) => finding.code))];

test('the first use says that it trusts what it sees, later ones hold the server to it, also while the log grows', async () => {
  const first = await verify();
  expect(first).toMatchObject({ ok: true, exitCode: 0, findings: [] });
  expect(first.notes).toEqual([expect.stringContaining('first use')]);
  expect((await stat(join(directory, 'state.json'))).mode & 0o777).toBe(0o600);
  for (const count of [1, 300, 5]) {
    await trail.append('org_acme', count);
    await trail.seal();
    const later = await verify({ allEvents: count === 5 });
    expect(later).toMatchObject({ ok: true, notes: [], findings: [] });
    if (count === 5) expect(later.checked.events).toBe(607);
  }
});

test('with a vkey nothing is trusted on first use, and another key is refused', async () => {
  const { vkey, system } = await logStatus(trail.store.reader, await trail.log('org_acme'));
  expect(await verify({ vkey })).toMatchObject({ ok: true, notes: [] });
  expect(await verify({ vkey: system.vkey })).toMatchObject({ ok: true });
  const other = await openSealedTrail();
  try {
    await other.append('org_acme', 1);
    await other.seal();
    const foreign = (await logStatus(other.store.reader, await other.log('org_acme'))).vkey;
    expect(codes(await verify({ vkey: foreign }))).toEqual(['signature_invalid']);
  } finally {
    await other.close();
  }
  await expect(verify({ vkey: 'x' })).rejects.toMatchObject({ code: 'parameter_invalid' });
});

test('attack 4: a log that became smaller is named, and the state is kept', async () => {
  // What was published before the last events came, and what a restored backup would show again.
  const earlier = await logStatus(trail.store.reader, await trail.log('org_acme'));
  await trail.append('org_acme', 10);
  await trail.seal();
  await verify();
  const state = await readFile(join(directory, 'state.json'), 'utf8');
  const result = await verify({
    fetch: serverOf(trail, (path, body) =>
      path === '/v1/log' ? { ...(body as object), ...earlier, system: (body as { system: object }).system } : body,
    ),
  });
  expect(result).toMatchObject({ exitCode: 1, findings: [{ code: 'log_shrunk', found: '301', expected: '311 leaves' }] });
  const system = await verify({ fetch: serverOf(trail, (path, body) => (path === '/v1/log' ? earlier : body)) });
  expect(system).toMatchObject({ exitCode: 1, findings: [{ code: 'log_shrunk', log: earlier.system.origin }] });
  expect(await readFile(join(directory, 'state.json'), 'utf8')).toBe(state);
});

test('attack 5: a fork is named, whatever else the server shows', async () => {
  await verify();
  // The same log, rewritten and signed anew by an operator who put the signer's memory away.
  await trail.admin.query(`update indelible.event set leaf_hash = sha256(leaf_hash) where seq = 7 and tenant_id <> 0`);
  await trail.admin.query('delete from indelible.tile where tenant_id <> 0');
  await trail.admin.query('delete from indelible.checkpoint');
  await rm(join(trail.signerDirectory, 'memory.jsonl'));
  await trail.append('org_acme', 3);
  await trail.seal();
  const result = await verify();
  expect(result.exitCode).toBe(1);
  expect(codes(result)).toEqual(['forked']);
});

test('a changed event is found by proving it', async () => {
  await trail.admin.query(
    `update indelible.event set disclosures = replace(disclosures, '"quota":7', '"quota":9') where seq = 7 and tenant_id <> 0`,
  );
  const result = await verify({ allEvents: true });
  expect(result.exitCode).toBe(1);
  expect(result.findings).toMatchObject([{ code: 'entry_changed', seq: 7 }]);
});

test('a withheld event and a bent signature, tile or checkpoint are found', async () => {
  const bends: [string, Bend][] = [
    ['event_missing', (path, body) => (path.endsWith('/proof') ? fail() : body)],
    ['signature_invalid', (path, body) => (path === '/v1/log' ? { ...(body as object), size: 300 } : body)],
    ['root_changed', (path, body) => (path.includes('/tile/0/') && !path.includes('system') ? flip(body as Uint8Array) : body)],
    ['root_changed', (path, body) => (path.includes('/tile/0/') && path.includes('system') ? flip(body as Uint8Array) : body)],
    ['value_changed', (path, body) => (path.endsWith('/proof') ? { ...(body as object), disclosures: [], seq: 9_999 } : body)],
  ];
  for (const [code, bend] of bends) expect(codes(await verify({ fetch: serverOf(trail, bend) }))).toEqual([code]);
});

test('a server that does not answer is no verdict, and neither is a broken state file', async () => {
  await expect(verify({ fetch: () => Promise.reject(new Error('refused')) })).rejects.toMatchObject({ code: 'server_unreachable' });
  await expect(verify({ url: 'nonsense' })).rejects.toMatchObject({ code: 'parameter_invalid' });
  await writeFile(join(directory, 'state.json'), '{}');
  await expect(verify()).rejects.toMatchObject({ code: 'parameter_invalid' });
});

function flip(bytes: Uint8Array): Uint8Array {
  const bent = bytes.slice();
  bent[0] = (bent[0] as number) ^ 1;
  return bent;
}

function fail(): never {
  throw new Failure('not_found', 'there is no such event');
}
