// One table that cannot be altered, because it is locked or somebody else's, keeps no other one out.

import type pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { loadCatalog } from './catalog.ts';
import { planPublication } from './publication-plan.ts';
import { TablePublisher } from './publish-tables.ts';
import { onEachServer } from '../servers.test.fixture.ts';
import { captureSetup } from '../setup/setup.ts';
import { connectSource } from './source-client.ts';

const SCHEMA = 'create table bots (id int primary key, organization_id text)';

let app: CaptureTest | undefined;
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  await app?.close();
  app = undefined;
});

/** A role that may capture and owns only what it is given. */
async function roleFor({ admin, source, sourceUrl, name }: CaptureTest): Promise<string> {
  const role = `part_${name}`;
  await admin.query(`create role ${role} login replication password 'part'`);
  undo.push(
    () => admin.query(`drop role ${role}`),
    () => source.query(`drop owned by ${role} cascade`),
  );
  await source.query(`grant create on database app_${name} to ${role}; grant all on schema public to ${role};
    grant select on all tables in schema public to ${role}; alter default privileges in schema public grant select on tables to ${role}`);
  return Object.assign(new URL(sourceUrl), { username: role, password: 'part' }).href;
}

const published = async ({ source, slot }: CaptureTest): Promise<string[]> =>
  (
    await source.query<{ name: string }>('select tablename as name from pg_publication_tables where pubname = $1 order by 1', [slot])
  ).rows.map(({ name }) => name);

onEachServer(({ url }) => {
  test('a table of another role is named, and keeps out neither what is there nor what comes', async () => {
    const test = (app = await openCaptureTest(SCHEMA, url));
    const { source, store, name, logged } = test;
    const partUrl = await roleFor(test);
    await source.query(`alter table bots owner to part_${name}; create table strange (id int primary key, organization_id text)`);
    const { uncovered } = await captureSetup({ sourceUrl: partUrl, name, appender: store.appender, ddl: false });
    const { rows } = await source.query<{ owner: string }>('select current_user as owner');
    expect(uncovered).toContainEqual({
      table: 'public.strange',
      what: `belongs to the role ${rows[0]?.owner}, and this one may not alter it: not captured`,
      remedy: expect.stringMatching(/GRANT .*superuser/),
    });
    expect(await published(test)).toEqual(['bots']);
    const capture = test.start({ sourceUrl: partUrl });
    await until(() => capture.status().state === 'streaming');
    await source.query('create table stranger (id int primary key)');
    await source.query(`set role part_${name}; create table fresh (id int primary key, organization_id text); reset role`);
    await until(async () => (await published(test)).includes('fresh'));
    expect(await published(test)).toEqual(['bots', 'fresh']);
    await until(() => logged.filter(({ message }) => /public\.strange(r)? belongs to the role/.test(message)).length === 2);
    await source.query(`insert into fresh values (1, 'acme')`);
    await until(async () => (await test.events('acme')).some(({ action }) => action === 'fresh.created'));
  }, 60_000);

  test('a table that a transaction holds is left by setup, which says so, and published by the server once it is free', async () => {
    const test = (app = await openCaptureTest(`${SCHEMA}; create table held (id int primary key, organization_id text)`, url));
    const { source, store, name, sourceUrl } = test;
    // It holds a lock and has no transaction number: the slot does not wait for it.
    const holder = await source.connect();
    await holder.query('begin; lock table held in access share mode');
    try {
      const { uncovered } = await captureSetup({ sourceUrl, name, appender: store.appender, ddl: false });
      expect(uncovered).toMatchObject([{ table: 'public.held', what: expect.stringContaining('lock timeout') }]);
      expect(await published(test)).toEqual(['bots']);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    test.start();
    await until(async () => (await published(test)).length === 2);
  }, 60_000);

  test('a table that stays locked is tried again ever more seldom', async () => {
    const test = (app = await openCaptureTest(SCHEMA, url));
    await test.setup();
    const { source, sourceUrl, slot } = test;
    await source.query('create table held (id int primary key); create table free (id int primary key)');
    const holder = await source.connect();
    const client = await connectSource(sourceUrl);
    undo.push(() => client.end());
    const tried: string[] = [];
    const counting = { query: (text: string) => (tried.push(text), client.query(text)) } as unknown as pg.ClientBase;
    const warned: string[] = [];
    const publisher = new TablePublisher('shop', { info: () => {}, warn: (_fields, message) => void warned.push(message) });
    const round = async (): Promise<boolean> => publisher.publish(counting, planPublication(await loadCatalog(client, slot), slot));
    await holder.query('begin; lock table held in access share mode');
    try {
      expect(await round()).toBe(true);
      expect(await published(test)).toEqual(['bots', 'free']);
      const attempts = tried.length;
      for (let again = 0; again < 3; again++) expect(await round()).toBe(false);
      expect(tried).toHaveLength(attempts);
      expect(warned).toEqual([expect.stringMatching(/cannot cover public\.held: .*lock timeout.*tried again/)]);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
  });
});
