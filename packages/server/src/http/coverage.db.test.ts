import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../capture/capture.test.fixture.ts';
import type { CoverageReport } from '../capture/index.ts';
import { readConfig } from '../config.ts';
import { startServer } from '../main.ts';
import { ROLES, roleName } from '../store/roles.ts';
import { ADMIN_KEY, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await openTestServer();
});

afterAll(() => server.close());

afterEach(async () => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
});

test('coverage is for keys of all tenants, and of the operator, with read or admin', async () => {
  const status = async (tenant: string | undefined, ...scopes: Parameters<TestServer['key']>[1][]): Promise<number> =>
    (await server.get('/v1/coverage', (await server.key(tenant, ...scopes)).token)).status;
  expect(await status(undefined, 'read')).toBe(200);
  expect(await status(undefined, 'admin')).toBe(200);
  expect(await status('_operator', 'read')).toBe(200);
  expect(await status(undefined, 'ingest')).toBe(403);
  expect(await status('acme', 'read', 'admin')).toBe(403);
  const refused = await server.get('/v1/coverage', (await server.key('acme', 'read')).token);
  expect(refused.body).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('good for all tenants') });
  expect((await server.request('/v1/coverage')).status).toBe(401);
  expect((await server.get('/v1/coverage?tables=all', ADMIN_KEY)).status).toBe(422);
  expect((await server.get('/v1/coverage', ADMIN_KEY)).body).toEqual({ asOf: '2026-11-01T00:00:00.000Z', sources: [] });
});

test('a running server answers what it captures, and tells the day in the log of the operator', async () => {
  const base = process.env['INDELIBLE_TEST_DATABASE_URL'] ?? '';
  const name = `c${randomBytes(5).toString('hex')}`;
  const trail = `indelible_${name}`;
  const urlOf = (database: string): string => Object.assign(new URL(base), { pathname: `/${database}` }).href;
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  undo.push(() => admin.end());
  const directory = await mkdtemp(join(tmpdir(), 'indelible-coverage-'));
  undo.push(() => rm(directory, { recursive: true, force: true }));
  undo.push(async () => {
    for (const role of ROLES) await admin.query(`drop role if exists ${roleName(trail, role)}`);
  });
  for (const database of [trail, name]) {
    await admin.query(`create database ${database} template template0 encoding 'UTF8'`);
    undo.push(() => admin.query(`drop database ${database} with (force)`));
  }
  const slot = `indelible_${name}`;
  undo.push(() =>
    admin.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active', [slot]),
  );
  const source = new pg.Client({ connectionString: urlOf(name) });
  await source.connect();
  undo.push(() => source.end());
  await source.query('create table bots (id int primary key, tenant_id text)');
  const config = readConfig({
    INDELIBLE_PORT: '0',
    INDELIBLE_DATA_DIR: directory,
    INDELIBLE_DATABASE_URL: urlOf(trail),
    [`INDELIBLE_SOURCE_${name.toUpperCase()}`]: urlOf(name),
    INDELIBLE_ADMIN_KEY: ADMIN_KEY,
    INDELIBLE_LOG_LEVEL: 'silent',
  });
  const running = await startServer(config, pino({ level: 'silent' }));
  undo.push(async () => {
    await running.stop();
    await until(async () => (await admin.query('select from pg_replication_slots where slot_name = $1 and active', [slot])).rowCount === 0);
  });
  const ask = async (): Promise<CoverageReport> => {
    const answer = await fetch(`${running.url}/v1/coverage`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    return (await answer.json()) as CoverageReport;
  };
  await until(async () => (await ask()).sources[0]?.state === 'streaming');
  await source.query(`insert into bots values (1, 'acme')`);
  await until(async () => (await ask()).sources[0]?.tables[0]?.rows === 1);
  expect((await ask()).sources).toMatchObject([
    { name, state: 'streaming', tables: [{ table: 'public.bots', state: 'captured', rows: 1, unattributed: 1 }], gaps: { open: [] } },
  ]);
  const told = async (): Promise<unknown[]> => {
    const answer = await fetch(`${running.url}/v1/events?q=${encodeURIComponent('action:capture.coverage tag:coverage:daily')}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'indelible-tenant': '_operator' },
    });
    return ((await answer.json()) as { events: unknown[] }).events;
  };
  await until(async () => (await told()).length > 0);
  expect(await told()).toMatchObject([
    { resource: { id: name }, metadata: { reason: 'daily', state: expect.stringMatching(/^(starting|streaming)$/) } },
  ]);
}, 60_000);
