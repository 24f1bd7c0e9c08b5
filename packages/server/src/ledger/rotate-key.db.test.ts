// The change of the signer's key: what it leaves behind, what no crash does to it, and what a database alone cannot do with it.

import { readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { followKeys, leafHash, noteKey, printSystemLeaf, printVkey, toBase64, verifyCheckpoint, verifyEvent } from '@indelible/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeHash } from '../store/node-hash.ts';
import { verifyDatabase } from '../verify/database.ts';
import { askRotation, type Rotation } from './ask-rotation.ts';
import { eventProof, logStatus } from './prove.ts';
import { publicKeys } from './public-keys.ts';
import type { SealStep } from './seal-session.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.test.fixture.ts';
import { loadKey, loadNextKey } from './signer-key.ts';
import { succeed } from './succeed.ts';

let trail: SealedTrail;
let before: Buffer;
beforeEach(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 300);
  await trail.append('org_quiet', 5);
  await trail.seal();
  before = await presentKey();
});
afterEach(() => trail.close());

const STEPS: readonly SealStep[] = [
  'key made',
  'key leaf stored',
  'logs signed anew',
  'rotation signed',
  'rotation published',
  'key replaced',
];

async function presentKey(): Promise<Buffer> {
  return (await loadKey(trail.signerDirectory, 'existing')).publicKey;
}

function ask(options: { reason?: string; waitMs?: number } = {}): Promise<Rotation> {
  return askRotation({ owner: trail.store.owner, signerDirectory: trail.signerDirectory, reason: 'the yearly change', ...options });
}

async function vkeyOf(key: Uint8Array): Promise<string> {
  const { system } = await logStatus(trail.store.reader, await trail.log('org_acme'));
  return printVkey(noteKey(system.origin, key, nodeHash));
}

async function systemLeaves(kind: string): Promise<string[]> {
  const { rows } = await trail.admin.query<{ leaf: string }>('select leaf from indelible.system_leaf order by seq');
  return rows.map(({ leaf }) => leaf).filter((leaf) => (JSON.parse(leaf) as { k: string }).k === kind);
}

/** Everything about the trail is sound, whichever key one knows, and the directory holds one key. */
async function expectRotated(from: Buffer): Promise<Buffer> {
  const now = await presentKey();
  expect(now.equals(from)).toBe(false);
  expect((await readdir(trail.signerDirectory)).sort()).toEqual(['key.pem', 'memory.jsonl']);
  const { keys } = await publicKeys(trail.store.reader);
  expect(keys).toMatchObject([{ publicKey: toBase64(now), replaces: toBase64(from) }, { publicKey: toBase64(from) }]);
  expect(keys[0]).not.toHaveProperty('to');
  expect(keys[1]!.to).toBe(keys[0]!.from);
  for (const tenant of ['org_acme', 'org_quiet']) {
    const status = await logStatus(trail.store.reader, await trail.log(tenant));
    for (const log of [status, status.system])
      expect(await verifyCheckpoint(log.checkpoint, log.origin, { publicKeys: [now] })).toMatchObject({ ok: true });
    const followed = await followKeys([from], { keys }, status.system.origin);
    expect(followed.publicKeys.map(toBase64)).toEqual([from, now].map(toBase64));
    expect(followed.unvouched).toEqual([]);
  }
  for (const vkeys of [[await vkeyOf(from)], [await vkeyOf(now)], []])
    expect(await verifyDatabase({ ownerUrl: trail.url, vkeys, signerDirectory: trail.signerDirectory })).toMatchObject({
      findings: [],
      ok: true,
    });
  const outside = await verifyDatabase({ ownerUrl: trail.url, vkeys: [await vkeyOf(from)] });
  expect(outside).toMatchObject({ findings: [], ok: true, notes: [expect.stringContaining(await vkeyOf(now))] });
  expect(await verifyDatabase({ ownerUrl: trail.url, vkeys: [await vkeyOf(now)] })).toMatchObject({ findings: [], ok: true, notes: [] });
  const { rows } = await trail.admin.query("select from indelible.event where action = 'log.key.rotated'");
  expect(rows).toHaveLength(1);
  return now;
}

test('another key takes the place: a leaf, a checkpoint that both signed, an event; what was signed before stays valid', async () => {
  const [receipt] = await trail.append('org_acme', 1);
  await trail.seal();
  const log = await trail.log('org_acme');
  const kept = await eventProof(trail.store.reader, log, receipt!.id);
  const done = await ask();
  const now = await expectRotated(before);
  expect(done).toEqual({ from: toBase64(before), to: toBase64(now), resumed: false });
  expect(await systemLeaves('key')).toEqual([
    expect.stringContaining('"p":null'),
    expect.stringContaining(`"n":"${toBase64(now)}","p":"${toBase64(before)}"`),
  ]);
  const { checkpoint, origin } = (await logStatus(trail.store.reader, log)).system;
  for (const key of [before, now]) expect(await verifyCheckpoint(checkpoint, origin, { publicKeys: [key] })).toMatchObject({ ok: true });
  // A proof from before still verifies with the key of its time, and the same event again with the present one.
  expect(await verifyEvent(kept, { publicKeys: [before], id: receipt!.id })).toMatchObject({ ok: true });
  const anew = await eventProof(trail.store.reader, log, receipt!.id);
  expect(await verifyEvent(anew, { publicKeys: [now], id: receipt!.id })).toMatchObject({ ok: true });
  // The next checkpoints are the new key's alone, and the one that both signed is kept among them.
  await trail.append('org_acme', 3);
  await trail.seal();
  const after = (await logStatus(trail.store.reader, log)).system;
  expect(await verifyCheckpoint(after.checkpoint, origin, { publicKeys: [before] })).toMatchObject({ ok: false });
  await ask({ reason: 'once more' });
  expect((await publicKeys(trail.store.reader)).keys.map(({ replaces }) => replaces)).toEqual([toBase64(now), toBase64(before), undefined]);
  expect(await verifyDatabase({ ownerUrl: trail.url, vkeys: [await vkeyOf(before)] })).toMatchObject({ ok: true, findings: [] });
});

test.each(STEPS)('a crash after the step "%s" is finished by the next start, with one new key', async (step) => {
  const request = { v: 1, from: toBase64(before), reason: 'a reason', requestedAt: new Date().toISOString() };
  await writeFile(join(trail.signerDirectory, 'rotation.json'), JSON.stringify(request));
  const crash = {
    onStep: (at: SealStep) => {
      if (at === step) throw new Error('the power failed');
    },
  };
  await expect(trail.seal(crash)).rejects.toThrow('the power failed');
  const made = step === 'key replaced' ? await presentKey() : (await loadNextKey(trail.signerDirectory))!.publicKey;
  await trail.append('org_acme', 10);
  await trail.seal();
  expect(toBase64(await expectRotated(before))).toBe(toBase64(made));
  expect(trail.faults).toEqual([]);
  await trail.append('org_acme', 1);
  await trail.seal();
  expect(toBase64(await expectRotated(before))).toBe(toBase64(made));
});

test('a crash of every attempt in turn ends in one new key too', async () => {
  await writeFile(
    join(trail.signerDirectory, 'rotation.json'),
    JSON.stringify({ v: 1, from: toBase64(before), reason: 'a reason', requestedAt: new Date().toISOString() }),
  );
  for (const step of STEPS) {
    const onStep = (at: SealStep): void => {
      if (at === step) throw new Error('again');
    };
    await expect(trail.seal({ onStep })).rejects.toThrow('again');
    // What lies between is verified as it stands: nobody is alarmed by a change under way.
    expect(await verifyDatabase({ ownerUrl: trail.url, vkeys: [await vkeyOf(before)] })).toMatchObject({ findings: [], ok: true });
  }
  await trail.seal();
  await expectRotated(before);
});

test('a server that runs carries it out, and two who ask at once get one key', async () => {
  const sealer = trail.sealer();
  sealer.start();
  await expect.poll(() => sealer.status().owner, { timeout: 10_000 }).toBe(true);
  const [one, other] = await Promise.all([ask(), ask()]);
  expect(one.to).toBe(other.to);
  await trail.append('org_acme', 2);
  await expect.poll(async () => (await logStatus(trail.store.reader, await trail.log('org_acme'))).size, { timeout: 10_000 }).toBe(303);
  await sealer.stop();
  await expectRotated(before);
  expect(trail.faults).toEqual([]);
});

test('where the server cannot, the request waits; a directory of another trail is refused', async () => {
  const sealer = trail.sealer();
  await sealer.tick();
  expect(await ask({ waitMs: 0 })).toEqual({ from: toBase64(before), to: undefined, resumed: false });
  expect(await systemLeaves('key')).toHaveLength(1);
  await sealer.tick();
  await sealer.stop();
  await expectRotated(before);
  const other = await openSealedTrail();
  try {
    await other.seal();
    const asked = askRotation({ owner: trail.store.owner, signerDirectory: other.signerDirectory, reason: 'x' });
    await expect(asked).rejects.toMatchObject({ code: 'config_invalid' });
    expect(await readdir(other.signerDirectory)).not.toContain('rotation.json');
  } finally {
    await other.close();
  }
  await expect(ask({ reason: ' ' })).rejects.toMatchObject({ code: 'parameter_invalid' });
});

test('a key file that cannot be replaced is left, and the logs are sealed on', async () => {
  const elsewhere = `${trail.signerDirectory}.key`;
  await rename(join(trail.signerDirectory, 'key.pem'), elsewhere);
  await symlink(elsewhere, join(trail.signerDirectory, 'key.pem'));
  await expect(ask()).rejects.toMatchObject({ code: 'signer_refused', message: expect.stringContaining('cannot be replaced') });
  await trail.append('org_acme', 1);
  await expect(trail.seal()).rejects.toMatchObject({ code: 'signer_refused' });
  expect((await logStatus(trail.store.reader, await trail.log('org_acme'))).size).toBe(302);
  expect(await systemLeaves('key')).toHaveLength(1);
  await rename(elsewhere, join(trail.signerDirectory, 'key.pem'));
  await trail.seal();
  await expectRotated(before);
});

test('a succession amid a change of the key leaves a log that goes on', async () => {
  for (const step of ['key leaf stored', 'rotation published'] as const) {
    const from = await presentKey();
    await writeFile(
      join(trail.signerDirectory, 'rotation.json'),
      JSON.stringify({ v: 1, from: toBase64(from), reason: 'a reason', requestedAt: new Date().toISOString() }),
    );
    const onStep = (at: SealStep): void => {
      if (at === step) throw new Error('the power failed');
    };
    await expect(trail.seal({ onStep })).rejects.toThrow('the power failed');
    // The directory comes back from a backup of before the change, the next key is lost.
    if (step === 'key leaf stored') await rm(join(trail.signerDirectory, 'next-key.pem'));
    await rm(join(trail.signerDirectory, 'rotation.json'));
    await rm(join(trail.signerDirectory, 'memory.jsonl'));
    await succeed({ owner: trail.store.owner, signerDirectory: trail.signerDirectory, reason: 'disk lost' });
    await trail.append('org_acme', 1);
    await trail.seal();
    expect(await verifyDatabase({ ownerUrl: trail.url, signerDirectory: trail.signerDirectory })).toMatchObject({ findings: [], ok: true });
    expect((await presentKey()).equals(from)).toBe(step === 'key leaf stored');
  }
});

/** A leaf as an attacker writes it, with the hash of another one if need be. */
async function forgeLeaf(text: string, hashed = text): Promise<void> {
  await trail.admin.query(
    'insert into indelible.system_leaf (seq, leaf, leaf_hash) select size, $1, $2 from indelible.log where tenant_id = 0',
    [text, leafHash(hashed, nodeHash)],
  );
  await trail.admin.query('update indelible.log set size = size + 1 where tenant_id = 0');
}

test('who has the database and not the directory gets no key signed', async () => {
  const evil = new Uint8Array(32).fill(7);
  const time = Date.now();
  const named = printSystemLeaf({ kind: 'key', publicKey: evil, replaces: before, time });
  const refusal = { code: 'signer_refused', message: expect.stringContaining('the system log was changed in the database') };
  for (const [text, hashed] of [
    [named, named],
    [printSystemLeaf({ kind: 'beat', time }), named],
    ['{"k":"beat"}', '{"k":"beat"}'],
  ] as const) {
    await forgeLeaf(text, hashed);
    await expect(trail.seal()).rejects.toMatchObject(refusal);
    await trail.admin.query('delete from indelible.system_leaf where seq = (select size - 1 from indelible.log where tenant_id = 0)');
    await trail.admin.query('update indelible.log set size = size - 1 where tenant_id = 0');
  }
  await trail.seal();
  // A log of a tenant under the name of a system log would be signed by the same key.
  const { origin } = (await logStatus(trail.store.reader, await trail.log('org_acme'))).system;
  await trail.admin.query("update indelible.log set origin = $1 where tenant = 'org_acme'", [`${origin}-9`]);
  await trail.append('org_acme', 1);
  await trail.seal();
  expect(trail.faults).toContainEqual({ origin: `${origin}-9`, message: expect.stringContaining('offered as the system log') });
  expect(await systemLeaves('key')).toHaveLength(1);
});
