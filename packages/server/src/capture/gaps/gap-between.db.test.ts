// What was changed and changed back while nobody looked: each way of losing changes that leaves the source as it was.

import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table things (id int primary key, organization_id text references organizations, label text, price int);
  create table numbers (id int primary key, price int);
  insert into organizations values ('a', 'A');
  insert into things values (1, 'a', 'one', 1), (2, 'a', 'two', 2);
  insert into numbers values (1, 1)`;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Set up, streamed once, and stopped: then the source is handled while nobody looks. */
async function opened(url: string): Promise<CaptureTest> {
  const test = await openCaptureTest(SCHEMA, url);
  app = test;
  await test.setup();
  await looked(test, async () => {});
  return test;
}

/** Starts capture, waits until it has looked at the source and read what was written before, and stops it. */
async function looked(test: CaptureTest, whileRunning: () => Promise<void>): Promise<void> {
  const capture = test.start();
  await until(() => capture.status().state === 'streaming' || capture.status().state === 'stopped');
  await whileRunning();
  const mark = `mark${(await test.events('_operator')).length}${Math.random()}`;
  await test.source.query(`insert into organizations values ($1, 'mark')`, [mark]);
  await until(async () => capture.status().state === 'stopped' || (await test.events(mark)).length === 1);
  await capture.stop();
  await free(test);
}

async function free(test: CaptureTest): Promise<void> {
  await until(
    async () => (await test.admin.query('select from pg_replication_slots where slot_name = $1 and active', [test.slot])).rowCount === 0,
  );
}

/** Reason and tables of every gap, and the reasons of coverage, in order. */
async function told(test: CaptureTest): Promise<unknown[][]> {
  const events = await test.events('_operator');
  for (const { action, metadata } of events) {
    if (action === 'capture.gap') expect(metadata).toMatchObject({ from: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) });
  }
  return events
    .filter((event) => event.action !== 'capture.started')
    .map(({ metadata }) => [
      metadata?.['reason'],
      ...((metadata?.['tables'] as string[] | undefined) ?? []),
      metadata?.['to'] === undefined ? 'open' : 'closed',
    ]);
}

onEachServer(({ url, version }) => {
  test('a publication that was dropped and made anew is a gap; what came after it is captured where the server can', async () => {
    const test = await opened(url);
    const made = `create publication "${test.slot}" for table only organizations, only things, only numbers with (publish_via_partition_root = true${version >= 18 ? ', publish_generated_columns = stored' : ''})`;
    await test.source.query(`drop publication "${test.slot}"`);
    await test.source.query(`insert into things values (3, 'a', 'hidden', 3)`);
    await test.source.query(made);
    await test.source.query(`insert into things values (4, 'a', 'after', 4)`);
    const capture = test.start();
    await until(() => capture.status().state === 'stopped');
    expect(await told(test)).toEqual([['publication_replaced', 'closed']]);
    expect(await test.resume()).toMatchObject({
      resumed: true,
      slot: version >= 18 ? 'kept' : 'new',
      gap: { reason: 'publication_replaced' },
    });
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`insert into things values (5, 'a', 'resumed', 5)`);
    await until(async () => (await test.events('a')).some((event) => event.resource?.id === '5'));
    const seen = (await test.events('a')).filter((event) => event.resource?.type === 'thing').map((event) => event.resource?.id);
    expect(seen).toEqual(version >= 18 ? ['4', '5'] : ['5']);
  });

  test('a publication that was narrowed and made whole again is a gap; a frozen catalog and its own doing are none', async () => {
    const test = await opened(url);
    await test.admin.query('select 1');
    await test.source.query('vacuum (freeze, full) pg_publication');
    await test.source.query('create table late (id int primary key)');
    await test.setup();
    await looked(test, async () => {});
    expect(await told(test)).toEqual([['table_added', 'public.late', 'open']]);
    await test.source.query(`alter publication "${test.slot}" set (publish = 'insert')`);
    await test.source.query(`delete from things where id = 1`);
    await test.source.query(`alter publication "${test.slot}" set (publish = 'insert, update, delete, truncate')`);
    const capture = test.start();
    await until(() => capture.status().state === 'stopped');
    expect((await told(test)).slice(1)).toEqual([['publication_altered', 'closed']]);
    await test.resume();
    await until(() => capture.status().state === 'streaming');
    await capture.stop();
    await free(test);
    await looked(test, async () => {});
    expect(await told(test)).toHaveLength(2);
  });

  test('an identity that was changed is mended and a gap; one that was changed back too, when a row was written meanwhile', async () => {
    const test = await opened(url);
    const identity = async (table: string): Promise<string | undefined> =>
      (await test.source.query<{ i: string }>('select relreplident as i from pg_class where oid = $1::regclass', [table])).rows[0]?.i;
    await test.source.query('alter table things replica identity default; alter table numbers replica identity default');
    await test.source.query(`update things set label = 'bare' where id = 1`);
    await test.source.query('alter table numbers replica identity full');
    await looked(test, async () => {});
    // Nothing was lost of "numbers". Rows of "things" are told once, by the look or by the stream, whichever came first.
    expect(await told(test)).toEqual([['identity_changed', 'public.things', 'closed']]);
    expect(await identity('things')).toBe('f');

    await test.source.query('alter table numbers replica identity default');
    await test.source.query('update numbers set price = 2');
    await test.source.query('alter table numbers replica identity full');
    await looked(test, async () => {});
    expect((await told(test)).slice(1)).toEqual([['identity_changed', 'public.numbers', 'closed']]);
    const gap = (await test.events('_operator')).at(-1)?.metadata;
    expect(gap?.['detail']).toMatch(/public.numbers did not have REPLICA IDENTITY FULL/);
    await test.source.query('update things set price = 7');
    await looked(test, async () => {});
    expect(await told(test)).toHaveLength(2);
  });

  test('a table that was unlogged for a while, and one that still is', async () => {
    const test = await opened(url);
    for (const table of ['things', 'numbers'])
      await test.source.query(`alter publication "${test.slot}" drop table ${table}; alter table ${table} set unlogged`);
    await test.source.query(`insert into things values (9, 'a', 'hidden', 9)`);
    await test.source.query(`alter table things set logged; alter publication "${test.slot}" add table only things`);
    await looked(test, async () => {});
    expect(await told(test)).toEqual([
      ['table_unpublished', 'public.things', 'closed'],
      ['table_unlogged', 'public.numbers', 'open'],
    ]);
    await test.source.query('alter table numbers set logged');
    await looked(test, async () => {
      await until(async () => (await told(test)).length > 2);
    });
    expect((await told(test)).slice(2)).toEqual([['table_unpublished', 'public.numbers', 'closed']]);
  });

  test('a rewrite that changes values is a gap; VACUUM FULL, CLUSTER, TRUNCATE and columns without a rewrite are none', async () => {
    const test = await opened(url);
    const { source } = test;
    for (const sql of [
      'vacuum full things',
      'cluster things using things_pkey',
      'alter table things add column extra text',
      'vacuum full things',
      'truncate numbers',
      'vacuum full numbers',
    ])
      await source.query(sql);
    await looked(test, async () => {});
    await source.query('alter table numbers add column more int default 5; insert into numbers values (1, 1)');
    await looked(test, async () => {});
    expect(await told(test)).toEqual([]);
    await source.query('alter table things alter column price type text using (price * 100)::text');
    await source.query('alter table numbers add column at timestamptz default clock_timestamp()');
    await looked(test, async () => {});
    const [gap] = await told(test);
    expect(gap).toEqual(expect.arrayContaining(['table_rewritten', 'public.things', 'public.numbers', 'closed']));
    await looked(test, async () => {});
    expect(await told(test)).toHaveLength(1);
  });
});
