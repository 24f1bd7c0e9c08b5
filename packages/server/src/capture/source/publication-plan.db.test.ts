import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';
import { captureSetup } from '../setup/setup.ts';

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

const SCHEMA = `
  create table bots (id int primary key, organization_id text, name text);
  create table notes (organization_id text, text text);
`;

onEachServer(({ version, url }) => {
  test('a publication FOR ALL TABLES that an operator made is made whole, with identities first', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, name, slot, store, events } = app;
    await source.query(`create publication "${slot}" for all tables with (publish = 'insert')`);
    const plan = await captureSetup({ sourceUrl, name, dryRun: true, ddl: false });
    expect(plan.statements).toEqual([
      `ALTER PUBLICATION "${slot}" SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
      ...(version === 18 ? [`ALTER PUBLICATION "${slot}" SET (publish_generated_columns = stored)`] : []),
      'ALTER TABLE "public"."bots" REPLICA IDENTITY FULL',
      'ALTER TABLE "public"."notes" REPLICA IDENTITY FULL',
      expect.stringContaining('pg_create_logical_replication_slot'),
    ]);
    // Without event triggers every new table without a key is in danger, and setup says so; with them it is not.
    expect(plan.uncovered.map(({ table }) => table)).toEqual(['public.notes', 'FOR ALL TABLES']);
    const done = await captureSetup({ sourceUrl, name, appender: store.appender });
    expect(done.uncovered.map(({ table }) => table)).toEqual(['public.notes']);
    app.start();
    await source.query(`
      create table keyless (organization_id text, n int);
      insert into keyless values ('acme', 1); update keyless set n = 2; delete from keyless;
      create table "for" (id int primary key, organization_id text); insert into "for" values (1, 'acme')`);
    await until(async () => (await events('acme')).length === 4);
    expect((await events('acme')).map((event) => [event.change?.before?.['n'], event.change?.after?.['n']])).toEqual([
      [undefined, 1],
      [1, 2],
      [2, undefined],
      [undefined, undefined],
    ]);
    const entries = await source.query('select from pg_publication_rel');
    expect(entries.rowCount).toBe(0);
  });

  test("somebody else's publication that leaves out columns never makes an UPDATE fail", async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, name, store, events } = app;
    await source.query(`
      create publication elsewhere for table bots (id, name);
      create table shops (id int primary key, organization_id text, net int, gross int generated always as (net * 2) stored);
      create publication whole for table shops, notes`);
    const { uncovered } = await captureSetup({ sourceUrl, name, appender: store.appender, ddl: false });
    expect(uncovered).toContainEqual({
      table: 'public.bots',
      what: 'is in another publication that leaves out some of its columns: earlier values are not covered',
      remedy: expect.stringContaining('publication'),
    });
    app.start();
    await source.query(`
      insert into bots values (1, 'acme', 'a'); update bots set name = 'b';
      insert into shops values (1, 'acme', 5); update shops set net = 6;
      insert into notes values ('acme', 'a'); update notes set text = 'b'`);
    await until(async () => (await events('acme')).length === 6);
    const updated = (await events('acme')).filter((event) => event.operation === 'update');
    expect(updated.map((event) => [event.resource?.type, event.change?.unavailable !== undefined])).toEqual([
      ['bot', true],
      ['shop', version === 18],
      ['note', false],
    ]);
  });

  test('a table whose identity cannot be FULL any more is given another, by the one who looks every ten seconds too', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, name, store } = app;
    await captureSetup({ sourceUrl, name, appender: store.appender, ddl: false });
    await source.query('create publication elsewhere for table bots (id, name)');
    await source.query(`insert into bots values (1, 'acme', 'a')`);
    await expect(source.query(`update bots set name = 'b'`)).rejects.toThrow(/cannot update table/);
    expect((await captureSetup({ sourceUrl, name, dryRun: true, ddl: false })).statements).toContain(
      'ALTER TABLE "public"."bots" REPLICA IDENTITY DEFAULT',
    );
    app.start();
    await until(async () =>
      source.query(`update bots set name = 'b'`).then(
        () => true,
        () => false,
      ),
    );
    // With event triggers it is done before anybody can meet it.
    await captureSetup({ sourceUrl, name, appender: store.appender });
    await source.query(`insert into notes values ('acme', 'a'); alter publication elsewhere add table notes (text)`);
    await source.query('alter table notes add primary key (text)');
    await source.query(`update notes set organization_id = 'acme2'`);
  });
});
