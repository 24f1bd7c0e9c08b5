import type { AuditEvent, Json } from '@indelible/core';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, transaction, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table things (id int primary key, organization_id text references organizations, name text, note text);
  insert into organizations values ('acme');
`;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Each change of the shape of a table, with row changes before and after it. */
const CHANGES = [
  `insert into things values (1, 'acme', 'a', 'n')`,
  'alter table things add column level int default 7',
  `update things set name = 'b'`,
  'alter table things drop column note',
  'update things set level = 8',
  'alter table things rename column name to title',
  `update things set title = 'c'`,
  'alter table things alter column level type numeric(30, 10) using level * 1.5',
  `update things set title = 'd'`,
  'alter table things rename column id to number',
  `update things set title = 'e'`,
  'alter table things rename to items',
  `update items set title = 'f'`,
  'delete from items',
];

type Told = readonly [action: string, id: string | undefined, before: Json | undefined, after: Json | undefined];

const acme = { organization_id: 'acme' };
const EXPECTED: readonly Told[] = [
  ['thing.created', '1', undefined, { id: 1, ...acme, name: 'a', note: 'n' }],
  ['thing.updated', '1', { id: 1, ...acme, name: 'a', note: 'n', level: 7 }, { id: 1, ...acme, name: 'b', note: 'n', level: 7 }],
  ['thing.updated', '1', { id: 1, ...acme, name: 'b', level: 7 }, { id: 1, ...acme, name: 'b', level: 8 }],
  ['thing.updated', '1', { id: 1, ...acme, title: 'b', level: 8 }, { id: 1, ...acme, title: 'c', level: 8 }],
  ['thing.updated', '1', { id: 1, ...acme, title: 'c', level: '12.0000000000' }, { id: 1, ...acme, title: 'd', level: '12.0000000000' }],
  [
    'thing.updated',
    '1',
    { number: 1, ...acme, title: 'd', level: '12.0000000000' },
    { number: 1, ...acme, title: 'e', level: '12.0000000000' },
  ],
  [
    'item.updated',
    '1',
    { number: 1, ...acme, title: 'e', level: '12.0000000000' },
    { number: 1, ...acme, title: 'f', level: '12.0000000000' },
  ],
  ['item.deleted', '1', { number: 1, ...acme, title: 'f', level: '12.0000000000' }, undefined],
];

const told = (events: readonly AuditEvent[]): Told[] =>
  events
    .filter((event) => event.resource?.type === 'thing' || event.resource?.type === 'item')
    .map((event) => [event.action, event.resource?.id, event.change?.before, event.change?.after]);

onEachServer(({ url }) => {
  test.each([
    ['with event triggers', true],
    ['without', false],
  ])('a table changes its shape between row changes, in one transaction and in many, %s', async (_name, ddl) => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, events } = app;
    await app.setup({ ddl });
    const capture = app.start();
    await until(() => capture.status().state === 'streaming');
    await transaction(source, CHANGES);
    const current = app;
    await until(async () => told(await current.events('acme')).length >= EXPECTED.length);
    expect(told(await events('acme'))).toEqual(EXPECTED);

    // The same again, each statement by itself, while capture looks on.
    await source.query('create table things (id int primary key, organization_id text, name text, note text); drop table items');
    await until(
      async () =>
        (await source.query(`select from pg_publication_tables where pubname = $1 and tablename = 'things'`, [current.slot])).rowCount ===
        1,
    );
    // A key that is renamed before capture has seen the table at all is known under its new name alone.
    await source.query(`insert into things values (0, 'acme'); delete from things`);
    await until(async () => told(await current.events('acme')).length >= EXPECTED.length + 2);
    for (const statement of CHANGES) await source.query(statement);
    await until(async () => told(await current.events('acme')).length >= EXPECTED.length * 2 + 2);
    expect(told(await events('acme')).slice(EXPECTED.length + 2)).toEqual(EXPECTED);
    expect(await events('default')).toEqual([]);
  });

  test('all of it while the consumer is down', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, events } = app;
    await app.setup({ ddl: true });
    const first = app.start();
    await until(() => first.status().state === 'streaming');
    await first.stop();
    // The consumer that comes back knows the table by its last shape alone: its key has the same name all the time.
    const steps = CHANGES.filter((statement) => !statement.includes('to number') && !statement.includes('delete'));
    await transaction(source, steps.slice(0, 6));
    for (const statement of steps.slice(6)) await source.query(statement);
    app.start();
    const current = app;
    await until(async () => told(await current.events('acme')).length >= steps.length / 2);
    const found = told(await events('acme'));
    expect(found.map(([action, id]) => [action, id])).toEqual([
      ['thing.created', '1'],
      ...Array.from({ length: 5 }, () => ['thing.updated', '1']),
      ['item.updated', '1'],
    ]);
    const number = (value: Json | undefined): Json | undefined =>
      value === undefined ? undefined : (JSON.parse(JSON.stringify(value).replace('"number"', '"id"')) as Json);
    expect(found.slice(0, 5).map(([, , before, after]) => [before, after])).toEqual(
      EXPECTED.slice(0, 5).map(([, , before, after]) => [number(before), number(after)]),
    );
  });

  test('a table that is dropped and made again under its name, in one transaction, is captured as both', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, events } = app;
    await app.setup({ ddl: true });
    const capture = app.start();
    await until(() => capture.status().state === 'streaming');
    await transaction(source, [
      `insert into things values (1, 'acme', 'a', 'n')`,
      'drop table things',
      'create table things (number int primary key, organization_id text, colour text)',
      `insert into things values (2, 'acme', 'red')`,
      `update things set colour = 'blue'`,
    ]);
    const current = app;
    await until(async () => told(await current.events('acme')).length >= 3);
    expect(told(await events('acme'))).toEqual([
      ['thing.created', '1', undefined, { id: 1, ...acme, name: 'a', note: 'n' }],
      ['thing.created', '2', undefined, { number: 2, ...acme, colour: 'red' }],
      ['thing.updated', '2', { number: 2, ...acme, colour: 'red' }, { number: 2, ...acme, colour: 'blue' }],
    ]);
    const schema = (await events('_operator')).filter((event) => event.action.startsWith('schema.'));
    expect(schema.map((event) => event.action)).toEqual(['schema.table.dropped', 'schema.table.created']);
  });

  test('rows of a table that is gone before capture has seen it keep their tenant, where a column says it', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, events } = app;
    await app.setup({ ddl: true });
    await source.query(`
      create table scratches (id int primary key, organization_id text, password text);
      insert into scratches values (1, 'acme', 'open sesame');
      drop table scratches`);
    app.start();
    await until(async () => (await events('acme')).length === 1);
    expect((await events('acme'))[0]).toMatchObject({
      action: 'scratch.created',
      change: { after: { id: 1, organization_id: 'acme', password: { redacted: expect.anything() } } },
    });
  });
});
