// The way back: after a lost memory, a restored backup and a lost key the logs go on, and say so.

import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyDatabase } from '../verify/database.ts';
import { eventProof, logStatus } from './prove.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.test.fixture.ts';
import { succeed } from './succeed.ts';

let trail: SealedTrail;
beforeEach(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 300);
  await trail.append('org_other', 5);
  await trail.seal();
});
afterEach(() => trail.close());

const run = () => succeed({ owner: trail.store.owner, signerDirectory: trail.signerDirectory, reason: 'disk lost' });

async function expectGoingOn(): Promise<void> {
  const [receipt] = await trail.append('org_acme', 1);
  await trail.seal();
  expect(await verifyDatabase({ ownerUrl: trail.url, signerDirectory: trail.signerDirectory })).toMatchObject({ findings: [], ok: true });
  expect(await eventProof(trail.store.reader, await trail.log('org_acme'), receipt!.id)).toMatchObject({ seq: receipt!.seq });
  expect((await logStatus(trail.store.reader, await trail.log('org_acme'))).system.origin).toMatch(/\/log\/system-2$/);
}

test('without its memory the signer refuses until the logs are followed by others, whose first leaves say so', async () => {
  const before = await trail.log('org_acme');
  await rm(`${trail.signerDirectory}/memory.jsonl`);
  await trail.append('org_acme', 1);
  await expect(trail.seal()).rejects.toMatchObject({ code: 'signer_refused', message: expect.stringContaining('succeed --reason') });
  const done = await run();
  expect(done).toMatchObject({
    newKey: false,
    logs: [
      { tenant: 'org_acme', from: before.origin, size: 302 },
      { tenant: 'org_other', size: 6 },
    ],
  });
  const { rows } = await trail.admin.query<{ said: object }>(
    `select indelible.disclosed(e.disclosures, 'metadata') -> 'metadata' -> 'predecessor' as said from indelible.event e where tenant_id = $1 and seq = 0`,
    [(await trail.log('org_acme')).tenantId],
  );
  expect(rows[0]!.said).toMatchObject({ origin: before.origin, size: 302, root: expect.any(String), reason: 'disk lost' });
  await expectGoingOn();
});

test('after a restored backup the logs go on from what is there, and say what was signed beyond it', async () => {
  const { tenantId } = await trail.log('org_acme');
  await trail.append('org_acme', 10);
  await trail.seal();
  for (const table of ['event', 'event_key', 'event_related'])
    await trail.admin.query(`delete from indelible.${table} where tenant_id = $1 and seq >= 301`, [tenantId]);
  await trail.admin.query('update indelible.log set size = 301 where tenant_id = $1', [tenantId]);
  await trail.admin.query('delete from indelible.checkpoint');
  await trail.admin.query('delete from indelible.system_leaf where seq >= 4');
  await trail.admin.query('update indelible.log set size = 4 where tenant_id = 0');
  await expect(trail.seal()).rejects.toMatchObject({ code: 'signer_refused' });
  expect(await run()).toMatchObject({ memoryAside: expect.stringContaining('memory.jsonl.') });
  const { rows } = await trail.admin.query<{ said: object }>(
    `select indelible.disclosed(e.disclosures, 'metadata') -> 'metadata' -> 'predecessor' as said from indelible.event e where tenant_id = $1 and seq = 0`,
    [(await trail.log('org_acme')).tenantId],
  );
  expect(rows[0]!.said).toMatchObject({ size: 301, signed: { size: 311 } });
  await expectGoingOn();
});

test('a lost key is replaced, as a leaf of the system log', async () => {
  await rm(trail.signerDirectory, { recursive: true });
  await expect(trail.seal()).rejects.toMatchObject({ code: 'signer_refused' });
  expect(await run()).toMatchObject({ newKey: true });
  await expectGoingOn();
  const { rows } = await trail.admin.query<{ leaf: string }>(
    `select leaf from indelible.system_leaf where leaf like '%"key"%' order by seq`,
  );
  expect(rows.map(({ leaf }) => (JSON.parse(leaf) as { p: string | null }).p)).toEqual([
    null,
    (JSON.parse(rows[0]!.leaf) as { n: string }).n,
  ]);
});

test('a frozen log that is changed afterwards no longer fits what its successor says', async () => {
  const { tenantId } = await trail.log('org_acme');
  await rm(`${trail.signerDirectory}/memory.jsonl`);
  await trail.append('org_acme', 1);
  await run();
  await trail.seal();
  await trail.admin.query('update indelible.event set leaf_hash = sha256(leaf_hash) where tenant_id = $1 and seq = 301', [tenantId]);
  const { findings } = await verifyDatabase({ ownerUrl: trail.url });
  expect(findings.map(({ code, seq }) => [code, seq])).toContainEqual(['root_changed', 301]);
});

test('while a server seals nothing is followed', { timeout: 30_000 }, async () => {
  const sealer = trail.sealer();
  await sealer.tick();
  await expect(run()).rejects.toMatchObject({ code: 'directory_in_use' });
});
