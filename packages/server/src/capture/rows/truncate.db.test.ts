// TRUNCATE carries no values: who is told of it, and what is not in the stream at all.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RowsTest, openRows } from './rows.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table bots (id serial primary key, organization_id text references organizations, name text);
  create table messages (id int primary key, bot_id int references bots, body text);
  create table replies (id int primary key, message_id int references messages);
  create table settings (key text primary key);
  create table logs (id int, day int, bot_id int references bots, primary key (id, day)) partition by list (day);
  create table logs_1 partition of logs for values in (1);
  create table logs_2 partition of logs for values in (2);
  insert into organizations values ('acme'), ('globex'), ('empty');
  insert into bots values (1, 'acme'), (2, 'globex');
  insert into messages values (1, 1), (2, 1);`;

onEachServer(({ url }) => {
  let rows: RowsTest;
  const told = async (...statements: string[]): Promise<string[][]> =>
    (await rows.run(...statements)).map(({ action, tenant, tags }) => [
      action,
      tenant,
      ...(tags ?? []).filter((tag) => tag.startsWith('tenant:')),
    ]);

  beforeAll(async () => {
    rows = await openRows(SCHEMA, url);
  });

  afterAll(async () => {
    await rows.app.close();
  });

  test('every tenant that has rows in the table is told, also of rows of the same transaction', async () => {
    expect(await told('truncate messages, replies')).toEqual([
      ['message.truncated', 'acme'],
      ['reply.truncated', 'default', 'tenant:unknown'],
    ]);
    expect(await told(`insert into messages values (3, 2)`, 'truncate messages, replies', `insert into messages values (4, 1)`)).toEqual([
      ['message.created', 'globex'],
      ['message.truncated', 'globex'],
      ['reply.truncated', 'default', 'tenant:unknown'],
      ['message.created', 'acme'],
    ]);
    // A row that is gone is not truncated; one that leads nowhere stands for a tenant that is not known.
    expect(await told('delete from messages', 'insert into messages values (5, null)', 'truncate messages, replies')).toEqual([
      ['message.deleted', 'acme'],
      ['message.created', 'default', 'tenant:unknown'],
      ['message.truncated', 'default', 'tenant:unknown'],
      ['reply.truncated', 'default', 'tenant:unknown'],
    ]);
  });

  test('with CASCADE and RESTART IDENTITY each table is told, and the parents that went with it are still known', async () => {
    await rows.run(`insert into messages values (10, 1), (11, 2)`, 'insert into logs values (1, 1, 1)');
    const events = await told('truncate bots restart identity cascade');
    expect(events.slice(0, 2)).toEqual([
      ['bot.truncated', 'acme'],
      ['bot.truncated', 'globex'],
    ]);
    expect(events).toContainEqual(['message.truncated', 'acme']);
    expect(events).toContainEqual(['message.truncated', 'globex']);
    expect(events).toContainEqual(['reply.truncated', 'default', 'tenant:unknown']);
    expect(events.filter(([action]) => action === 'log.truncated')).toHaveLength(1);
    expect(await told(`insert into bots (organization_id) values ('acme')`, 'truncate bots cascade')).toContainEqual([
      'bot.truncated',
      'acme',
    ]);
  });

  test('a TRUNCATE carries no values, and what is rolled back is not told', async () => {
    await rows.run(`insert into settings values ('theme')`);
    const [event] = await rows.run('savepoint s', 'truncate settings', 'rollback to s', `delete from settings`, 'truncate settings');
    expect(event?.action).toBe('setting.deleted');
    const [truncated] = await rows.run('truncate settings');
    expect(truncated).toMatchObject({ action: 'setting.truncated', operation: 'delete', severity: 'high', resource: { type: 'setting' } });
    expect(truncated?.change).toBeUndefined();
  });

  // PostgreSQL does not send it when a publication goes by the root; the new file of the partition is what betrays it.
  test('the partitioned root is told; a partition by itself is not in the stream', async () => {
    expect(await told('insert into logs values (1, 1), (1, 2)', 'truncate logs')).toEqual([
      ['log.created', 'default', 'tenant:unknown'],
      ['log.created', 'default', 'tenant:unknown'],
      ['log.truncated', 'default', 'tenant:unknown'],
    ]);
    expect(await told('insert into logs values (2, 1)', 'truncate logs_1')).toEqual([['log.created', 'default', 'tenant:unknown']]);
  });
});
