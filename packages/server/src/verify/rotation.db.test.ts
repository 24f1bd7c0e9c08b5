// A change of the signer's key as those see it who verify: the operator, and an outsider who knew the old key; and what verify
// says where the change is not vouched for.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leafHash, noteKey, parseNote, printNote, printSystemLeaf, printVkey, toBase64 } from '@indelible/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askRotation } from '../ledger/ask-rotation.ts';
import { logStatus } from '../ledger/prove.ts';
import { publicKeys, type PublicKeys } from '../ledger/public-keys.ts';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { loadKey } from '../ledger/signer-key.ts';
import { nodeHash } from '../store/node-hash.ts';
import { verifyDatabase } from './database.ts';
import type { VerifyResult } from './finding.ts';
import type { VerifyServerOptions } from './remote-run.ts';
import { verifyServer } from './server.ts';
import { type Bend, serverOf } from './served-trail.test.fixture.ts';

let trail: SealedTrail;
let directory: string;
let vkeys: string[];
beforeEach(async () => {
  trail = await openSealedTrail();
  directory = await mkdtemp(join(tmpdir(), 'indelible-state-'));
  await trail.append('org_acme', 300);
  await trail.append('org_quiet', 3);
  await trail.seal();
  vkeys = [await presentVkey()];
});
afterEach(async () => {
  await trail.close();
  await rm(directory, { recursive: true, force: true });
});

async function presentVkey(): Promise<string> {
  const { publicKey } = await loadKey(trail.signerDirectory, 'existing');
  const { system } = await logStatus(trail.store.reader, await trail.log('org_acme'));
  return printVkey(noteKey(system.origin, publicKey, nodeHash));
}

async function rotate(): Promise<void> {
  await askRotation({ owner: trail.store.owner, signerDirectory: trail.signerDirectory, reason: 'the yearly change' });
  vkeys.push(await presentVkey());
}

function outside(options: Partial<VerifyServerOptions> = {}, bend?: Bend): Promise<VerifyResult> {
  return verifyServer({ url: 'http://trail.invalid', stateFile: join(directory, 'state.json'), fetch: serverOf(trail, bend), ...options });
}

const codes = (result: VerifyResult): string[] => [...new Set(result.findings.map((finding) => finding.code))];

test('an outsider who kept the old key learns the new one, says so, and holds the server to it', async () => {
  expect(await outside()).toMatchObject({ ok: true });
  await rotate();
  await trail.append('org_acme', 5);
  await trail.seal();
  const learned = await outside({ allEvents: true });
  expect(learned).toMatchObject({ ok: true, exitCode: 0, findings: [], notes: [expect.stringContaining(vkeys[1]!)] });
  expect(learned.notes[0]).toContain('the signing key was changed');
  const { publicKeys: kept } = JSON.parse(await readFile(join(directory, 'state.json'), 'utf8')) as { publicKeys: string[] };
  expect(kept).toEqual([toBase64((await loadKey(trail.signerDirectory)).publicKey)]);
  expect(await outside()).toMatchObject({ ok: true, notes: [] });
  await rotate();
  expect(await outside()).toMatchObject({ ok: true, notes: [expect.stringContaining(vkeys[2]!)] });
});

test('an old vkey leads through several changes, a new one needs none; a log that did not grow is no exception', async () => {
  await rotate();
  await rotate();
  for (const [index, vkey] of vkeys.entries()) {
    for (const tenant of ['org_acme', 'org_quiet']) {
      const stateFile = join(directory, `${tenant}-${index}.json`);
      const result = await outside({ vkey, stateFile, fetch: serverOf(trail, undefined, tenant) });
      expect(result.findings).toEqual([]);
      expect(result.notes).toEqual(vkeys.slice(index + 1).map((next) => expect.stringContaining(next)));
    }
  }
});

test('a change while an outsider verifies is no alarm', async () => {
  await outside();
  let asked = false;
  const fetch = serverOf(trail);
  const result = await outside({
    fetch: async (url, init) => {
      if (!asked && url.pathname.endsWith('/proof')) {
        asked = true;
        await rotate();
        await trail.append('org_acme', 1);
        await trail.seal();
      }
      return fetch(url, init);
    },
  });
  expect(asked).toBe(true);
  expect(result).toMatchObject({ ok: true, findings: [], notes: [expect.stringContaining('the signing key was changed')] });
});

test('a change that nobody, or one key alone, signed is an alarm', async () => {
  await outside();
  const state = await readFile(join(directory, 'state.json'), 'utf8');
  await rotate();
  const onKeys =
    (change: (key: PublicKeys['keys'][number]) => object): Bend =>
    (path, body) =>
      path.endsWith('indelible-keys.json') ? { keys: (body as PublicKeys).keys.map((key) => ({ ...key, ...change(key) })) } : body;
  const oneOnly = (which: 0 | 1): Bend =>
    onKeys(({ proof }) =>
      proof === undefined ? {} : { proof: proof.replace(/\n\n[^]*$/, (note) => `\n\n${without(note.slice(2), which)}`) },
    );
  await trail.append('org_acme', 1);
  await trail.seal();
  for (const bend of [onKeys(() => ({ proof: undefined })), oneOnly(0), oneOnly(1)]) {
    const result = await outside({}, bend);
    expect(result.exitCode).toBe(1);
    expect(codes(result).sort()).toEqual(['signature_invalid', 'signer_key_changed']);
  }
  // A former key says nothing of what came after it, whoever has it by now.
  expect(await readFile(join(directory, 'state.json'), 'utf8')).toBe(state);
  expect(await outside()).toMatchObject({ ok: true });
});

/** A note without one of its signatures. */
function without(note: string, index: number): string {
  const { text, signatures } = parseNote(note);
  return printNote({ text, signatures: signatures.filter((_, at) => at !== index) });
}

async function expectAltered(vkey: string, more: object[] = []): Promise<void> {
  const { findings, exitCode } = await verifyDatabase({ ownerUrl: trail.url, vkeys: [vkey] });
  expect(exitCode).toBe(1);
  expect(findings).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'signer_key_changed' }), ...more]));
}

test('the checkpoint that both signed is kept, and without it, or one of its signatures, the change is an alarm', async () => {
  await rotate();
  await trail.append('org_acme', 1);
  await trail.seal();
  const [old = '', now = ''] = vkeys;
  for (const vkey of vkeys) expect(await verifyDatabase({ ownerUrl: trail.url, vkeys: [vkey] })).toMatchObject({ ok: true, findings: [] });
  const { rows } = await trail.admin.query<{ size: string; note: string }>(
    'select size, note from indelible.checkpoint where tenant_id = 0 order by size',
  );
  const both = rows.find(({ note }) => parseNote(note).signatures.length === 2)!;
  for (const index of [0, 1]) {
    await trail.admin.query('update indelible.checkpoint set note = $2 where tenant_id = 0 and size = $1', [
      both.size,
      without(both.note, index),
    ]);
    await expectAltered(old, [expect.objectContaining({ code: 'signature_invalid' })]);
    await expectAltered(now);
    expect((await publicKeys(trail.store.reader)).keys.every(({ proof }) => proof === undefined)).toBe(true);
  }
  await trail.admin.query('delete from indelible.checkpoint where tenant_id = 0 and size = $1', [both.size]);
  await expectAltered(old);
});

test('a key that is put on record, taken from it or ended there is named', async () => {
  await rotate();
  const [, now = ''] = vkeys;
  const evil = Buffer.alloc(32, 7);
  await trail.admin.query('insert into indelible.signer_key (public_key) values ($1)', [evil]);
  await expectAltered(now, [expect.objectContaining({ found: toBase64(evil) })]);
  await trail.admin.query('delete from indelible.signer_key where public_key = $1', [evil]);
  await trail.admin.query('update indelible.signer_key set valid_to = null');
  await expectAltered(now);
  await trail.admin.query('update indelible.signer_key set valid_to = now()');
  await expectAltered(now);
  await trail.admin.query('delete from indelible.signer_key where valid_from = (select max(valid_from) from indelible.signer_key)');
  await trail.append('org_acme', 1);
});

test('a leaf that names a key of somebody else is never signed, and named', async () => {
  const evil = Buffer.alloc(32, 7);
  const { publicKey } = await loadKey(trail.signerDirectory, 'existing');
  const text = printSystemLeaf({ kind: 'key', publicKey: evil, replaces: publicKey, time: Date.now() + 3_600_000 });
  await trail.admin.query(
    'insert into indelible.system_leaf (seq, leaf, leaf_hash) select size, $1, $2 from indelible.log where tenant_id = 0',
    [text, leafHash(text, nodeHash)],
  );
  await trail.admin.query('update indelible.log set size = size + 1 where tenant_id = 0');
  await trail.admin.query('update indelible.signer_key set valid_to = now()');
  await trail.admin.query('insert into indelible.signer_key (public_key) values ($1)', [evil]);
  await expect(trail.seal()).rejects.toMatchObject({ code: 'signer_refused' });
  await expectAltered(vkeys[0]!, [expect.objectContaining({ found: toBase64(evil) })]);
  await outside({ vkey: vkeys[0]! }).then((result) => expect(codes(result)).toEqual(['signer_key_changed']));
});
