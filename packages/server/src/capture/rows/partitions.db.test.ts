// Partitioned tables: rows come under the name of the topmost table, whichever partition holds them, and tables that
// inherit keep their own names.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RowsTest, line, openRows } from './rows.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table orders (id int, region text, organization_id text references organizations on delete cascade, total numeric, primary key (id, region)) partition by list (region);
  create table orders_eu partition of orders for values in ('eu');
  create table orders_us partition of orders for values in ('us') partition by range (id);
  create table orders_us_low partition of orders_us for values from (0) to (100);
  create table orders_us_high partition of orders_us for values from (100) to (200);
  create table orders_rest partition of orders default;
  create table people (id int primary key, name text);
  create table staff (badge text, primary key (id)) inherits (people);
  insert into organizations values ('acme'), ('globex');`;

onEachServer(({ url }) => {
  let rows: RowsTest;

  beforeAll(async () => {
    rows = await openRows(SCHEMA, url);
  });

  afterAll(async () => {
    await rows.app.close();
  });

  test('rows of a leaf, of a sub-partition and of the default partition, written through the root or directly', async () => {
    const events = await rows.run(
      `insert into orders values (1, 'eu', 'acme', 1.50), (2, 'us', 'acme', 2), (3, 'asia', 'globex', 3)`,
      `insert into orders_us_high values (150, 'us', 'globex', 4)`,
      `update orders set total = total + 1 where id = 2`,
      `update orders_eu set total = 0`,
      'delete from orders_rest',
    );
    expect(events.map((event) => [line(event), event.tenant])).toEqual([
      ['order.created 1,eu', 'acme'],
      ['order.created 2,us', 'acme'],
      ['order.created 3,asia', 'globex'],
      ['order.created 150,us', 'globex'],
      ['order.updated 2,us', 'acme'],
      ['order.updated 1,eu', 'acme'],
      ['order.deleted 3,asia', 'globex'],
    ]);
    expect(events[4]?.change).toMatchObject({ before: { total: '2' }, after: { total: '3' }, fields: ['total'] });
  });

  test('a row that moves to another partition is deleted there and created here, in one transaction', async () => {
    const events = await rows.run(`update orders set region = 'us' where id = 1`, `update orders set id = 151 where id = 2`);
    expect(events.map(line)).toEqual(['order.deleted 1,eu', 'order.created 1,us', 'order.deleted 2,us', 'order.created 151,us']);
    expect(events[0]?.change?.before).toMatchObject({ id: 1, region: 'eu', total: '0' });
    expect(events[1]?.change?.after).toMatchObject({ id: 1, region: 'us', total: '0' });
    expect(new Set(events.map(({ source }) => source.transaction)).size).toBe(1);
  });

  test('partitions that are made and taken away; their columns may lie in another order', async () => {
    const made = await rows.each(
      `create table orders_asia (total numeric, gone int, region text, organization_id text, id int not null);
       alter table orders_asia drop gone;
       alter table orders_asia alter region set not null;
       delete from orders where region = 'asia';
       alter table orders attach partition orders_asia for values in ('asia')`,
      `insert into orders values (10, 'asia', 'acme', 1)`,
    );
    expect(made.map(line)).toEqual(['order.created 10,asia']);
    expect(made[0]?.change?.after).toEqual({ id: 10, region: 'asia', organization_id: 'acme', total: '1' });
    await rows.app.source.query('alter table orders detach partition orders_asia');
    expect(await rows.each('insert into orders values (11, $$eu$$, $$acme$$, 1)')).toMatchObject([{ action: 'order.created' }]);
  });

  test('a cascade reaches into every partition', async () => {
    await rows.run(
      `insert into organizations values ('initech')`,
      `insert into orders values (30, 'eu', 'initech', 1), (31, 'us', 'initech', 1)`,
    );
    const events = await rows.run(`delete from organizations where id = 'initech'`);
    expect(events.map((event) => `${line(event)} of ${event.tenant}`).sort()).toEqual([
      'order.deleted 30,eu of initech',
      'order.deleted 31,us of initech',
      'organization.deleted initech of initech',
    ]);
  });

  test('a table that inherits has its own name, also when it is written through its parent', async () => {
    const events = await rows.run(
      `insert into people values (1, 'Ann')`,
      `insert into staff values (2, 'Bob', 'b2')`,
      `update people set name = upper(name)`,
      'delete from people',
    );
    expect(events.map(line).sort()).toEqual([
      'person.created 1',
      'person.deleted 1',
      'person.updated 1',
      'staff.created 2',
      'staff.deleted 2',
      'staff.updated 2',
    ]);
    expect(events.find(({ action }) => action === 'staff.deleted')?.change?.before).toEqual({ id: 2, name: 'BOB', badge: 'b2' });
  });
});
