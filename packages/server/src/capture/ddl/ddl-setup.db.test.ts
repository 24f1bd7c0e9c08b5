import type { AuditEvent } from '@indelible/core';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, transaction, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';
import { captureSetup } from '../setup/setup.ts';

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

const isSchema = (event: AuditEvent): boolean => event.action.startsWith('schema.');

onEachServer(({ url }) => {
  test('an operator is told by a dry run, and nothing is there to do a second time; a changed function is put right', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, name, store } = app;
    const dry = await captureSetup({ sourceUrl, name, dryRun: true });
    const ddl = dry.statements.filter((statement) => statement.includes('indelible_capture'));
    expect(ddl.map((statement) => statement.split(' ').slice(0, 4).join(' '))).toEqual([
      'CREATE SCHEMA indelible_capture',
      'CREATE OR REPLACE FUNCTION',
      'CREATE EVENT TRIGGER indelible_ddl_command_end',
      'CREATE EVENT TRIGGER indelible_sql_drop',
      'CREATE EVENT TRIGGER indelible_table_rewrite',
    ]);
    expect((await source.query(`select from pg_namespace where nspname = 'indelible_capture'`)).rowCount).toBe(0);
    expect(await captureSetup({ sourceUrl, name, appender: store.appender })).toEqual({ ...dry, applied: true });
    expect(await captureSetup({ sourceUrl, name, appender: store.appender })).toMatchObject({ statements: [], uncovered: [] });
    await source.query('alter event trigger indelible_sql_drop disable');
    await source.query('alter function indelible_capture.on_ddl() security invoker');
    expect((await captureSetup({ sourceUrl, name, appender: store.appender })).statements).toEqual([
      expect.stringMatching(/^CREATE OR REPLACE FUNCTION/),
      'ALTER EVENT TRIGGER indelible_sql_drop ENABLE',
    ]);
    expect((await captureSetup({ sourceUrl, name, appender: store.appender })).statements).toEqual([]);
  });

  test('a role that may make no event trigger is told so, and capture goes on by looking', async () => {
    app = await openCaptureTest('select 1', url);
    const { source, sourceUrl, name, store, admin, events, slot } = app;
    const role = `owner_${name}`;
    await admin.query(`create role ${role} login replication password 'own'`);
    await admin.query(`grant create on database app_${name} to ${role}`);
    await source.query(`grant create, usage on schema public to ${role}`);
    const own = Object.assign(new URL(sourceUrl), { username: role, password: 'own' }).href;
    const owner = new pg.Pool({ connectionString: own, max: 1 });
    owner.on('error', () => {});
    try {
      await owner.query(SCHEMA);
      const wanted = { sourceUrl: own, name, appender: store.appender };
      const dry = await captureSetup({ ...wanted, dryRun: true });
      expect(dry.statements.join()).not.toContain('EVENT TRIGGER');
      expect(dry.uncovered).toEqual([
        {
          table: 'DDL',
          what: expect.stringMatching(/permission denied to create event trigger.*within ten seconds/),
          remedy: expect.stringContaining('superuser'),
        },
      ]);
      expect(await captureSetup(wanted)).toEqual({ ...dry, applied: true });
      expect((await source.query(`select from pg_namespace where nspname = 'indelible_capture'`)).rowCount).toBe(0);
      app.start({ sourceUrl: own });
      await owner.query('create table skills (id int primary key, organization_id text)');
      await until(
        async () =>
          (await source.query('select from pg_publication_tables where pubname = $1 and tablename = $2', [slot, 'skills'])).rowCount === 1,
      );
      await owner.query(`insert into skills values (1, 'acme'); update skills set id = 2`);
      await until(async () => (await events('acme')).some((event) => event.action === 'skill.updated'));
      expect((await events('_operator')).filter(isSchema)).toEqual([]);
      expect((await captureSetup({ ...wanted, ddl: false })).uncovered).toEqual([]);
    } finally {
      await owner.end();
      await app.close();
      app = undefined;
      const again = new pg.Client({ connectionString: url });
      await again.connect();
      await again.query(`drop role ${role}`);
      await again.end();
    }
  });

  test('a schema of that name that somebody else made is left alone', async () => {
    app = await openCaptureTest(SCHEMA, url);
    const { source, sourceUrl, name, admin } = app;
    await admin.query(`create role trap_${name}`);
    try {
      await source.query(`create schema indelible_capture authorization trap_${name}`);
      const dry = await captureSetup({ sourceUrl, name, dryRun: true });
      expect(dry.statements.join()).not.toContain('indelible_capture');
      expect(dry.uncovered).toMatchObject([{ table: 'DDL', what: expect.stringContaining(`belongs to the role trap_${name}`) }]);
      await source.query('drop schema indelible_capture');
    } finally {
      await admin.query(`drop role trap_${name}`);
    }
  });

  test('commands and rows are in the log exactly once, whatever is cut while they are written', async () => {
    const test = await open(url);
    const { source, admin, name, store } = test;
    const rounds = 40;
    const cutting = new AbortController();
    const cuts = (async (): Promise<void> => {
      while (!cutting.signal.aborted) {
        await admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where (application_name = 'indelible appender' and datname = $1) or (application_name = 'indelible-capture' and datname = $2)`,
          [`indelible_capture_${name}`, `app_${name}`],
        );
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    for (let round = 0; round < rounds; round++) {
      await transaction(source, [
        `create table round_${round} (id int primary key, organization_id text)`,
        `insert into round_${round} values (1, 'acme')`,
        `alter table round_${round} add column n int default 1`,
        `insert into round_${round} values (2, 'acme', 2)`,
      ]);
    }
    cutting.abort();
    await cuts;
    const counted = async (): Promise<Record<string, string>> =>
      (
        await store.owner.query<Record<string, string>>(
          `select count(*) filter (where action like 'schema.table.%') as schema, count(*) filter (where action like 'round%.created') as rows from indelible.event where source_kind = 1`,
        )
      ).rows[0] ?? {};
    await until(async () => Number((await counted())['rows']) >= rounds * 2 && Number((await counted())['schema']) >= rounds * 2, 60);
    // What comes after the last one has come after all of them.
    await source.query(`insert into bots values (1, 'acme', 'last')`);
    await until(async () => (await test.events('acme')).some((event) => event.action === 'bot.created'));
    expect(await counted()).toMatchObject({ schema: String(rounds * 2), rows: String(rounds * 2) });
    const events = [...(await test.events('acme')), ...(await test.events('_operator'))].filter(
      (event) => event.source.kind === 'postgres',
    );
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    expect(new Set(events.map((event) => event.source.position)).size).toBe(events.length);
  }, 120_000);
});
