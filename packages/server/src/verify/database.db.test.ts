// The attacks of docs/THREATS.md, done with raw SQL as superuser, and what verify says about each.

import { cp, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entry, leafHash, parseEntry } from '@indelible/core';
import { eventProof, logStatus } from '../ledger/prove.ts';
import { openSealedTrail, sampleEvent, type SealedTrail, storedFrom } from '../ledger/sealed-trail.test.fixture.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readProven } from '../store/proof-rows.ts';
import { emptyEdge, pushLeaves } from '../ledger/edge.ts';
import { Signer } from '../ledger/signer.ts';
import { verifyDatabase, type VerifyDatabaseOptions } from './database.ts';
import type { VerifyResult } from './finding.ts';

let trail: SealedTrail;
let tenantId: number;
beforeEach(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 700);
  await trail.append('org_other', 20);
  await trail.seal();
  tenantId = (await trail.log('org_acme')).tenantId;
});
afterEach(() => trail.close());

function verify(options: Partial<VerifyDatabaseOptions> = {}): Promise<VerifyResult> {
  return verifyDatabase({ ownerUrl: trail.url, ...options });
}

async function sql(text: string, values: unknown[] = []): Promise<void> {
  const { rowCount } = await trail.admin.query(text, values);
  expect(rowCount, text).toBeGreaterThan(0);
}

async function expectOnly(findings: readonly object[], options?: Partial<VerifyDatabaseOptions>): Promise<VerifyResult> {
  const result = await verify(options);
  expect(result.findings).toMatchObject(findings);
  expect(result.findings).toHaveLength(findings.length);
  expect(result).toMatchObject({ ok: false, exitCode: 1 });
  return result;
}

test('a sound trail is verified, all of it, also while it grows', async () => {
  const sealer = trail.sealer();
  const growth = { running: true };
  const grow = (async () => {
    while (growth.running) {
      await trail.append('org_acme', 20);
      await sealer.tick();
    }
  })();
  for (let round = 0; round < 5; round++) {
    const result = await verify({ signerDirectory: trail.signerDirectory });
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ ok: true, exitCode: 0 });
    expect(result.checked.events).toBeGreaterThanOrEqual(722);
  }
  growth.running = false;
  await grow;
  expect((await verify()).checked).toMatchObject({ logs: 3, tiles: expect.any(Number) });
});

test('attack 1: a changed value is named by sequence, action and actor', async () => {
  await sql(
    `update indelible.event set disclosures = replace(disclosures, '"quota":301', '"quota":9') where tenant_id = $1 and seq = 301`,
    [tenantId],
  );
  await expectOnly([
    {
      code: 'value_changed',
      tenant: 'org_acme',
      seq: 301,
      action: 'bot.updated',
      actor: 'ada6@example.com',
      expected: expect.any(String),
      found: expect.any(String),
    },
  ]);
});

test('attack 1: a changed value with its column is named too, also in the unfinished tile', async () => {
  await sql(
    `update indelible.event set disclosures = replace(disclosures, 'ada6@example.com', 'eve@example.com'), actor_email = 'eve@example.com' where tenant_id = $1 and seq = 700`,
    [tenantId],
  );
  await expectOnly([{ code: 'value_changed', seq: 700, actor: 'eve@example.com' }]);
});

test('attack 1: where the entry was kept, the very section is named', async () => {
  const proof = await eventProof(trail.store.reader, await trail.log('org_acme'), await idOf(5));
  await sql(
    `update indelible.event set entry = $2, disclosures = replace(disclosures, '"quota":5', '"quota":6') where tenant_id = $1 and seq = 5`,
    [tenantId, proof.entry],
  );
  await expectOnly([
    { code: 'value_changed', seq: 5, section: 'change', expected: parseEntry(proof.entry).c['change'], found: expect.any(String) },
  ]);
});

test('attack 2: value, leaf and tiles rewritten: the root tells, and the system log says between which sealings', async () => {
  await trail.append('org_acme', 1);
  await trail.seal();
  await rewrite(701, (text) => text.replace('"role":"admin"', '"role":"owner"'));
  await expectOnly([{ code: 'root_changed', tenant: 'org_acme', seq: 701, action: 'bot.updated', actor: 'ada0@example.com' }]);
});

test('attack 2: also deep in the log, where full tiles must be rewritten', async () => {
  await rewrite(300, (text) => text.replace('"role":"admin"', '"role":"owner"'));
  await retile();
  await expectOnly([{ code: 'root_changed', tenant: 'org_acme', seq: 0, toSeq: 700 }]);
});

test('attack 2: with the leaf but not the tiles the very event is named', async () => {
  await rewrite(300, (text) => text.replace('"role":"admin"', '"role":"owner"'));
  await expectOnly([{ code: 'leaf_changed', seq: 300 }]);
});

test('attack 3: a deleted row is a gap, with and without its key', async () => {
  await sql('delete from indelible.event where tenant_id = $1 and seq in (17, 699)', [tenantId]);
  await sql('delete from indelible.event_key where tenant_id = $1 and seq = 699', [tenantId]);
  await sql('delete from indelible.event_related where tenant_id = $1 and seq in (17, 699)', [tenantId]).catch(() => undefined);
  await expectOnly([
    { code: 'event_missing', seq: 17, expected: expect.any(String) },
    { code: 'event_missing', seq: 699 },
  ]);
});

test('attack 4: a cut tail is found by the checkpoint, the system log and the signer', async () => {
  for (const table of ['event', 'event_key', 'event_related'])
    await sql(`delete from indelible.${table} where tenant_id = $1 and seq >= 690`, [tenantId]);
  await sql('update indelible.log set size = 690 where tenant_id = $1', [tenantId]);
  await expectOnly([{ code: 'log_shrunk', seq: 690, toSeq: 700 }]);
  await sql('delete from indelible.checkpoint where tenant_id = $1', [tenantId]);
  await expectOnly([
    { code: 'log_shrunk', seq: 690 },
    { code: 'checkpoint_missing', seq: 700 },
  ]);
  const sealer = trail.sealer();
  await sealer.tick();
  expect(trail.faults[0]).toMatchObject({
    origin: (await trail.log('org_acme')).origin,
    message: expect.stringMatching(/size 701 .* smaller/),
  });
});

test('attack 4: a restored older backup is refused by the signer and named by verify with its memory', async () => {
  const kept = `${trail.signerDirectory}.kept`;
  await trail.append('org_acme', 5);
  await trail.seal();
  await cp(trail.signerDirectory, kept, { recursive: true });
  // What a backup from before the last sealing holds.
  for (const table of ['event', 'event_key', 'event_related'])
    await sql(`delete from indelible.${table} where tenant_id = $1 and seq >= 701`, [tenantId]);
  await sql('update indelible.log set size = 701 where tenant_id = $1', [tenantId]);
  await sql('delete from indelible.checkpoint where (tenant_id = $1 and size > 701) or tenant_id = 0', [tenantId]);
  await sql('delete from indelible.system_leaf where seq >= 4');
  await sql('update indelible.log set size = 4 where tenant_id = 0');
  await expect(trail.seal()).rejects.toMatchObject({
    code: 'signer_refused',
    message: expect.stringMatching(/system: size 6 .* size 4 .* smaller/),
  });
  await expectOnly(
    [
      { code: 'log_shrunk', tenant: 'org_acme', seq: 701 },
      { code: 'checkpoint_missing', log: expect.stringContaining('/log/system') },
      { code: 'log_shrunk', log: expect.stringContaining('/log/system'), seq: 4 },
    ],
    { signerDirectory: kept },
  );
  await rm(kept, { recursive: true });
});

test('attack 5: a fork, rewritten from the first event on and signed anew by another key, is named by whoever knows the key or has the memory', async () => {
  const { vkey } = await logStatus(trail.store.reader, await trail.log('org_acme'));
  await rewrite(300, (text) => text.replace('"role":"admin"', '"role":"owner"'));
  await retile();
  for (const table of ['system_leaf', 'checkpoint', 'signer_key']) await sql(`delete from indelible.${table}`);
  await sql('update indelible.log set size = 0, last_t = 0 where tenant_id = 0');
  await trail.seal({ openSigner: () => Signer.open(`${trail.signerDirectory}.forger`) });
  await expect(trail.seal()).rejects.toMatchObject({ code: 'signer_refused' });
  // By what the database says of itself all is well, and the verdict says that this is all it goes by.
  expect(await verify()).toMatchObject({ ok: true, notes: [expect.stringContaining('the keys that the database itself names')] });
  const known = await verify({ vkeys: [vkey] });
  expect(known.exitCode).toBe(1);
  expect(new Set(known.findings.map(({ code }) => code))).toEqual(new Set(['signature_invalid']));
  const remembered = await verify({ signerDirectory: trail.signerDirectory });
  expect(remembered.findings).toContainEqual(expect.objectContaining({ code: 'root_changed', tenant: 'org_acme' }));
});

test('attack 6: an event that was put in later, with an earlier time, is named', async () => {
  const hour = 3_600_000;
  const now = Date.now() + hour;
  // An hour passes, in which the sealer beats and nothing comes.
  const sealer = trail.sealer({ now: () => now });
  await sealer.tick();
  const [receipt] = await trail.appendInputs('org_acme', [sampleEvent(0)]);
  await sealer.tick();
  await expectOnly([{ code: 'backdated', seq: receipt!.seq, action: 'bot.updated', actor: 'ada0@example.com' }]);
});

test('attack 6: a time that goes back along the log is named', async () => {
  const { rows } = await trail.admin.query<{ at: Date }>(
    'select recorded_at as at from indelible.event where tenant_id = $1 and seq = 700',
    [tenantId],
  );
  await trail.append('org_acme', 1);
  await restamp(701, rows[0]!.at.getTime() - 5);
  await trail.seal();
  await expectOnly([{ code: 'time_goes_back', seq: 701 }]);
});

test.each([
  ['action', "'bot.viewed'"],
  ['actor_id', "'usr_99'"],
  ['actor_email', 'null'],
  ['resource_id', "'bot_99'"],
  ['resource_type', "'user'"],
  ['ip', "'10.0.0.0/8'"],
  ['severity', '4'],
  ['category', '5'],
  ['outcome', '2'],
  ['attribution', '0'],
  ['source_kind', '4'],
  ['occurred_at', "occurred_at - interval '1 year'"],
  ['occurred_at', "'infinity'"],
  ['recorded_at', "recorded_at + interval '1 microsecond'"],
])('attack 7: the changed column %s is named', async (column, value) => {
  await sql(`update indelible.event set ${column} = ${value} where tenant_id = $1 and seq = 302`, [tenantId]);
  const result = await verify();
  expect(result.findings).toContainEqual(expect.objectContaining({ code: 'column_changed', column, seq: 302, tenant: 'org_acme' }));
  expect(result.findings.every((finding) => finding.seq === 302)).toBe(true);
});

test('attack 7: keys and related resources that were changed, taken away or added are named', async () => {
  await sql('delete from indelible.event_key where tenant_id = $1 and seq = 10', [tenantId]);
  await sql('update indelible.event_key set id = gen_random_uuid() where tenant_id = $1 and seq = 11', [tenantId]);
  await sql("update indelible.event_related set id = 'org_9' where tenant_id = $1 and seq = 1 and type = 'organization'", [tenantId]);
  await sql('delete from indelible.event_related where tenant_id = $1 and seq = 4', [tenantId]);
  await expectOnly([
    { code: 'related_changed', seq: 1, expected: expect.stringContaining('org_0'), found: expect.stringContaining('org_9') },
    { code: 'related_changed', seq: 4, found: 'nothing' },
    { code: 'key_changed', seq: 10, found: 'nothing' },
    { code: 'key_changed', seq: 11 },
  ]);
});

test('an event hidden under another tenant number, or added beyond the log, is named', async () => {
  await sql('update indelible.event set tenant_id = 4711 where tenant_id = $1 and seq = 20', [tenantId]);
  await sql('update indelible.event_key set seq = 5000 where tenant_id = $1 and seq = 21', [tenantId]);
  const codes = (await verify()).findings.map(({ code, seq }) => [code, seq]);
  expect(codes).toContainEqual(['event_missing', 20]);
  expect(codes).toContainEqual(['key_changed', 21]);
  expect(codes).toContainEqual(['key_changed', 5000]);
  expect(codes).toContainEqual(['event_unexpected', undefined]);
});

test('changed tiles, checkpoints and system leaves are named', async () => {
  await sql("update indelible.tile set hashes = overlay(hashes placing '\\x00'::bytea from 65) where tenant_id = $1 and n = 1", [tenantId]);
  await sql("update indelible.checkpoint set note = overlay(note placing 'AAAA' from length(note) - 20) where tenant_id = 0");
  await sql(`update indelible.system_leaf set leaf = replace(leaf, '"n":21,', '"n":20,') where leaf like '%"n":21,%'`);
  const codes = (await verify()).findings.map(({ code, seq }) => [code, seq]);
  expect(codes).toContainEqual(['leaf_changed', 258]);
  expect(codes).toContainEqual(['tile_changed', undefined]);
  expect(codes).toContainEqual(['signature_invalid', expect.any(Number)]);
  expect(codes).toContainEqual(['system_leaf_changed', 2]);
  expect(codes).toContainEqual(['checkpoint_unrecorded', 20]);
});

test('a trail signed by another key than the one that the caller brought is not believed', async () => {
  const status = await logStatus(trail.store.reader, await trail.log('org_acme'));
  expect((await verify({ vkeys: [status.vkey] })).ok).toBe(true);
  const other = await openSealedTrail();
  try {
    await other.append('x', 1);
    await other.seal();
    const foreign = await logStatus(other.store.reader, await other.log('x'));
    const result = await verify({ vkeys: [foreign.vkey] });
    expect(new Set(result.findings.map(({ code }) => code))).toEqual(new Set(['signature_invalid']));
    await expect(verify({ vkeys: ['nonsense'] })).rejects.toMatchObject({ code: 'parameter_invalid' });
  } finally {
    await other.close();
  }
});

test('what was cleared with its entry kept is incomplete, not altered', async () => {
  const proof = await eventProof(trail.store.reader, await trail.log('org_acme'), await idOf(6));
  const without = storedFrom(proof.disclosures.filter((text) => !/^.{26}"metadata"/.test(text)));
  await sql('update indelible.event set entry = $2, salts = $3, disclosures = $4 where tenant_id = $1 and seq = 6', [
    tenantId,
    proof.entry,
    without.salts,
    without.disclosures,
  ]);
  const result = await verify();
  expect(result).toMatchObject({ ok: false, exitCode: 2, findings: [{ code: 'disclosure_missing', seq: 6, section: 'metadata' }] });
});

async function idOf(seq: number): Promise<string> {
  const { rows } = await trail.admin.query<{ id: string }>('select id from indelible.event where tenant_id = $1 and seq = $2', [
    tenantId,
    seq,
  ]);
  return rows[0]!.id;
}

async function entryOf(id: string): Promise<string> {
  return (await readProven(trail.admin, tenantId, id))!.entry;
}

/** Changes an event as somebody would who knows how leaves are made. */
async function rewrite(seq: number, change: (disclosures: string) => string): Promise<void> {
  const { rows } = await trail.admin.query<{ disclosures: string; id: string }>(
    'select id, disclosures from indelible.event where tenant_id = $1 and seq = $2',
    [tenantId, seq],
  );
  const { id, disclosures } = rows[0]!;
  const changed = change(disclosures);
  expect(changed).not.toBe(disclosures);
  await sql('update indelible.event set disclosures = $3 where tenant_id = $1 and seq = $2', [tenantId, seq, changed]);
  const text = await entryOf(id);
  await sql('update indelible.event set leaf_hash = $3 where tenant_id = $1 and seq = $2', [tenantId, seq, leafHash(text, nodeHash)]);
}

async function restamp(seq: number, t: number): Promise<void> {
  const { rows } = await trail.admin.query<{ id: string }>('select id from indelible.event where tenant_id = $1 and seq = $2', [
    tenantId,
    seq,
  ]);
  const { c, id } = parseEntry(await entryOf(rows[0]!.id));
  const at = new Date(t);
  await sql('update indelible.event set recorded_at = $3, leaf_hash = $4 where tenant_id = $1 and seq = $2', [
    tenantId,
    seq,
    at,
    leafHash(entry({ c, id, t }), nodeHash),
  ]);
  await sql('update indelible.event_key set recorded_at = $3 where tenant_id = $1 and seq = $2', [tenantId, seq, at]);
  await trail.admin.query('update indelible.event_related set recorded_at = $3 where tenant_id = $1 and seq = $2', [tenantId, seq, at]);
}

/** Makes the tiles anew from the leaf hashes. */
async function retile(): Promise<void> {
  const { rows } = await trail.admin.query<{ leaf_hash: Buffer }>(
    'select leaf_hash from indelible.event where tenant_id = $1 order by seq',
    [tenantId],
  );
  for (const tile of pushLeaves(emptyEdge(), Buffer.concat(rows.map((row) => row.leaf_hash)))) {
    await sql('update indelible.tile set hashes = $4 where tenant_id = $1 and level = $2 and n = $3', [
      tenantId,
      tile.level,
      tile.index,
      tile.bytes,
    ]);
  }
}
