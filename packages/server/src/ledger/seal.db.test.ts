// Sealing against a real PostgreSQL: what is published proves, and no crash, full disk or second server makes a fork.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { nobleHash, parseSignedCheckpoint, verifyCheckpoint, verifyConsistency, verifyEvent } from '@indelible/core';
import { consistency, eventProof, logStatus, tileByPath } from './prove.ts';
import { publicKeys } from './public-keys.ts';
import type { SealStep } from './seal-session.ts';
import { Signer } from './signer.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.test.fixture.ts';

let trail: SealedTrail;
beforeEach(async () => {
  trail = await openSealedTrail();
});
afterEach(() => trail.close());

async function keys(): Promise<Buffer[]> {
  return (await publicKeys(trail.store.reader)).keys.map((key) => Buffer.from(key.publicKey, 'base64'));
}

async function expectProved(tenant: string, id: string): Promise<void> {
  const answer = await eventProof(trail.store.reader, await trail.log(tenant), id);
  expect(await verifyEvent(answer, { publicKeys: await keys(), id })).toMatchObject({ ok: true, id });
}

test('an event is proved once it is sealed, and not before', async () => {
  const [receipt] = await trail.append('org_acme', 3);
  const log = await trail.log('org_acme');
  await expect(eventProof(trail.store.reader, log, receipt!.id)).rejects.toMatchObject({
    code: 'not_sealed',
    details: { retryAfterSeconds: 1 },
  });
  await expect(logStatus(trail.store.reader, log)).rejects.toMatchObject({ code: 'not_sealed' });
  await trail.seal();
  await expectProved('org_acme', receipt!.id);
  const status = await logStatus(trail.store.reader, log);
  expect(status).toMatchObject({ origin: log.origin, size: 4, system: { logId: 'system' } });
  expect(await verifyCheckpoint(status.checkpoint, log.origin, { publicKeys: await keys() })).toMatchObject({
    ok: true,
    checkpoint: { size: 4 },
  });
  await expect(eventProof(trail.store.reader, log, '0195606d-1c43-7abc-8def-0123456789ab')).rejects.toMatchObject({ code: 'not_found' });
  expect(trail.faults).toEqual([]);
});

test('a log that outgrows tiles keeps proving, and each checkpoint continues the one before', async () => {
  const sealer = trail.sealer();
  const sizes: number[] = [];
  const roots: Uint8Array[] = [];
  const receipts = [];
  const log = async () => trail.log('org_acme');
  for (const count of [1, 254, 1, 700, 256, 3]) {
    receipts.push(...(await trail.append('org_acme', count)));
    await sealer.tick();
    const { checkpoint } = await logStatus(trail.store.reader, await log());
    const { size, root } = parseSignedCheckpoint(checkpoint);
    sizes.push(size);
    roots.push(root);
  }
  for (let index = 1; index < sizes.length; index++) {
    const { hashes } = await consistency(trail.store.reader, await log(), sizes[index - 1]!, sizes[index]!);
    const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
    expect(verifyConsistency(sizes[index - 1]!, sizes[index]!, roots[index - 1]!, roots[index]!, proof, nobleHash)).toBe(true);
  }
  for (const at of [0, 254, 255, 256, 900, 1_214]) await expectProved('org_acme', receipts[at]!.id);
  const full = await tileByPath(trail.store.reader, await log(), '/tile/0/003');
  expect(full).toMatchObject({ immutable: true });
  expect(full.bytes.length).toBe(8_192);
  expect((await tileByPath(trail.store.reader, await log(), '/tile/1/000.p/4')).bytes.length).toBe(4 * 32);
  const bundle = await tileByPath(trail.store.reader, await log(), '/tile/entries/004.p/2');
  expect(Buffer.from(bundle.bytes).toString()).toContain('"v":1}');
  await expect(tileByPath(trail.store.reader, await log(), '/tile/0/009')).rejects.toMatchObject({ code: 'not_found' });
  await expect(tileByPath(trail.store.reader, await log(), '/tile/0/4')).rejects.toMatchObject({ code: 'not_found' });
  await expect(consistency(trail.store.reader, await log(), 0, 5)).rejects.toMatchObject({ code: 'parameter_invalid' });
});

test('many logs are sealed in one tick, and a tick without news publishes nothing', async () => {
  for (let index = 0; index < 30; index++) await trail.append(`org_${index}`, 2);
  const sealed: unknown[] = [];
  const sealer = trail.sealer({ onSeal: (event) => sealed.push(event) });
  expect(await sealer.tick()).toMatchObject({ logs: 30, leaves: 90, more: false });
  expect(await sealer.tick()).toMatchObject({ logs: 0, leaves: 0 });
  expect(sealed).toHaveLength(1);
  expect(sealer.status()).toMatchObject({ owner: true, failing: [], lastError: undefined });
});

test('a beat goes into the system log each minute', async () => {
  let now = Date.now();
  const sealer = trail.sealer({ now: () => now });
  await sealer.tick();
  now += 30_000;
  await sealer.tick();
  now += 31_000;
  await sealer.tick();
  const leaves = await trail.admin.query<{ leaf: string }>('select leaf from indelible.system_leaf order by seq');
  expect(leaves.rows.map((row) => (JSON.parse(row.leaf) as { k: string }).k)).toEqual(['key', 'beat', 'beat']);
});

test('only the newest checkpoint and the last of each day are kept', async () => {
  let now = Date.UTC(2026, 0, 1, 10);
  const sealer = trail.sealer({ now: () => now });
  const sizes: number[] = [];
  for (const hours of [0, 1, 1, 22, 1, 24]) {
    now += hours * 3_600_000;
    await trail.append('org_acme', 1);
    await sealer.tick();
    sizes.push((await logStatus(trail.store.reader, await trail.log('org_acme'))).size);
  }
  const kept = await trail.admin.query<{ size: string }>('select size from indelible.checkpoint where tenant_id <> 0 order by size');
  expect(kept.rows.map((row) => Number(row.size))).toEqual([sizes[2], sizes[4], sizes[5]]);
});

test.each<SealStep>(['gathered', 'examined', 'stored', 'signed', 'published'])(
  'a crash after the step "%s" never forks, and the next tick goes on',
  async (step) => {
    await trail.append('org_acme', 300);
    await trail.seal();
    const before = parseSignedCheckpoint((await logStatus(trail.store.reader, await trail.log('org_acme'))).checkpoint);
    const receipts = await trail.append('org_acme', 300);
    await trail.append('org_other', 1);
    const crash = {
      onStep: (at: SealStep) => {
        if (at === step) throw new Error('the power failed');
      },
    };
    await expect(trail.seal(crash)).rejects.toThrow('the power failed');
    // What a crash left unpublished may be followed by more events before the next tick.
    if (step === 'signed') await trail.append('org_acme', 10);
    await trail.seal();
    await expectProved('org_acme', receipts[299]!.id);
    const log = await trail.log('org_acme');
    const after = parseSignedCheckpoint((await logStatus(trail.store.reader, log)).checkpoint);
    const { hashes } = await consistency(trail.store.reader, log, before.size, after.size);
    expect(
      verifyConsistency(
        before.size,
        after.size,
        before.root,
        after.root,
        hashes.map((hash) => Buffer.from(hash, 'base64')),
        nobleHash,
      ),
    ).toBe(true);
    expect(trail.faults).toEqual([]);
  },
);

test('a full disk of the signer signs nothing; the next tick takes up what was left', async () => {
  await trail.append('org_acme', 3);
  const full = async () =>
    Object.assign(await Signer.open(trail.signerDirectory), {
      sign: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
    });
  await expect(trail.seal({ openSigner: full })).rejects.toThrow('no space left');
  await expect(logStatus(trail.store.reader, await trail.log('org_acme'))).rejects.toMatchObject({ code: 'not_sealed' });
  const [receipt] = await trail.append('org_other', 1);
  await trail.seal();
  await expectProved('org_other', receipt!.id);
  const leaves = await trail.admin.query<{ leaf: string }>(`select leaf from indelible.system_leaf where leaf like '%checkpoint%'`);
  // The leaf that was stored before the disk was found full serves; no second one is made for the same log.
  expect(leaves.rows).toHaveLength(2);
});

test('a gap holds up its own log and no other', async () => {
  await trail.append('org_broken', 5);
  await trail.append('org_sound', 5);
  await trail.admin.query(
    "delete from indelible.event where seq = 3 and tenant_id = (select tenant_id from indelible.log where tenant = 'org_broken')",
  );
  let now = Date.now();
  const sealer = trail.sealer({ now: () => now });
  expect(await sealer.tick()).toMatchObject({ logs: 1, leaves: 6 });
  now += 3_000;
  await sealer.tick();
  // What is held up lets the lag grow.
  expect(sealer.status().lagMs).toBe(3_000);
  expect(trail.faults).toMatchObject([
    { origin: (await trail.log('org_broken')).origin, message: expect.stringContaining('the sequence number 3 is missing') },
  ]);
  expect(sealer.status().failing).toHaveLength(1);
  await expect(logStatus(trail.store.reader, await trail.log('org_broken'))).rejects.toMatchObject({ code: 'not_sealed' });
  expect((await logStatus(trail.store.reader, await trail.log('org_sound'))).size).toBe(6);
});

test('of two servers one seals, and the other takes over when it goes', async () => {
  const [first, second] = [trail.sealer(), trail.sealer()];
  await trail.append('org_acme', 1);
  expect(await first.tick()).toMatchObject({ logs: 1 });
  expect(await second.tick()).toBeUndefined();
  expect(second.status()).toMatchObject({ owner: false, lagMs: undefined });
  await first.stop();
  const [receipt] = await trail.append('org_acme', 1);
  expect(await second.tick()).toMatchObject({ logs: 1 });
  await expectProved('org_acme', receipt!.id);
});

test('the owner that loses its connection gives up, and goes on over a new one', async () => {
  const sealer = trail.sealer();
  await trail.append('org_acme', 1);
  await sealer.tick();
  await trail.admin.query(
    "select pg_terminate_backend(a.pid) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and a.datname = current_database()",
  );
  const [receipt] = await trail.append('org_acme', 1);
  await expect(sealer.tick()).rejects.toThrow(/terminat|connection/i);
  await sealer.tick();
  await expectProved('org_acme', receipt!.id);
});

test('a started sealer seals within a second, and stops', async () => {
  const sealer = trail.sealer();
  sealer.start();
  const [receipt] = await trail.append('org_acme', 1);
  await expect
    .poll(
      () =>
        expectProved('org_acme', receipt!.id).then(
          () => true,
          () => false,
        ),
      { timeout: 5_000, interval: 50 },
    )
    .toBe(true);
  await sealer.stop();
  expect(sealer.status().owner).toBe(false);
});
