import type { AuditEvent, Json } from '@indelible/core';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, emit, openCaptureTest, transaction, until } from '../capture.test.fixture.ts';
import { ddlState } from './ddl.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key, name text);
  create table bots (id int primary key, organization_id text references organizations, name text);
  insert into organizations values ('acme', 'Acme');
`;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function open(url: string): Promise<CaptureTest> {
  app = await openCaptureTest(SCHEMA, url);
  await app.setup({ ddl: true });
  const capture = app.start();
  await until(() => capture.status().state === 'streaming');
  return app;
}

const facts = (event: AuditEvent | undefined): Record<string, Json> => (event?.metadata?.['ddl'] ?? {}) as Record<string, Json>;
const isSchema = (event: AuditEvent): boolean => event.action.startsWith('schema.');

/** What the trail says of the schema, once everything before this call is in it. */
async function schemaEvents(test: CaptureTest): Promise<AuditEvent[]> {
  const marker = `marker_${Math.random().toString(36).slice(2)}`;
  await test.source.query(`create view ${marker} as select 1 as one`);
  let found: AuditEvent[] = [];
  await until(async () => {
    found = (await test.events('_operator')).filter(isSchema);
    return found.some((event) => event.resource?.name === marker);
  });
  return found.filter((event) => event.resource?.name?.startsWith('marker_') !== true);
}

const told = (events: readonly AuditEvent[]): string[] => events.map((event) => `${event.action} ${event.resource?.id ?? '-'}`);

onEachServer(({ url }) => {
  test('a new table is covered in the transaction that makes it, and its DDL is an event with statement, role and actor', async () => {
    const test = await open(url);
    const { events, sourceUrl } = test;
    const sql = 'create table skills (id serial primary key, bot_id int references bots, organization_id text, name text)';
    await test.as(
      { actor: { type: 'user', id: 'usr_1' }, context: { reason: 'release 7' } },
      sql,
      `insert into skills (organization_id, name) values ('acme', 'a')`,
      `update skills set name = 'b'`,
      'alter table skills add column level int default 3',
      'update skills set level = 4',
      'delete from skills',
    );
    await until(async () => (await events('acme')).some((event) => event.action === 'skill.deleted'));
    const rows = (await events('acme')).filter((event) => event.resource?.type === 'skill');
    expect(rows.map((event) => [event.action, event.change?.before?.['name'], event.change?.after?.['name']])).toEqual([
      ['skill.created', undefined, 'a'],
      ['skill.updated', 'a', 'b'],
      ['skill.updated', 'b', 'b'],
      ['skill.deleted', 'b', undefined],
    ]);
    expect(rows[2]?.change).toMatchObject({ before: { level: 3 }, after: { level: 4 }, fields: ['level'] });
    const schema = (await events('_operator')).filter(isSchema);
    expect(told(schema)).toEqual(['schema.table.created public.skills', 'schema.table.altered public.skills']);
    const [created] = schema;
    expect(created).toMatchObject({
      category: 'system',
      operation: 'create',
      actor: { type: 'user', id: 'usr_1', attribution: 'verified' },
      context: { reason: 'release 7' },
      resource: { type: 'table', id: 'public.skills', name: 'skills' },
      source: { kind: 'postgres', transaction: rows[0]?.source.transaction },
      tags: expect.arrayContaining(['ddl:asserted']),
    });
    expect(facts(created)).toEqual({
      command: 'CREATE TABLE',
      schema: 'public',
      identity: 'public.skills',
      statement: sql,
      databaseRole: new URL(sourceUrl).username,
      covered: [{ table: 'public.skills', rowsBefore: false }],
    });
    // Rows and commands share one numbering, so that the cursor is one.
    const places = [...rows, ...schema].map((event) => Number(event.source.position?.split(':')[1])).sort((a, b) => a - b);
    expect(places).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('what is dropped is named, a cascade too; without a message the actor is unknown', async () => {
    const test = await open(url);
    await test.source.query(`
      create schema shop create table carts (id int primary key) create table orders (id int primary key);
      create index bots_by_name on bots (name);
      alter table bots drop column name;
      comment on table bots is 'all of them';
      grant select on bots to public;
      create type mood as enum ('good');
      create function two() returns int language sql as 'select 2';
      drop function two();
      drop schema shop cascade;
      alter table bots rename to robots;
      create materialized view totals as select 1 as one;
      refresh materialized view totals;
      reindex table robots;
      create temp table scratch (id int primary key);
      alter table scratch add column more int;
      drop table scratch;
    `);
    const found = await schemaEvents(test);
    expect(told(found)).toEqual([
      'schema.schema.created shop',
      'schema.table.created shop.carts',
      'schema.table.created shop.orders',
      'schema.index.created public.bots_by_name',
      'schema.table_column.dropped public.bots.name',
      'schema.table.altered public.bots',
      'schema.table.commented public.bots',
      'schema.table.granted -',
      'schema.type.created public.mood',
      'schema.function.created public.two()',
      'schema.function.dropped public.two()',
      'schema.schema.dropped shop',
      'schema.table.dropped shop.carts',
      'schema.table.dropped shop.orders',
      'schema.table.altered public.robots',
      'schema.materialized_view.created public.totals',
    ]);
    expect(found.every((event) => event.actor.type === 'unknown' && event.actor.attribution === 'none')).toBe(true);
    expect(found.filter((event) => facts(event)['cascaded'] === true)).toHaveLength(2);
    expect(found.find((event) => event.action === 'schema.table.dropped')).toMatchObject({ severity: 'high', operation: 'delete' });
  });

  test('a role without rights makes its tables as before, and they are covered', async () => {
    const test = await open(url);
    const { source, admin, name, sourceUrl, events } = test;
    const role = `weak_${name}`;
    await admin.query(`create role ${role} login password 'weak'; create role ${role}_group; grant ${role}_group to ${role}`);
    await source.query(`grant create, usage on schema public to ${role}, ${role}_group`);
    const weak = new pg.Client({
      connectionString: Object.assign(new URL(sourceUrl), { username: role, password: 'weak' }).href,
      application_name: 'migrator',
    });
    const notices: string[] = [];
    weak.on('notice', ({ message }) => notices.push(message ?? ''));
    await weak.connect();
    try {
      await weak.query(`create table notes (id int primary key, organization_id text); insert into notes values (1, 'acme')`);
      await weak.query(
        `set role ${role}_group; create table tags (id int primary key, organization_id text); insert into tags values (1, 'acme')`,
      );
      await weak.query('reset role');
      await until(async () => (await events('acme')).some((event) => event.action === 'tag.created'));
      const found = (await schemaEvents(test)).filter((event) => event.action === 'schema.table.created');
      expect(found.map((event) => facts(event))).toMatchObject([
        { databaseRole: role, application: 'migrator' },
        { databaseRole: `${role}_group`, loginRole: role },
      ]);
      expect(notices).toEqual([]);
      await expect(weak.query('drop table bots')).rejects.toThrow(/must be owner/);
      await expect(weak.query('select indelible_capture.on_ddl()')).rejects.toThrow(/permission denied|can only be called/);
    } finally {
      await weak.end();
      await source.query(`drop owned by ${role}, ${role}_group`);
      await admin.query(`drop role ${role}, ${role}_group`);
    }
  });

  test('what could be captured from its first row is, and what could not is said', async () => {
    const test = await open(url);
    const { source, events } = test;
    await source.query(`create table copies as select 1 as id, 'acme' as organization_id; insert into copies values (2, 'acme')`);
    await source.query(`select 3 as id, 'acme' as organization_id into extracts; insert into extracts values (4, 'acme')`);
    await source.query(`
      create unlogged table caches (id int primary key, organization_id text); insert into caches values (1, 'acme');
      alter table caches set logged; insert into caches values (2, 'acme')`);
    await until(async () => (await events('acme')).some((event) => event.action === 'cach.created' || event.action === 'cache.created'));
    const created = (await events('acme')).filter((event) => event.action.endsWith('.created')).map((event) => event.change?.after?.['id']);
    expect(created).toEqual([2, 4, 2]);
    const found = await schemaEvents(test);
    expect(found.filter((event) => facts(event)['covered'] !== undefined).map((event) => [event.action, facts(event)['covered']])).toEqual([
      ['schema.table.created', [{ table: 'public.copies', rowsBefore: true }]],
      ['schema.table.created', [{ table: 'public.extracts', rowsBefore: true }]],
      ['schema.table.altered', [{ table: 'public.caches', rowsBefore: true }]],
    ]);
    expect(found.find((event) => event.action === 'schema.table.rebuilt')).toMatchObject({ resource: { id: 'public.caches' } });
  });

  test('partitions: made, attached and detached, each row with the one before', async () => {
    const { source, events, slot } = await open(url);
    await source.query(`
      create table lines (organization_id text, n int, text text) partition by range (n);
      create table lines_1 partition of lines for values from (0) to (10);
      insert into lines values ('acme', 1, 'a');
      create table lines_2 (organization_id text, n int, text text);
      alter table lines attach partition lines_2 for values from (10) to (20);
      insert into lines values ('acme', 11, 'b');
      update lines set text = text || '!';
      alter table lines detach partition lines_1;
      update lines_1 set text = 'apart'`);
    await until(async () => (await events('acme')).some((event) => event.change?.after?.['text'] === 'apart'));
    expect((await events('acme')).map((event) => [event.action, event.change?.before?.['text'], event.change?.after?.['text']])).toEqual([
      ['line.created', undefined, 'a'],
      ['line.created', undefined, 'b'],
      ['line.updated', 'a', 'a!'],
      ['line.updated', 'b', 'b!'],
      [expect.stringMatching(/^line.*\.updated$/), 'a!', 'apart'],
    ]);
    const identities = await source.query(
      `select from pg_class where relname like 'lines%' and relkind in ('r', 'p') and relreplident <> 'f'`,
    );
    expect(identities.rowCount).toBe(0);
    const entries = await source.query<{ name: string }>(
      `select prrelid::regclass::text as name from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where pubname = $1 order by 1`,
      [slot],
    );
    expect(entries.rows.map(({ name }) => name)).toEqual(['bots', 'lines', 'lines_1', 'lines_2', 'organizations']);
  });

  test('secrets in statements, a cut statement, and extensions', async () => {
    const test = await open(url);
    const { source } = test;
    await source.query(`create extension postgres_fdw`);
    await source.query(`create server other foreign data wrapper postgres_fdw options (host 'nowhere')`);
    await source.query(`create user mapping for public server other options (user 'u', password 'o''pen', sslpassword $x$se$same$x$)`);
    await source.query(`alter user mapping for public server other options (set password E'sesa\\'me')`);
    await source.query(`create subscription sub connection 'host=x password=opensesame' publication p with (connect = false)`);
    await source.query(`alter subscription sub set (slot_name = none)`);
    await source.query('drop subscription sub');
    const long = `comment on table bots is '${'ü'.repeat(20_000)}'`;
    await source.query(long);
    const found = await schemaEvents(test);
    const text = JSON.stringify(found);
    for (const secret of ["o''pen", 'se$same', 'sesa', 'opensesame']) expect(text).not.toContain(secret);
    expect(facts(found.find((event) => event.action === 'schema.user_mapping.created'))['statement']).toBe(
      `create user mapping for public server other options (user 'u', password '[redacted]', sslpassword '[redacted]'`,
    );
    expect(found.filter((event) => event.action === 'schema.extension.created').map((event) => event.resource?.id)).toEqual([
      'postgres_fdw',
    ]);
    const created = found.filter((event) => event.action.endsWith('.created')).map((event) => event.resource?.type);
    expect(created).toEqual(['extension', 'server', 'user_mapping', 'subscription']);
    const cut = facts(found.find((event) => event.action === 'schema.table.commented'));
    expect(cut['statement']).toBe(long.slice(0, 8_000));
    expect(cut['statementChars']).toBe(long.length);
  });

  test('a lock that somebody holds delays a command by a moment, and never makes it fail; the server covers the table later', async () => {
    const { source, events, slot } = await open(url);
    const holder = await source.connect();
    try {
      await holder.query('begin; create table held (id int primary key)');
      const begun = Date.now();
      await source.query('create table waits (id int primary key, organization_id text)');
      expect(Date.now() - begun).toBeLessThan(5_000);
      await holder.query('commit');
    } finally {
      holder.release();
    }
    await until(
      async () =>
        (await source.query('select from pg_publication_tables where pubname = $1 and tablename = $2', [slot, 'waits'])).rowCount === 1,
    );
    await source.query(`insert into waits values (1, 'acme')`);
    await until(async () => (await events('acme')).some((event) => event.action === 'wait.created'));
    const told = (await events('_operator')).find((event) => event.resource?.id === 'public.waits');
    expect(facts(told)['uncovered']).toMatchObject([{ table: 'public.waits', why: expect.stringContaining('lock timeout') }]);
  });

  test('the function that fails lets the command pass, and says that something was lost', async () => {
    const test = await open(url);
    const role = `clumsy_${test.name}`;
    await test.source.query(`
      create role ${role};
      revoke execute on function pg_event_trigger_ddl_commands() from public;
      grant create on schema indelible_capture to ${role};
      alter function indelible_capture.on_ddl() owner to ${role}`);
    await test.source.query('create table survivors (id int primary key)');
    await until(async () => (await test.events('_operator')).some((event) => facts(event)['lost'] !== undefined));
    const lost = (await test.events('_operator')).filter((event) => facts(event)['lost'] !== undefined);
    expect(lost.at(-1)?.action).toMatch(/^schema\./);
    const client = await test.source.connect();
    expect(await ddlState(client)).toMatchObject({ kind: 'foreign', found: expect.stringContaining(role) });
    client.release();
    await test.source.query(`reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`);
  });

  test('forged and broken messages stop nothing: they are counted, or marked as what anybody could have said', async () => {
    const { source, events, store } = await open(url);
    const forged = JSON.stringify({
      v: 1,
      event: 'sql_drop',
      tag: 'DROP TABLE',
      type: 'table',
      schema: 'public',
      name: 'ghosts',
      statement: 'no',
    });
    const send = (content: string): string => `select pg_logical_emit_message(true, 'indelible.ddl', ${pg.escapeLiteral(content)})`;
    await transaction(source, [
      send('not json'),
      send('{"v":1}'),
      send('[]'),
      send(JSON.stringify({ v: 1, event: 'sql_drop', tag: 'DROP TABLE', statement: 'x'.repeat(300_000) })),
      send(`{"v":1,"event":"sql_drop","tag":"DROP TABLE","type":"table","name":"\\u0000"}`),
      send(forged),
      emit('not json either'),
      `insert into bots values (1, 'acme', 'b')`,
    ]);
    await until(async () => (await events('acme')).some((event) => event.action === 'bot.created'));
    const found = (await events('_operator')).filter(isSchema);
    expect(told(found)).toEqual(['schema.table.dropped public.ghosts']);
    expect(found[0]?.tags).toContain('ddl:asserted');
    expect(found[0]?.actor).toMatchObject({ type: 'unknown', attribution: 'none' });
    const counters = await store.owner.query<{ counters: Record<string, number> }>('select counters from indelible.capture_source');
    // The attribution message is opened, and counted, in each batch that its transaction was cut into: 6 of one, 7 of two.
    expect(counters.rows[0]?.counters).toMatchObject({ rows: 1, messagesUnsound: expect.toSatisfy((n: number) => n === 6 || n === 7) });
  });
});

test('a virtual generated column never makes an UPDATE fail, whenever it comes', async () => {
  const { source, events } = await open(process.env['INDELIBLE_TEST_DATABASE_URL'] ?? '');
  const version = await source.query<{ v: number }>(`select current_setting('server_version_num')::int as v`);
  if ((version.rows[0]?.v ?? 0) < 180_000) return; // Earlier ones have no such columns.
  await source.query('alter table bots add column twice int generated always as (id * 2) virtual');
  await source.query(`insert into bots (id, organization_id) values (1, 'acme'); update bots set name = 'b'`);
  await source.query('create table loose (organization_id text, twice text generated always as (organization_id) virtual)');
  await source.query(`insert into loose values ('acme'); update loose set organization_id = 'acme2'`);
  await until(async () => (await events('acme')).some((event) => event.action === 'bot.updated'));
  const updated = (await events('acme')).find((event) => event.action === 'bot.updated');
  expect(updated?.change?.unavailable?.map(({ field }) => field)).toContain('name');
  await source.query('alter table bots drop column twice');
  await source.query(`update bots set name = 'c'`);
  await until(async () => (await events('acme')).some((event) => event.change?.after?.['name'] === 'c'));
  expect((await events('acme')).at(-1)?.change).toMatchObject({ before: { name: 'b' }, after: { name: 'c' }, fields: ['name'] });
  const loose = (await events('_operator')).find((event) => event.resource?.id === 'public.loose');
  expect(facts(loose)['uncovered']).toMatchObject([{ table: 'public.loose' }]);
});
