// Rows that are read when their table has another shape, or is gone, by a server that never saw it as it was.

import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table ts (id int primary key, organization_id text references organizations, token text);
  create table zs (id int primary key, t_id int references ts on delete cascade);
  insert into organizations values ('acme');
  insert into ts values (1, 'acme', 'old');
`;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Every row event of a tenant as "action id", once the one of the marker is there. */
async function read(test: CaptureTest): Promise<Record<string, string[]>> {
  await test.source.query(`insert into organizations values ('last')`);
  test.start();
  await until(async () => (await test.events('last')).length === 1, 12);
  const found: Record<string, string[]> = {};
  for (const tenant of await test.tenants()) {
    const rows = (await test.events(tenant)).filter(({ source }) => source.kind === 'postgres' && tenant !== '_operator');
    if (tenant !== 'last') found[tenant] = rows.map(({ action, resource }) => `${action} ${resource?.id ?? '-'}`);
  }
  delete found['_operator'];
  return found;
}

const shapesKept = async (test: CaptureTest): Promise<number> =>
  Number((await test.store.owner.query<{ n: string }>('select count(*) as n from indelible.capture_shape')).rows[0]?.n);

onEachServer(({ url }) => {
  test('a key is renamed, and a table dropped, before anybody reads their rows', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    const before = await shapesKept(app);
    expect(before).toBe(3);
    await app.source.query(`
      insert into ts values (7, 'acme', 'a');
      insert into zs values (8, 7), (9, 1);
      alter table ts rename id to key;
      drop table zs;
      update ts set token = 'b' where key = 7`);
    expect(await read(app)).toEqual({ acme: ['ts.created 7', 'zs.created 8', 'zs.created 9', 'ts.updated 7'] });
  });

  test('names, references and parents change, and rows of before are whose they were', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    await app.source.query(`
      insert into zs values (8, 1);
      delete from ts where id = 1;
      alter table ts rename to trees;
      alter table trees rename id to number;
      alter table zs rename t_id to tree;
      insert into trees values (2, 'acme', 'c');
      insert into zs values (3, 2);
      alter table zs drop column tree;
      create table ts (id int primary key, organization_id text)`);
    const found = await read(app);
    expect(found).toEqual({ acme: ['zs.created 8', 'ts.deleted 1', 'zs.deleted 8', 'tree.created 2', 'zs.created 3'] });
    const deleted = (await app.events('acme')).find(({ action }) => action === 'ts.deleted');
    expect(deleted?.change?.before).toMatchObject({ id: 1, organization_id: 'acme', token: { redacted: expect.anything() } });
  });

  test('what was a secret under its former name is one still', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    await app.source.query(`
      insert into ts values (7, 'acme', 'open sesame');
      alter table ts rename token to words;
      update ts set organization_id = 'acme' where id = 1`);
    await read(app);
    expect(JSON.stringify(await app.events('acme'))).not.toContain('open sesame');
  });

  test('a key that is renamed twice between two looks is found by its place', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    await app.source.query(`
      alter table ts rename id to first;
      insert into ts values (7, 'acme', 'a');
      alter table ts rename first to second;
      alter table ts add column more int`);
    expect(await read(app)).toEqual({ acme: ['ts.created 7'] });
  });

  test('a table that comes and goes while nobody reads has its ids and tenants, by what the event trigger told', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup({ ddl: true });
    await app.source.query(`
      create table passing (part text, nr int, t_id int references ts, password text, primary key (part, nr)) partition by list (part);
      create table passing_a partition of passing for values in ('a');
      insert into passing values ('a', 1, 1, 'open sesame');
      alter table passing rename nr to number;
      insert into passing values ('a', 2, 1, 'open sesame');
      drop table passing`);
    expect(await read(app)).toEqual({ acme: ['passing.created a,1', 'passing.created a,2'] });
    expect(JSON.stringify(await app.events('acme'))).not.toContain('sesame');
  });

  test('what anybody tells of a table that is there counts for nothing', async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup({ ddl: true });
    const { source } = app;
    const { oid } = (await source.query<{ oid: number }>(`select 'ts'::regclass::oid::int8::int as oid`)).rows[0] ?? { oid: 0 };
    const tell = (of: number): Promise<unknown> => {
      const column = (number: number, name: string): unknown[] => [number, name, 25, false, ''];
      const shape = {
        oid: of,
        schema: 'public',
        name: 'ts',
        partitioned: false,
        root: null,
        foreignKeys: [],
        columns: [column(1, 'password'), column(2, 'secret')],
        primaryKey: ['secret'],
      };
      const message = { v: 1, event: 'ddl_command_end', tag: 'ALTER TABLE', type: 'table', shape };
      return source.query(`select pg_logical_emit_message(true, 'indelible.ddl', $1)`, [JSON.stringify(message)]);
    };
    await tell(oid);
    await source.query(`insert into ts values (7, 'acme', 'a')`);
    expect(await read(app)).toEqual({ acme: ['ts.created 7'] });
    expect((await app.events('acme'))[0]?.change?.after).toMatchObject({ id: 7, organization_id: 'acme' });
    // One that nobody has seen is remembered, until it is there.
    const told = async (): Promise<number[]> => {
      const kept = await test.store.owner.query<{ oid: string }>(`select oid from indelible.capture_shape where shape ? 'told'`);
      return kept.rows.map((row) => Number(row.oid));
    };
    const test = app;
    await tell(oid + 1_000_000);
    await until(async () => (await told()).length === 1);
    expect(await told()).toEqual([oid + 1_000_000]);
  });

  test('shapes that no row can come in any more are forgotten', { timeout: 60_000 }, async () => {
    app = await openCaptureTest(SCHEMA, url);
    await app.setup();
    await app.source.query('alter table ts add column more int; drop table zs');
    const capture = app.start();
    const current = app;
    await until(() => capture.status().state === 'streaming');
    expect(await shapesKept(app)).toBe(4);
    await until(async () => (await shapesKept(current)) === 2, 40);
  });
});
