// What fails at the source stands in its log as an error, and somebody has to read that: nothing is tried out to see whether it
// works.

import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from './capture.test.fixture.ts';
import { loadCatalog } from './source/catalog.ts';
import { captureDoctor } from './doctor/doctor.ts';
import { planPublication } from './source/publication-plan.ts';
import { onEachServer } from './servers.test.fixture.ts';
import { captureSetup } from './setup/setup.ts';
import { runPlan } from './source/source-statements.ts';

const SCHEMA = `
  create table organizations (id text primary key);
  create table bots (id int primary key, organization_id text references organizations);
`;

let app: CaptureTest | undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  await app?.close();
  app = undefined;
});

/** What the server refuses from now on, on any connection of this process: code and statement. */
function refusals(): string[] {
  const found: string[] = [];
  const original: unknown = Reflect.get(pg.Client.prototype, 'query');
  if (typeof original !== 'function') throw new TypeError('a client has no query');
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const answer: unknown = Reflect.apply(original, this, given);
    if (answer instanceof Promise)
      answer.catch((error: unknown) => {
        if (error instanceof pg.DatabaseError) found.push(`${error.code} ${error.message}: ${JSON.stringify(given[0])}`);
      });
    return answer;
  });
  return found;
}

onEachServer(({ url }) => {
  test('setup and doctor, as a role without rights and as a superuser', async () => {
    app = await openCaptureTest('select 1', url);
    const { admin, name, sourceUrl, store, source } = app;
    const role = `weak_${name}`;
    await admin.query(`create role ${role} login replication password 'weak'`);
    await admin.query(`grant create on database app_${name} to ${role}`);
    await source.query(`grant create, usage on schema public to ${role}`);
    const weak = Object.assign(new URL(sourceUrl), { username: role, password: 'weak' }).href;
    const owner = new pg.Pool({ connectionString: weak, max: 1 });
    try {
      await owner.query(SCHEMA);
      const refused = refusals();
      const { uncovered } = await captureSetup({ sourceUrl: weak, name, appender: store.appender });
      expect(uncovered.find(({ table }) => table === 'DDL')?.what).toContain('permission denied to create event trigger');
      await captureDoctor({ sourceUrl: weak, name, appender: store.appender });
      await captureDoctor({ sourceUrl, name, appender: store.appender });
      await captureSetup({ sourceUrl, name, appender: store.appender });
      expect(refused).toEqual([]);
    } finally {
      vi.restoreAllMocks();
      await owner.end();
      await source
        .query('drop event trigger if exists indelible_ddl_command_end, indelible_sql_drop, indelible_table_rewrite')
        .catch(() => {});
      await source.query(`drop publication if exists "indelible_${name}"; drop owned by ${role} cascade`);
      await admin.query(`revoke all on database app_${name} from ${role}; drop role ${role}`);
    }
  });

  test('a slot that is still read is waited for', { timeout: 30_000 }, async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { sourceUrl, slot, source, admin } = app;
    await app.setup();
    const reader = new pg.Client({ connectionString: sourceUrl, replication: 'database' } as pg.ClientConfig);
    reader.on('error', () => {});
    await reader.connect();
    const reading = reader
      .query(`START_REPLICATION SLOT "${slot}" LOGICAL 0/0 (proto_version '1', publication_names '"${slot}"')`)
      .catch(() => {});
    await until(async () => (await source.query('select from pg_replication_slots where active')).rowCount === 1);
    const refused = refusals();
    const capture = app.start();
    await until(() => capture.status().state === 'retrying');
    expect(capture.status().reason).toContain('is still read by the process');
    await admin.query('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1', [slot]);
    await reading;
    await until(() => capture.status().state === 'streaming');
    expect(refused.filter((text) => !text.startsWith('57P01'))).toEqual([]);
    await reader.end().catch(() => {});
  });

  test('a table that somebody else adds to the publication meanwhile is no fault of setup', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, slot } = app;
    await app.setup();
    await source.query('create table late (id int primary key); create table later (id int primary key)');
    const client = new pg.Client({ connectionString: sourceUrl });
    await client.connect();
    try {
      const plan = planPublication(await loadCatalog(client, slot), slot);
      await source.query(`alter publication "${slot}" add table only late`);
      expect(await runPlan(client, plan, slot)).toEqual([]);
      expect(planPublication(await loadCatalog(client, slot), slot).statements).toEqual([]);
    } finally {
      await client.end();
    }
  });
});
