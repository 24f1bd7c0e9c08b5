import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { checkLog } from './log-rows.test.fixture.ts';
import { createLog, findLog } from './log-row.ts';
import { migrate } from './migrate.ts';
import { ensurePartitions } from './partitions.ts';
import { inTransaction } from './pool.ts';

let trail: SealedTrail;
beforeEach(async () => {
  trail = await openSealedTrail();
});
afterEach(async () => {
  await trail.close();
});

test('two servers that meet a new tenant make one log, whoever looked first', async () => {
  const late = await trail.store.appender.connect();
  await late.query('begin');
  expect(await findLog(late, 'org_new')).toBeUndefined();
  const made = await inTransaction(trail.store.appender, (tx) => createLog(tx, 'org_new'));
  const found = await createLog(late, 'org_new');
  await late.query('commit');
  late.release();
  expect(found.tenantId).toBe(made.tenantId);
  expect(found.size).toBe(1);
  await checkLog(trail.admin, 'org_new');
});

test('the first leaf says whose log it is', async () => {
  const log = await inTransaction(trail.store.appender, (tx) => createLog(tx, 'org_é "x"'));
  const { rows } = await trail.admin.query<{ action: string; said: unknown }>(
    `select action, indelible.disclosed(disclosures, 'metadata') -> 'metadata' as said from indelible.event where tenant_id = $1`,
    [log.tenantId],
  );
  expect(rows).toEqual([{ action: 'log.created', said: { tenant: 'org_é "x"', origin: log.origin } }]);
});

test('a migrated database is left as it is, and keeps its log name', async () => {
  const { logName, applied } = await migrate(trail.url);
  expect(applied).toEqual([]);
  expect(logName).toMatch(/^indelible-[a-z0-9]{12}\.invalid$/);
  expect(await migrate(trail.url, logName)).toEqual({ applied: [], logName });
  await expect(migrate(trail.url, 'other.example.com')).rejects.toMatchObject({ code: 'config_invalid' });
});

test('a database of a newer version is not touched', async () => {
  await trail.admin.query(`insert into public.indelible_migration (name) values ('999-later.sql')`);
  await expect(migrate(trail.url)).rejects.toMatchObject({
    code: 'database_unsuitable',
    message: expect.stringContaining('999-later.sql'),
  });
});

test('partitions are there months ahead, and are made once', async () => {
  const now = new Date('2031-11-30T23:59:59.999Z');
  const made = await inTransaction(trail.store.owner, (tx) => ensurePartitions(tx, now));
  expect(made.filter((name) => !name.includes('related'))).toEqual([
    'event_2031_10',
    'event_2031_11',
    'event_2031_12',
    'event_2032_01',
    'event_2032_02',
  ]);
  expect(await inTransaction(trail.store.owner, (tx) => ensurePartitions(tx, now))).toEqual([]);
});
