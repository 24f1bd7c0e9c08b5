// Rows and their keys: what identifies a row, what is known of it before a change, and which transactions are told.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RowsTest, line, openRows } from './rows.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table pairs (b text, a text, note text, primary key (a, b));
  create table parts (id int primary key, pair_a text, pair_b text, foreign key (pair_a, pair_b) references pairs (a, b) on update cascade);
  create table loose (n int, note text);
  create table files (id int primary key, name text, body text);
  alter table files alter body set storage external;
  create table indexed (id int primary key, code text not null, body text);
  alter table indexed alter body set storage external;
  create unique index indexed_code on indexed (code);
  create table "Mixed Case ""Table" ("Id" int primary key, "Order" text);
  create schema other;
  create table other.files (id int primary key, name text);
  create table made (id int generated always as identity primary key, n int, double int generated always as (n * 2) stored);`;

onEachServer(({ url, version }) => {
  let rows: RowsTest;

  beforeAll(async () => {
    rows = await openRows(SCHEMA, url);
  });

  afterAll(async () => {
    await rows.app.close();
  });

  test('a composite key: in the order of the key, commas and backslashes told apart, the reference spelt alike', async () => {
    const events = await rows.run(
      `insert into pairs (a, b) values ('x', 'y'), ('x,1', 'y'), ('x', '1,y'), ('back\\', 'y')`,
      `insert into parts values (1, 'x,1', 'y')`,
    );
    expect(events.map(line)).toEqual([
      'pair.created x,y',
      'pair.created x\\,1,y',
      'pair.created x,1\\,y',
      'pair.created back\\\\,y',
      'part.created 1',
    ]);
    expect(events.at(-1)?.related).toEqual([{ relation: 'pair_b', type: 'pair', id: 'x\\,1,y' }]);
  });

  test('a key that changes: the row is found by both ids, and so are the rows that follow it', async () => {
    const events = await rows.run(
      `insert into pairs (a, b) values ('old', '1')`,
      `insert into parts values (2, 'old', '1')`,
      `update pairs set a = 'new' where a = 'old'`,
    );
    const [, , renamed, followed] = events;
    expect(events.map(line).slice(2)).toEqual(['pair.updated new,1', 'part.updated 2']);
    expect(renamed?.related).toEqual([{ relation: 'renamed_from', type: 'pair', id: 'old,1' }]);
    expect(renamed?.change).toMatchObject({ before: { a: 'old' }, after: { a: 'new' }, fields: ['a'] });
    expect(followed?.related?.map(({ id }) => id)).toEqual(['new,1', 'old,1']);
  });

  test('without a key, equal rows are told one by one', async () => {
    const events = await rows.run(
      `insert into loose values (1, null), (1, null)`,
      `update loose set note = 'x'`,
      'delete from loose where n = 1',
    );
    expect(events.map(line)).toEqual([
      'loose.created',
      'loose.created',
      'loose.updated',
      'loose.updated',
      'loose.deleted',
      'loose.deleted',
    ]);
    expect(events[2]?.change).toEqual({ before: { n: 1, note: null }, after: { n: 1, note: 'x' }, fields: ['note'] });
  });

  test('a value out of line: copied when it did not change, told when it did', async () => {
    const body = 'long '.repeat(2_000);
    const events = await rows.run(
      `insert into files values (1, 'a', '${body}')`,
      `update files set name = 'b'`,
      `update files set body = null`,
      'delete from files',
    );
    expect(events.map(({ change }) => change?.fields)).toEqual([['body', 'id', 'name'], ['name'], ['body'], ['body', 'id', 'name']]);
    expect(events[1]?.change).toEqual({ before: { id: 1, name: 'a', body }, after: { id: 1, name: 'b', body }, fields: ['name'] });
    expect(events[2]?.change).toMatchObject({ before: { body }, after: { body: null } });
    expect(events[3]?.change?.before).toEqual({ id: 1, name: 'b', body: null });
  });

  test('with another identity at the time of the change, what is not known is said, and never null', async () => {
    const body = 'long '.repeat(2_000);
    const insert = `insert into indexed values (1, 'c1', '${body}')`;
    const byKey = await rows.run(
      insert,
      'alter table indexed replica identity default',
      `update indexed set code = 'c2'`,
      'update indexed set id = 2',
      'delete from indexed',
      'alter table indexed replica identity full',
    );
    const gone = { field: 'body', reason: expect.stringContaining('stored out of line') };
    const unknown = (field: string) => ({ field, reason: expect.stringContaining('REPLICA IDENTITY FULL') });
    expect(byKey.map(line)).toEqual(['indexed.created 1', 'indexed.updated 1', 'indexed.updated 2', 'indexed.deleted 2']);
    expect(byKey[1]?.change).toEqual({ after: { id: 1, code: 'c2' }, fields: [], unavailable: [gone, unknown('id'), unknown('code')] });
    expect(byKey[2]?.change).toEqual({
      before: { id: 1 },
      after: { id: 2, code: 'c2' },
      fields: ['id'],
      unavailable: [gone, unknown('code')],
    });
    expect(byKey[3]?.change).toEqual({ before: { id: 2 }, fields: ['id'], unavailable: [unknown('code'), unknown('body')] });
    const byIndex = await rows.run(
      insert,
      'alter table indexed replica identity using index indexed_code',
      `update indexed set code = 'c2'`,
      'delete from indexed',
      'alter table indexed replica identity full',
    );
    // A row that is known by another column than its key has no id any more.
    expect(byIndex.map(line)).toEqual(['indexed.created 1', 'indexed.updated 1', 'indexed.deleted']);
    expect(byIndex[1]?.change).toMatchObject({ before: { code: 'c1' }, after: { id: 1, code: 'c2' }, fields: ['code'] });
    expect(byIndex[2]?.change).toMatchObject({ before: { code: 'c2' }, unavailable: [{ field: 'id' }, { field: 'body' }] });
    const byNothing = await rows.run(
      'alter table indexed replica identity nothing',
      `insert into indexed values (3, 'c3')`,
      'alter table indexed replica identity full',
    );
    expect(byNothing.map(line)).toEqual(['indexed.created 3']);
  });

  test('names of any case, and two tables of one name', async () => {
    const events = await rows.run(
      `insert into "Mixed Case ""Table" values (1, 'first')`,
      `insert into files values (7, 'public')`,
      `insert into other.files values (7, 'other')`,
    );
    expect(events.map(line)).toEqual(['mixed_case_table.created 1', 'file.created 7', 'other_file.created 7']);
    expect(events[0]?.change?.after).toEqual({ Id: 1, Order: 'first' });
  });

  test('identity and generated columns', async () => {
    const events = await rows.run('insert into made (n) values (4)', 'update made set n = 5', 'delete from made');
    const values = (n: number) => (version >= 18 ? { id: 1, n, double: n * 2 } : { id: 1, n });
    expect(events[1]?.change).toMatchObject({ before: values(4), after: values(5), fields: version >= 18 ? ['double', 'n'] : ['n'] });
    expect(events[2]?.change?.before).toEqual(values(5));
  });

  test('what is rolled back is not told, to a savepoint, in a block of PL/pgSQL, or as a whole', async () => {
    const events = await rows.each(
      `begin; insert into loose values (1, 'kept'); savepoint s; insert into loose values (2, 'gone'); rollback to s;
       insert into loose values (3, 'kept'); savepoint t; insert into loose values (4, 'kept'); release t; commit`,
      'begin; insert into loose values (5); rollback',
      `do $$ begin insert into loose values (6); begin insert into loose values (7); raise 'no'; exception when others then null; end; end $$`,
      'begin; commit',
    );
    expect(events.map(({ change }) => change?.after?.['n'])).toEqual([1, 3, 4, 6]);
  });

  test('a prepared transaction is told when it is committed, and not when it is rolled back', async () => {
    expect(await rows.each(`begin; insert into loose values (20); prepare transaction '${rows.app.name}_1'`)).toEqual([]);
    expect(await rows.each(`begin; insert into loose values (21); prepare transaction '${rows.app.name}_2'`)).toEqual([]);
    const events = await rows.each(`commit prepared '${rows.app.name}_1'`, `rollback prepared '${rows.app.name}_2'`);
    expect(events.map(({ change }) => change?.after?.['n'])).toEqual([20]);
  });

  test('thousands of subtransactions, half of them rolled back, in order and once', async () => {
    const events = await rows.each(
      `do $$ begin
         for i in 1..3000 loop
           begin
             insert into loose values (i, 'sub');
             if i % 2 = 0 then raise 'no'; end if;
           exception when raise_exception then null;
           end;
         end loop;
       end $$`,
    );
    expect(events.map(({ change }) => change?.after?.['n'])).toEqual(Array.from({ length: 1_500 }, (_, index) => index * 2 + 1));
    expect(new Set(events.map(({ source }) => source.transaction)).size).toBe(1);
  });

  test('a row as large as the source allows', async () => {
    const events = await rows.run(
      `insert into files values (50, 'huge', repeat('0123456789', 1000000))`,
      `update files set name = 'still' where id = 50`,
    );
    const omitted = { omitted: 'too large', bytes: 10_000_000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(events[1]?.change).toMatchObject({
      before: { name: 'huge', body: omitted },
      after: { name: 'still', body: omitted },
      fields: ['name'],
    });
    expect(events[1]?.change?.unavailable).toEqual([{ field: 'body', reason: expect.stringContaining('too large') }]);
  });

  if (version < 18) return;

  test('a virtual generated column: the key tells which row it was, though it is out of line itself', async () => {
    const key = randomBytes(1_200).toString('hex');
    const virtual = await openRows(
      `create table keyed (id text primary key, n int, twice int generated always as (n * 2) virtual);
       alter table keyed alter id set storage external`,
      url,
    );
    const events = await virtual.run(`insert into keyed values ('${key}', 1)`, 'update keyed set n = 2', 'delete from keyed');
    const [created, updated, deleted] = events;
    expect(created?.resource?.id).toMatch(/^sha256:/);
    expect([updated?.resource?.id, deleted?.resource?.id]).toEqual([created?.resource?.id, created?.resource?.id]);
    expect(updated?.change).toMatchObject({ after: { id: key, n: 2 }, unavailable: [{ field: 'n' }] });
    expect(deleted?.change).toMatchObject({ before: { id: key }, unavailable: [{ field: 'n' }] });
    await virtual.app.close();
  });
});
