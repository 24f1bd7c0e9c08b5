import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { until } from './capture/capture.test.fixture.ts';
import { readConfig } from './config.ts';
import { type RunningServer, startServer } from './main.ts';
import { ROLES, roleName } from './store/roles.ts';

const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
});

test('a source that is down at the first start is captured once it is there; a restart does not heal a gap', async () => {
  const base = process.env['INDELIBLE_TEST_DATABASE_URL'] ?? '';
  const name = `m${randomBytes(5).toString('hex')}`;
  const trail = `indelible_${name}`;
  const urlOf = (database: string): string => Object.assign(new URL(base), { pathname: `/${database}` }).href;
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  undo.push(() => admin.end());
  const dropSlot = (): Promise<unknown> =>
    admin.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active', [
      `indelible_${name}`,
    ]);
  const directory = await mkdtemp(join(tmpdir(), 'indelible-main-'));
  undo.push(() => rm(directory, { recursive: true, force: true }));
  undo.push(async () => {
    for (const role of ROLES) await admin.query(`drop role if exists ${roleName(trail, role)}`);
  });
  await admin.query(`create database ${trail} template template0 encoding 'UTF8'`);
  undo.push(() => admin.query(`drop database ${trail} with (force)`));
  const config = readConfig({
    INDELIBLE_PORT: '0',
    INDELIBLE_DATA_DIR: directory,
    INDELIBLE_DATABASE_URL: urlOf(trail),
    [`INDELIBLE_SOURCE_${name.toUpperCase()}`]: urlOf(name),
    INDELIBLE_LOG_LEVEL: 'silent',
  });
  const lines: string[] = [];
  /** What /readyz leaves to the log, since the last question. */
  const logged = (text: string): boolean => lines.splice(0).some((line) => line.includes('not ready') && line.includes(text));
  const start = async (): Promise<RunningServer> => {
    const server = await startServer(config, pino({ level: 'warn' }, { write: (line) => void lines.push(line) }));
    undo.push(() => server.stop());
    return server;
  };
  const check = async (server: RunningServer) => {
    const answer = (await (await fetch(`${server.url}/readyz`)).json()) as { checks: { name: string; ok: boolean }[] };
    return answer.checks.find((each) => each.name === `capture ${name}`);
  };

  const first = await start();
  await until(
    async () => (await check(first))?.ok === false && logged('has not been set up yet, and its changes are not captured: the source'),
  );
  await admin.query(`create database ${name} template template0 encoding 'UTF8'`);
  undo.push(() => admin.query(`drop database ${name} with (force)`), dropSlot);
  await until(async () => (await check(first))?.ok === true);

  await first.stop();
  await until(
    async () =>
      (await dropSlot().then(() => admin.query('select from pg_replication_slots where slot_name = $1', [`indelible_${name}`])))
        .rowCount === 0,
  );
  for (let restart = 0; restart < 2; restart++) {
    const server = await start();
    await until(async () => (await check(server))?.ok === false && logged('slot_missing: '));
    expect((await admin.query('select from pg_replication_slots where slot_name = $1', [`indelible_${name}`])).rowCount).toBe(0);
    await server.stop();
  }
}, 60_000);

test('the server serves at once while a source waits for a transaction; it says for which, and ends without waiting', async () => {
  const base = process.env['INDELIBLE_TEST_DATABASE_URL'] ?? '';
  const name = `m${randomBytes(5).toString('hex')}`;
  const trail = `indelible_${name}`;
  const urlOf = (database: string): string => Object.assign(new URL(base), { pathname: `/${database}` }).href;
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  undo.push(() => admin.end());
  const directory = await mkdtemp(join(tmpdir(), 'indelible-main-'));
  undo.push(() => rm(directory, { recursive: true, force: true }));
  undo.push(async () => {
    for (const role of ROLES) await admin.query(`drop role if exists ${roleName(trail, role)}`);
  });
  for (const database of [trail, name]) {
    await admin.query(`create database ${database} template template0 encoding 'UTF8'`);
    undo.push(() => admin.query(`drop database ${database} with (force)`));
  }
  const holder = new pg.Client({ connectionString: urlOf(name), application_name: 'nightly report' });
  holder.on('error', () => {});
  await holder.connect();
  undo.push(() => holder.end());
  await holder.query('create table other (id int); begin; insert into other values (1)');
  const lines: string[] = [];
  const key = 'ink_the-key-of-the-operator-from-the-environment';
  const config = readConfig({
    INDELIBLE_PORT: '0',
    INDELIBLE_ADMIN_KEY: key,
    INDELIBLE_DATA_DIR: directory,
    INDELIBLE_DATABASE_URL: urlOf(trail),
    [`INDELIBLE_SOURCE_${name.toUpperCase()}`]: urlOf(name),
  });
  const server = await startServer(config, pino({ level: 'warn' }, { write: (line) => void lines.push(line) }));
  undo.push(() => server.stop());
  const answer = await fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'indelible-tenant': 'org_acme', 'content-type': 'application/json' },
    body: JSON.stringify([{ action: 'bot.viewed', actor: { id: 'maria' } }]),
  });
  expect(answer.status).toBe(201);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await until(() => lines.some((line) => line.includes('the new slot waits for') && line.includes('nightly report')));
  await server.stop();
  expect((await admin.query('select from pg_replication_slots where slot_name = $1', [`indelible_${name}`])).rowCount).toBe(0);
}, 60_000);
