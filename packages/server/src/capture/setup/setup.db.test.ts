import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { captureSetup } from './setup.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table bots (id int primary key, organization_id text references organizations, name text);
  create table lines (organization_id text, at date, text text) partition by range (at);
  create table lines_2026 partition of lines for values from ('2026-01-01') to ('2027-01-01');
`;

onEachServer(({ url }) => {
  let app: CaptureTest | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  test('a dry run prints every statement, identities before the publication, and changes nothing', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, store, sourceUrl, name, slot } = app;
    const dry = await captureSetup({ sourceUrl, name, dryRun: true, ddl: false, appender: store.appender });
    const version = Number((await source.query<{ v: string }>(`select current_setting('server_version_num') as v`)).rows[0]?.v);
    expect(dry).toMatchObject({ applied: false });
    expect(dry.statements).toEqual([
      'ALTER TABLE "public"."bots" REPLICA IDENTITY FULL',
      'ALTER TABLE "public"."lines" REPLICA IDENTITY FULL',
      'ALTER TABLE "public"."lines_2026" REPLICA IDENTITY FULL',
      'ALTER TABLE "public"."organizations" REPLICA IDENTITY FULL',
      `CREATE PUBLICATION "${slot}" FOR TABLE ONLY "public"."bots", "public"."lines", ONLY "public"."organizations" WITH (publish_via_partition_root = true${version >= 180_000 ? ', publish_generated_columns = stored' : ''})`,
      `SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`,
    ]);
    expect((await source.query('select from pg_publication')).rowCount).toBe(0);
    const done = await captureSetup({ sourceUrl, name, ddl: false, appender: store.appender });
    expect(done).toEqual({ ...dry, applied: true });
    expect(await captureSetup({ sourceUrl, name, ddl: false, appender: store.appender })).toMatchObject({ statements: [], applied: true });
    await source.query('create table teams (id int primary key)');
    expect((await captureSetup({ sourceUrl, name, ddl: false, appender: store.appender })).statements).toEqual([
      'ALTER TABLE "public"."teams" REPLICA IDENTITY FULL',
      `ALTER PUBLICATION "${slot}" ADD TABLE ONLY "public"."teams"`,
    ]);
    expect((await store.owner.query('select from indelible.capture_source')).rowCount).toBe(1);
  });

  test('what the source lacks is named', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { admin, name, sourceUrl, store, source, slot } = app;
    await admin.query(`create role weak_${name} login password 'weak'`);
    try {
      const url = Object.assign(new URL(sourceUrl), { username: `weak_${name}`, password: 'weak' });
      await expect(captureSetup({ sourceUrl: url.href, name, appender: store.appender })).rejects.toThrow(/may not replicate.*ALTER ROLE/);
      await expect(captureSetup({ sourceUrl, name: 'Not A Name', appender: store.appender })).rejects.toThrow(/1 to 50 characters/);
      url.port = '1';
      await expect(captureSetup({ sourceUrl: url.href, name, appender: store.appender })).rejects.toThrow(/does not answer/);
      await source.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
      await expect(captureSetup({ sourceUrl, name, appender: store.appender })).rejects.toThrow(
        /does not know; another trail may capture it/,
      );
    } finally {
      await admin.query(`drop role weak_${name}`);
    }
  });

  test('partitions come under the name of their table, with the row before', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    app.start();
    const { source, events } = app;
    await source.query(`insert into lines values ('acme', '2026-05-01', 'a'); update lines set text = 'b'; delete from lines_2026`);
    await until(async () => (await events('acme')).length === 3);
    expect((await events('acme')).map((event) => [event.action, event.change?.before?.['text'], event.change?.after?.['text']])).toEqual([
      ['line.created', undefined, 'a'],
      ['line.updated', 'a', 'b'],
      ['line.deleted', 'b', undefined],
    ]);
  });

  test('a table that appears while capture runs is published with its identity, and its rows find their tenant', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    const capture = app.start();
    const { source, events, slot } = app;
    await until(() => capture.status().state === 'streaming');
    await source.query(`
    insert into organizations values ('acme', 'Acme'); insert into bots values (1, 'acme', 'b');
    create table skills (id int primary key, bot_id int references bots, name text)`);
    await until(
      async () =>
        (await source.query('select from pg_publication_tables where pubname = $1 and tablename = $2', [slot, 'skills'])).rowCount === 1,
    );
    await source.query(`insert into skills values (1, 1, 'search'); update skills set name = 'find'`);
    await until(async () => (await events('acme')).some((event) => event.action === 'skill.updated'));
    expect((await events('_operator')).at(-1)).toMatchObject({ action: 'capture.coverage', metadata: { tables: ['public.skills'] } });
    expect((await events('acme')).at(-1)).toMatchObject({
      related: [{ type: 'bot', id: '1' }],
      change: { before: { name: 'search' }, after: { name: 'find' } },
    });
  }, 60_000);

  test('a table that somebody takes out of the publication is a gap on record, and is captured again', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    const capture = app.start();
    const { source, events, slot } = app;
    await until(() => capture.status().state === 'streaming');
    await source.query(`alter publication "${slot}" drop table only bots`);
    await until(async () => (await events('_operator')).some((event) => event.action === 'capture.gap'));
    expect((await events('_operator')).at(-1)).toMatchObject({
      action: 'capture.gap',
      metadata: { reason: 'table_unpublished', tables: ['public.bots'] },
    });
    await source.query(`insert into organizations values ('acme', 'Acme'); insert into bots values (1, 'acme', 'back')`);
    await until(async () => (await events('acme')).some((event) => event.action === 'bot.created'));
  }, 60_000);

  test("the trail's own tables are never captured", async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { statements } = await captureSetup({ sourceUrl: app.store.ownerUrl, name: app.name, dryRun: true, ddl: false });
    expect(statements).toHaveLength(2);
    expect(statements[0]).toMatch(/^CREATE PUBLICATION "[^"]+" WITH/);
  });

  test('generated columns never make an UPDATE fail', async () => {
    app = await openCaptureTest(
      `
    create table organizations (id text primary key, name text);
    create table shops (id int primary key, organization_id text references organizations, net int, gross int generated always as (net * 2) stored)`,
      url,
    );
    const { source, events } = app;
    const version = Number((await source.query<{ v: string }>(`select current_setting('server_version_num') as v`)).rows[0]?.v);
    if (version >= 180_000)
      await source.query(
        'create table stalls (id int primary key, organization_id text, net int, gross int generated always as (net * 2) virtual)',
      );
    await app.setup();
    app.start();
    await source.query(
      `insert into organizations values ('acme', 'Acme'); insert into shops values (1, 'acme', 5); update shops set net = 6`,
    );
    await until(async () => (await events('acme')).some((event) => event.action === 'shop.updated'));
    const updated = (await events('acme')).find((event) => event.action === 'shop.updated');
    expect(updated?.change).toMatchObject({ before: { net: 5 }, after: { net: 6 } });
    if (version < 180_000) return;
    expect(updated?.change).toMatchObject({ before: { gross: 10 }, after: { gross: 12 }, fields: ['gross', 'net'] });
    await source.query(`insert into stalls values (1, 'acme', 5); update stalls set net = 6`);
    await until(async () => (await events('acme')).some((event) => event.action === 'stall.updated'));
    const stall = (await events('acme')).find((event) => event.action === 'stall.updated');
    expect(stall?.change?.before).toBeUndefined();
    expect(stall?.change?.unavailable?.map(({ field }) => field)).toContain('net');
    // Deleted by its key alone: the tenant comes from the map.
    await source.query('delete from stalls');
    await until(async () => (await events('acme')).some((event) => event.action === 'stall.deleted'));
  });
});
