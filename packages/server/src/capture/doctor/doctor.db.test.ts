import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { type CaptureDoctor, captureDoctor } from './doctor.ts';
import { onEachServer } from '../servers.test.fixture.ts';
import type { Check } from '../source/source-checks.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table bots (id int primary key, organization_id text references organizations, name text)`;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function openedOn(
  server: string,
): Promise<{ readonly test: CaptureTest; readonly doctor: (more?: Partial<CaptureDoctor>) => Promise<Check[]> }> {
  const test = await openCaptureTest(SCHEMA, server);
  app = test;
  await test.setup();
  return { test, doctor: (more) => captureDoctor({ sourceUrl: test.sourceUrl, name: test.name, appender: test.store.appender, ...more }) };
}

const amiss = (checks: readonly Check[], item: string, part = '') =>
  checks.filter((check) => check.item === item && check.verdict !== 'ok' && check.found.includes(part));

/** Runs the statements of a finding as they are printed; all are SQL. */
async function mend(test: CaptureTest, checks: readonly Check[]): Promise<void> {
  const statements = checks.flatMap((check) => check.statements);
  expect(statements.length).toBeGreaterThan(0);
  const client = await test.source.connect();
  try {
    for (const statement of statements) {
      expect(statement).toMatch(/;$/);
      await client.query(statement);
    }
  } finally {
    client.release();
  }
}

onEachServer(({ url, version }) => {
  const opened = () => openedOn(url);

  test('every finding that is not ok says how to mend it; statements are SQL that ends, or commands', async () => {
    const { test, doctor } = await opened();
    await test.source.query('create unlogged table fast (id int primary key); create table nokey (text text)');
    const checks = await doctor();
    expect(checks.find(({ item }) => item === 'provider')?.found).toBe('PostgreSQL of your own');
    expect(checks.find(({ item }) => item === 'replication')?.verdict).toBe('ok');
    expect(checks.find(({ item }) => item === 'clock')?.verdict).toBe('ok');
    expect(amiss(checks, 'pooler')).toEqual([]);
    for (const check of checks) {
      expect(check.verdict === 'ok' || (check.remedy ?? '') !== '').toBe(true);
      for (const statement of check.statements) expect(statement).toMatch(/(;$|^(indelible|node|export|timedatectl) )/);
    }
  });

  test.each<readonly [string, string, string, string]>([
    ['an identity that was taken away', 'alter table bots replica identity default', 'replica identity', 'public.bots'],
    ['an unlogged table', 'create unlogged table fast (id int primary key)', 'table', 'public.fast: an unlogged'],
    ['a table without a key', 'create table nokey (text text)', 'table', 'public.nokey: has no primary key'],
    ['operations that are left out', `alter publication "PUBLICATION" set (publish = 'insert')`, 'operations', ''],
    ['partitions by their own name', `alter publication "PUBLICATION" set (publish_via_partition_root = false)`, 'partitions', ''],
    ['a column list', 'alter publication "PUBLICATION" set table bots (id, name)', 'column list', 'bots'],
  ])('%s: the statements mend it', async (_what, broken, item, part) => {
    const { test, doctor } = await opened();
    await test.source.query(broken.replace('PUBLICATION', test.slot));
    const found = amiss(await doctor(), item, part);
    expect(found).toHaveLength(1);
    await mend(test, found);
    expect(amiss(await doctor(), item, part)).toEqual([]);
  });

  test('a source with a gap: how it goes on is said before the server has seen it, and after', async () => {
    const { test, doctor } = await opened();
    await test.source.query('select pg_drop_replication_slot($1)', [test.slot]);
    const said = async () => amiss(await doctor(), 'gap').map(({ remedy, statements }) => [remedy, statements.join()]);
    const [command, words] = [
      expect.stringMatching(/^indelible capture resume .*--accept-gap$/),
      '"indelible capture resume" without --accept-gap tells',
    ];
    expect(await said()).toEqual([[expect.stringMatching(`start the server.*${words}`), command]]);
    const capture = test.start();
    await until(() => capture.status().state === 'stopped');
    expect(await said()).toEqual([[expect.stringMatching(`^${words}`), command]]);
  });

  test('a table that is not published: the statements publish it', async () => {
    const { test, doctor } = await opened();
    await test.source.query(`alter publication "${test.slot}" drop table bots`);
    const found = amiss(await doctor(), 'table', 'public.bots is not captured yet');
    await mend(test, found);
    expect(amiss(await doctor(), 'table', 'public.bots')).toEqual([]);
  });

  test('a virtual generated column: the statement stores it, and earlier values are covered', async () => {
    if (version < 18) return;
    const { test, doctor } = await opened();
    await test.source.query(
      'create table stalls (id int primary key, net numeric(9,2), "Gross" numeric(9,2) generated always as (net * 1.2) virtual)',
    );
    const found = amiss(await doctor(), 'table', 'public.stalls: has a virtual');
    await mend(test, found);
    const after = await doctor();
    expect(amiss(after, 'table', 'public.stalls: has a virtual')).toEqual([]);
    await test.source.query('insert into stalls values (1, 10)');
    expect((await test.source.query<{ Gross: string }>('select "Gross" from stalls')).rows[0]?.Gross).toBe('12.00');
  });

  test('event triggers that are not there, and one that is switched off: the statements mend it', async () => {
    const { test, doctor } = await opened();
    expect(amiss(await doctor(), 'DDL')[0]?.statements).toEqual([
      `indelible capture setup "$INDELIBLE_SOURCE_${test.name.toUpperCase()}" --name ${test.name}`,
    ]);
    await test.setup({ ddl: true });
    expect(amiss(await doctor(), 'DDL')).toEqual([]);
    await test.source.query('alter event trigger indelible_sql_drop disable');
    await mend(test, amiss(await doctor(), 'DDL'));
    expect(amiss(await doctor(), 'DDL')).toEqual([]);
  });

  test('a role that may not replicate: the statement gives it the right', async () => {
    const { test, doctor } = await opened();
    const role = `weak_${test.name}`;
    await test.admin.query(`create role ${role} login password 'weak'`);
    try {
      const sourceUrl = Object.assign(new URL(test.sourceUrl), { username: role, password: 'weak' }).href;
      const before = await doctor({ sourceUrl });
      expect(before.find(({ item }) => item === 'replication')?.verdict).toBe('failed');
      await mend(test, amiss(before, 'role'));
      const after = await doctor({ sourceUrl });
      expect(amiss(after, 'role')).toEqual([]);
      expect(after.find(({ item }) => item === 'replication')?.verdict).toBe('ok');
    } finally {
      await test.admin.query(`drop role ${role}`);
    }
  });

  test('a slot without a limit: the statements set one', async () => {
    // The embedded server has its limit on the command line, which ALTER SYSTEM does not outrank.
    if (version !== 15) return;
    const { test, doctor } = await opened();
    try {
      await mend(test, amiss(await doctor(), 'wal_keep'));
      await until(async () => amiss(await doctor(), 'wal_keep').length === 0);
      expect((await doctor()).find(({ item }) => item === 'wal_keep')?.found).toContain('10GB');
    } finally {
      await test.admin.query('alter system reset max_slot_wal_keep_size');
      await test.admin.query('select pg_reload_conf()');
    }
  });

  test('what the trail tells: attribution by table, the context key, tables without a tenant', async () => {
    const { test, doctor } = await opened();
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    await test.as({ actor: { type: 'user', id: 'maria' } }, `insert into organizations values ('acme', 'Acme')`);
    await test.source.query(`insert into bots values (1, 'acme', 'a')`);
    await until(async () => (await test.events('acme')).length === 2);
    const checks = await doctor();
    const [attribution] = amiss(checks, 'attribution');
    expect(attribution?.found).toMatch(/^50 % of 2 captured changes .*public\.bots 100 %$/);
    expect(attribution?.statements).toEqual(['node --import @indelible/sdk/register app.js']);
    expect(amiss(checks, 'context key')).toHaveLength(1);
    expect(amiss(await doctor({ contextKey: 'a key that application and server share' }), 'context key')).toEqual([]);
  });
});
