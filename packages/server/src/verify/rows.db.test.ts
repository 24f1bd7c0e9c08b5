// Attacks on what stands around the events: sections that are there twice, the rows of logs, whole logs, publications.

import { mkdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail, storedFrom } from '../ledger/sealed-trail.test.fixture.ts';
import { succeed } from '../ledger/succeed.ts';
import { eventProof } from '../ledger/prove.ts';
import { splitDisclosures, type StoredDisclosures } from '../store/disclosures.ts';
import { verifyDatabase, type VerifyDatabaseOptions } from './database.ts';
import type { VerifyResult } from './finding.ts';

let trail: SealedTrail;
let tenantId: number;
let otherId: number;
beforeEach(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 20);
  await trail.append('org_other', 5);
  await trail.seal();
  tenantId = (await trail.log('org_acme')).tenantId;
  otherId = (await trail.log('org_other')).tenantId;
});
afterEach(() => trail.close());

function verify(options: Partial<VerifyDatabaseOptions> = {}): Promise<VerifyResult> {
  return verifyDatabase({ ownerUrl: trail.url, ...options });
}

async function sql(text: string, values: unknown[] = []): Promise<void> {
  const { rowCount } = await trail.admin.query(text, values);
  expect(rowCount, text).toBeGreaterThan(0);
}

async function expectAltered(findings: readonly object[], options?: Partial<VerifyDatabaseOptions>): Promise<void> {
  const result = await verify(options);
  expect(result).toMatchObject({ ok: false, exitCode: 1 });
  expect(result.findings).toMatchObject(findings);
}

async function disclosuresOf(seq: number): Promise<string[]> {
  const { rows } = await trail.admin.query<StoredDisclosures>(
    'select salts, disclosures from indelible.event where tenant_id = $1 and seq = $2',
    [tenantId, seq],
  );
  return splitDisclosures(rows[0]!).map(({ text }) => text);
}

/** A copy of a section that says something else. */
function forged(lines: readonly string[], name: string): string {
  const line = lines.find((text) => text.slice(27).startsWith(`${name}"`))!;
  return line.replace('ada', 'eve').replace('203.0.113.77', '10.0.0.1');
}

test.each<[string, (lines: string[]) => string[]]>([
  ['a forged actor in front of the true one', (lines) => [forged(lines, 'actor'), ...lines]],
  [
    'a forged context behind the true one',
    (lines) => lines.flatMap((line) => (/^.{27}context"/.test(line) ? [line, forged(lines, 'context')] : [line])),
  ],
  ['a section twice, word for word', (lines) => [lines[0]!, ...lines]],
  ['another order', (lines) => lines.toReversed()],
  ['a name that is no property', (lines) => [`["${'A'.repeat(22)}","__proto__",{"x":1}]`, ...lines]],
])('attack 1: %s is named', async (_, change) => {
  const { salts, disclosures } = storedFrom(change(await disclosuresOf(3)));
  await sql('update indelible.event set salts = $2, disclosures = $3 where tenant_id = $1 and seq = 3', [tenantId, salts, disclosures]);
  const named = expect.arrayContaining([expect.objectContaining({ code: 'value_changed', seq: 3, section: expect.any(String) })]);
  const result = await verify();
  expect(result.findings).toEqual(named);
  expect(result.findings.every(({ seq }) => seq === 3)).toBe(true);
});

test('attack 1: a section that is there twice is named where the entry was kept', async () => {
  const { rows } = await trail.admin.query<{ id: string }>('select id from indelible.event where tenant_id = $1 and seq = 3', [tenantId]);
  const { entry } = await eventProof(trail.store.reader, await trail.log('org_acme'), rows[0]!.id);
  const lines = await disclosuresOf(3);
  const { salts, disclosures } = storedFrom([forged(lines, 'actor'), ...lines]);
  await sql('update indelible.event set entry = $2, salts = $3, disclosures = $4 where tenant_id = $1 and seq = 3', [
    tenantId,
    entry,
    salts,
    disclosures,
  ]);
  await expectAltered([{ code: 'value_changed', seq: 3, section: 'actor' }]);
});

test('names of tenants that a canonical form might change are verified', async () => {
  await trail.append('org_e\u0301 "\u2713" \u{1F600}', 1);
  await trail.seal();
  expect(await verify({ signerDirectory: trail.signerDirectory })).toMatchObject({ ok: true, findings: [] });
});

test('attack 7: a tenant that was renamed is named', async () => {
  await sql("update indelible.log set tenant = 'org_gone' where tenant_id = $1", [tenantId]);
  await expectAltered([{ code: 'log_changed', column: 'tenant', expected: 'org_acme', found: 'org_gone' }]);
});

test('attack 7: two tenants whose names were swapped are named', async () => {
  await sql("update indelible.log set tenant = 'org_x' where tenant_id = $1", [tenantId]);
  await sql("update indelible.log set tenant = 'org_acme' where tenant_id = $1", [otherId]);
  await sql("update indelible.log set tenant = 'org_other' where tenant_id = $1", [tenantId]);
  const { findings } = await verify();
  expect(new Set(findings.map(({ code, column, expected, found }) => `${code} ${column}: ${expected} ${found}`))).toEqual(
    new Set(['log_changed tenant: org_acme org_other', 'log_changed tenant: org_other org_acme']),
  );
});

test.each([
  ['frozen_at', 'now()', 1],
  ['log_id', "'0123456789abcdef01234567'", 2],
  ['generation', '1', 1],
])('attack 7: the changed column %s of a log is named', async (column, value, count) => {
  await sql(`update indelible.log set ${column} = ${value} where tenant_id = $1`, [tenantId]);
  await expectAltered(Array.from({ length: count }, () => ({ code: 'log_changed', column, tenant: 'org_acme' })));
});

test('attack 7: a changed origin is named', async () => {
  await sql("update indelible.log set origin = 'elsewhere/log/' || log_id where tenant_id = $1", [tenantId]);
  const { findings } = await verify();
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'log_changed', column: 'origin', found: expect.stringMatching(/^elsewhere/) }),
  );
});

test('attack 7: a log that is put in place of another one, without leaves, is named', async () => {
  await trail.admin.query('drop index indelible.log_present');
  await sql("insert into indelible.log (tenant, generation, log_id, origin, mac_key) values ('org_acme', 1, 'ffff', 'x/log/ffff', 'k')");
  const { findings } = await verify();
  expect(findings.map(({ code, column }) => [code, column])).toEqual([
    ['log_changed', 'size'],
    ['log_changed', 'frozen_at'],
  ]);
});

test('attack 7: after a succession a log that is thawed, or has lost the log that follows it or came before it, is named', async () => {
  await rm(`${trail.signerDirectory}/memory.jsonl`);
  await succeed({ owner: trail.store.owner, signerDirectory: trail.signerDirectory, reason: 'disk lost' });
  await trail.seal();
  expect(await verify({ signerDirectory: trail.signerDirectory })).toMatchObject({ ok: true, findings: [] });
  const present = (await trail.log('org_acme')).tenantId;
  const undone = async (change: string, findings: readonly object[]): Promise<void> => {
    await trail.admin.query('begin');
    await trail.admin.query(change);
    await trail.admin.query('commit');
    const result = await verify();
    for (const finding of findings) expect(result.findings).toContainEqual(expect.objectContaining(finding));
  };
  await undone(`drop index indelible.log_present; update indelible.log set frozen_at = null where tenant_id = ${tenantId}`, [
    { code: 'log_changed', column: 'frozen_at', tenant: 'org_acme', expected: 'no log that follows it' },
    { code: 'log_changed', column: 'frozen_at', tenant: 'org_acme', expected: expect.stringMatching(/^one log of org_acme/) },
  ]);
  await undone(`update indelible.log set frozen_at = now() where tenant_id = ${tenantId}`, []);
  await undone(`update indelible.log set generation = 7 where tenant_id = ${present}`, [{ code: 'log_changed', column: 'generation' }]);
  await undone(`delete from indelible.log where tenant_id = ${tenantId}`, [
    { code: 'log_missing', log: expect.any(String), message: expect.stringMatching(/^the log that follows it names/) },
  ]);
});

test('attack 4: a tenant that was deleted everywhere is missed by the system log', async () => {
  for (const table of ['log', 'event', 'event_key', 'checkpoint'])
    await sql(`delete from indelible.${table} where tenant_id = $1`, [otherId]);
  for (const table of ['event_related', 'tile']) await trail.admin.query(`delete from indelible.${table} where tenant_id = $1`, [otherId]);
  await expectAltered([{ code: 'log_missing', expected: '6 leaves', found: 'nothing' }]);
  await expectAltered([{ code: 'log_missing', log: expect.stringContaining('/log/') }], { signerDirectory: trail.signerDirectory });
});

test('attack 4: deleted publications of a tenant are named, and sealing goes on from the system log', async () => {
  await sql('delete from indelible.checkpoint where tenant_id = $1', [tenantId]);
  await expectAltered([{ code: 'checkpoint_missing', tenant: 'org_acme', seq: 20 }]);
  await trail.append('org_acme', 1);
  await trail.seal();
  expect(await verify({ signerDirectory: trail.signerDirectory })).toMatchObject({ ok: true, findings: [] });
  // And where nothing was added the leaf that is there serves.
  await sql('delete from indelible.checkpoint where tenant_id = $1', [tenantId]);
  await trail.seal();
  expect(await verify({ signerDirectory: trail.signerDirectory })).toMatchObject({ ok: true, findings: [] });
});

test('attack 4: deleted publications of the system log are named', async () => {
  await sql('delete from indelible.checkpoint where tenant_id = 0');
  await expectAltered([{ code: 'checkpoint_missing', log: expect.stringContaining('/log/system') }]);
});

test('attack 4: a trail without any publication, or without what was sealed, is not verified', async () => {
  const old = await openSealedTrail();
  try {
    const hourAgo = Date.now() - 3_600_000;
    await old.append('org_acme', 1);
    await old.seal({ now: () => hourAgo });
    expect(await verifyDatabase({ ownerUrl: old.url })).toMatchObject({ ok: true });
    await old.admin.query('delete from indelible.checkpoint');
    expect(await verifyDatabase({ ownerUrl: old.url })).toMatchObject({ exitCode: 2, findings: [{ code: 'not_sealed' }] });
    await old.admin.query('delete from indelible.system_leaf');
    await old.admin.query('delete from indelible.log where tenant_id = 0');
    await old.admin.query('update indelible.log set last_t = $1', [hourAgo]);
    expect(await verifyDatabase({ ownerUrl: old.url })).toMatchObject({ exitCode: 2, findings: [{ code: 'not_sealed' }] });
  } finally {
    await old.close();
  }
});

test('what a crash left between the system log and its publication is no finding', async () => {
  await trail.append('org_acme', 1);
  await trail.append('org_new', 1);
  const crash = (at: string): void => {
    if (at === 'stored') throw new Error('the power failed');
  };
  await expect(trail.seal({ onStep: crash })).rejects.toThrow('the power failed');
  expect(await verify({ signerDirectory: trail.signerDirectory })).toMatchObject({ ok: true, findings: [] });
  await trail.append('org_acme', 1);
  await trail.seal();
  expect(await verify({ signerDirectory: trail.signerDirectory })).toMatchObject({ ok: true, findings: [] });
});

test('the configured signer is compared with where it is there, and the notes say which', async () => {
  const there = await verify({ signerDirectoryIfThere: trail.signerDirectory });
  expect(there).toMatchObject({ ok: true, notes: [expect.stringContaining(`the configured signer in ${trail.signerDirectory}`)] });
  const elsewhere = `${trail.signerDirectory}.none`;
  await mkdir(elsewhere);
  const missing = await verify({ signerDirectoryIfThere: elsewhere });
  expect(missing).toMatchObject({
    ok: true,
    notes: [expect.stringContaining(`is not in ${elsewhere}`), expect.stringContaining('--vkey')],
  });
  for (const table of ['checkpoint', 'event', 'event_key', 'event_related', 'log'])
    await sql(`delete from indelible.${table} where tenant_id = $1`, [tenantId]);
  await expectAltered([{ code: 'log_missing', message: expect.stringContaining('memory') }], {
    signerDirectoryIfThere: trail.signerDirectory,
  });
});
