// Every way of writing a row arrives, whichever statement, trigger or rule it comes from; what has no rows of its own is
// left out.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RowsTest, line, openRows } from './rows.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table parents (id int primary key, name text);
  create table children (id int primary key, parent_id int references parents on delete cascade on update cascade);
  create table guests (id int primary key, parent_id int references parents on delete set null);
  create table items (id int primary key, n int, note text);
  create table journal (id serial primary key, what text);
  create function note_it() returns trigger language plpgsql as $$
    begin insert into journal (what) values (tg_op || ' ' || coalesce(new.id, old.id)); return coalesce(new, old); end $$;
  create table watched (id int primary key, n int);
  create trigger note_it after insert or update or delete on watched for each row execute function note_it();
  create function stamp() returns trigger language plpgsql as $$ begin new.n := coalesce(new.n, 0) + 100; return new; end $$;
  create trigger stamp before insert on watched for each row execute function stamp();
  create view visible as select id, n from items where n >= 0;
  create table archive (id int primary key, n int);
  create rule archive_it as on delete to archive do also insert into journal (what) values ('archived ' || old.id);
  create materialized view sums as select 1 as id, sum(n) as total from items;
  create unique index sums_id on sums (id);
  create unlogged table scratch (id int primary key);`;

onEachServer(({ url }) => {
  let rows: RowsTest;

  beforeAll(async () => {
    rows = await openRows(SCHEMA, url);
  });

  afterAll(async () => {
    await rows.app.close();
  });

  test('cascades: deleted, set to null, and renamed', async () => {
    await rows.run(
      `insert into parents values (1, 'p'), (2, 'q')`,
      'insert into children values (1, 1), (2, 2)',
      'insert into guests values (1, 1)',
    );
    expect((await rows.run('update parents set id = 20 where id = 2')).map(line)).toEqual(['parent.updated 20', 'child.updated 2']);
    const events = await rows.run('delete from parents where id = 1');
    expect(events.map(line)).toEqual(['parent.deleted 1', 'child.deleted 1', 'guest.updated 1']);
    expect(events[2]?.change).toEqual({ before: { id: 1, parent_id: 1 }, after: { id: 1, parent_id: null }, fields: ['parent_id'] });
    expect(events[2]?.related).toEqual([{ relation: 'parent', type: 'parent', id: '1' }]);
  });

  test('INSERT ... ON CONFLICT, MERGE, UPDATE ... FROM, writing WITH', async () => {
    const events = await rows.run(
      'insert into items values (1, 1), (2, 2)',
      'insert into items values (1, 5) on conflict (id) do update set n = excluded.n',
      'insert into items values (1, 9) on conflict do nothing',
      `merge into items t using (values (2, 20), (3, 30)) as s (id, n) on t.id = s.id
       when matched then update set n = s.n when not matched then insert values (s.id, s.n)`,
      'update items set n = v.n from (values (3, 31)) as v (id, n) where items.id = v.id',
      'with gone as (delete from items where id = 3 returning *) insert into items select id + 1, n from gone',
    );
    expect(events.map(line)).toEqual([
      'item.created 1',
      'item.created 2',
      'item.updated 1',
      'item.updated 2',
      'item.created 3',
      'item.updated 3',
      'item.deleted 3',
      'item.created 4',
    ]);
    expect(events[2]?.change).toMatchObject({ before: { n: 1 }, after: { n: 5 } });
  });

  test('COPY', async () => {
    const events = await rows.each(`copy items (id, n, note) from program 'printf "50\\t1\\ta\\n51\\t\\\\N\\tb\\n"'`);
    expect(events.map(({ change }) => change?.after)).toEqual([
      { id: 50, n: 1, note: 'a' },
      { id: 51, n: null, note: 'b' },
    ]);
  });

  test('triggers: what they write is told, and the row as they left it', async () => {
    const events = await rows.run('insert into watched values (1, 1)', 'delete from watched');
    expect(events.map(line)).toEqual(['watched.created 1', 'journal.created 1', 'watched.deleted 1', 'journal.created 2']);
    expect(events[0]?.change?.after).toEqual({ id: 1, n: 101 });
    expect(events[3]?.change?.after).toMatchObject({ what: 'DELETE 1' });
    const replica = await rows.run(`set local session_replication_role = replica`, 'insert into watched values (2, 2)');
    expect(replica.map(({ change }) => change?.after)).toEqual([{ id: 2, n: 2 }]);
  });

  test('rules and views: the rows of the tables below them', async () => {
    const events = await rows.run(
      'insert into archive values (1, 1)',
      'delete from archive',
      'insert into visible values (60, 6)',
      'delete from visible where id = 60',
    );
    expect(events.map(({ action }) => action)).toEqual([
      'archive.created',
      'journal.created',
      'archive.deleted',
      'item.created',
      'item.deleted',
    ]);
  });

  test('an UPDATE that changes nothing is no event', async () => {
    expect(await rows.run('update items set n = n')).toEqual([]);
  });

  test('rows that are derived, temporary or not logged are not told', async () => {
    const events = await rows.each(
      'refresh materialized view sums',
      'refresh materialized view concurrently sums',
      'create temp table passing (id int primary key); insert into passing values (1); drop table passing',
      'insert into scratch values (1); update scratch set id = 2; truncate scratch',
      'vacuum full items',
      'analyze items',
    );
    expect(events).toEqual([]);
  });

  test('a foreign table is not told here', async () => {
    await rows.app.source.query(
      `create extension postgres_fdw;
       create server elsewhere foreign data wrapper postgres_fdw;
       create foreign table far (id int) server elsewhere`,
    );
    expect((await rows.run('insert into items values (70, 7)')).map(line)).toEqual(['item.created 70']);
  });
});
