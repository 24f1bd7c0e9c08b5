// The life of the embedded server: first start, restart, adoption after a kill, refusal, races.

import { mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { chooseAccount } from './account.ts';
import { ensureDatabase, removeEmbedded, startEmbedded, type EmbeddedOptions } from './index.ts';
import { findPostmaster } from './postmaster.ts';
import { stopServer } from './server-process.ts';
import { ask, discard, scratch, serves, SILENT, startOwner } from './testing.test.fixture.ts';

let base = '';
let shared = '';
const options = (more: Partial<EmbeddedOptions> = {}): EmbeddedOptions => ({
  directory: join(base, 'trail'),
  cacheDirectory: join(shared, 'cache'),
  logger: SILENT,
  settings: { fsync: 'off' },
  ...more,
});
const DATA = (): string => join(base, 'trail', 'postgres', 'data');
const orders = () => ({ directory: join(base, 'trail'), cacheDirectory: join(shared, 'cache') });

beforeAll(async () => {
  shared = await scratch();
});

afterAll(() => discard(shared));

beforeEach(async () => {
  base = await scratch();
});

afterEach(() => discard(base));

test('starts, serves what capture needs, stops without a trace, and has the data after a restart', async () => {
  const first = await startEmbedded(options());
  expect(first.adopted).toBe(false);
  expect(await ask(first.superuserUrl(), 'show wal_level')).toBe('logical');
  expect(await ask(first.superuserUrl(), 'show listen_addresses')).toBe('');
  expect(await ask(first.superuserUrl(), 'show data_checksums')).toBe('on');
  expect(await ask(first.superuserUrl(), 'show timezone')).toBe('UTC');
  expect(await ask(first.superuserUrl(), 'show server_version')).toMatch(/^18\./);
  await Promise.all([ensureDatabase(first.superuserUrl(), 'trail"s'), ensureDatabase(first.superuserUrl(), 'trail"s')]);
  await ask(first.superuserUrl('trail"s'), 'create table kept as select 42 as n');
  await first.stop();
  await first.stop();
  expect(await serves(first.pid, DATA())).toBe(false);

  const second = await startEmbedded(options());
  expect(second.adopted).toBe(false);
  expect(await ask(second.superuserUrl('trail"s'), 'select n from kept')).toBe(42);
  await second.stop();
});

test('asks every local user for the password, and keeps it from others', async () => {
  const embedded = await startEmbedded(options());
  const url = new URL(embedded.superuserUrl());
  url.password = 'guessed';
  await expect(ask(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  expect((await stat(join(base, 'trail', 'superuser-password'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(base, 'trail', 'postgres.log'))).mode & 0o777).toBe(0o600);
  expect((await stat(url.searchParams.get('host') ?? '')).mode & 0o777).toBe(0o700);
  await embedded.stop();
});

test('adopts the server of a killed process, and stops it', async () => {
  const owner = await startOwner(orders());
  await ask(owner.answer.url ?? '', 'create table kept as select 7 as n');
  await owner.kill();
  const adopted = await startEmbedded(options());
  expect(adopted.adopted).toBe(true);
  expect(adopted.pid).toBe(owner.answer.pid);
  expect(await ask(adopted.superuserUrl(), 'select n from kept')).toBe(7);
  await adopted.stop();
  expect(await serves(adopted.pid, DATA())).toBe(false);
});

test('refuses a second starter and names the holder', async () => {
  const owner = await startOwner(orders());
  await expect(startEmbedded(options())).rejects.toMatchObject({
    code: 'directory_in_use',
    message: expect.stringContaining(`process ${owner.answer.owner}`) as string,
  });
  await expect(removeEmbedded(join(base, 'trail'))).rejects.toMatchObject({ code: 'directory_in_use' });
  expect(await ask(owner.answer.url ?? '', 'select 1')).toBe(1);
  expect(await owner.stop()).toEqual({ stopped: true });
});

test('of racing starters exactly one wins, on a new directory and on one with a killed owner', async () => {
  for (const round of ['new', 'left behind']) {
    const owners = await Promise.all([1, 2, 3].map(() => startOwner(orders())));
    const winners = owners.filter((owner) => owner.answer.pid !== undefined);
    const losers = owners.filter((owner) => owner.answer.pid === undefined);
    expect(winners, round).toHaveLength(1);
    expect(
      losers.map((owner) => owner.answer.code),
      round,
    ).toEqual(['directory_in_use', 'directory_in_use']);
    expect(await ask(winners[0]?.answer.url ?? '', 'select 1')).toBe(1);
    await (round === 'new' ? winners[0]?.kill() : winners[0]?.stop());
  }
  expect((await readdir(join(base, 'trail', 'postgres'))).sort()).toEqual(['data', 'socket']);
});

test('starts after the server itself was killed, and over the number of another live process', async () => {
  const owner = await startOwner(orders());
  const pid = owner.answer.pid ?? 0;
  const file = join(base, 'trail', 'postgres', 'data', 'postmaster.pid');
  const text = await readFile(file, 'utf8');
  process.kill(pid, 'SIGKILL');
  await owner.kill();
  await writeFile(file, text.replace(/^\d+/, String(process.pid)));
  const again = await startEmbedded(options());
  expect(again.adopted).toBe(false);
  expect(again.pid).not.toBe(pid);
  await again.stop();
});

test('takes the directory again when the connection that holds it breaks', async () => {
  const embedded = await startEmbedded(options());
  await ask(
    embedded.superuserUrl(),
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'indelible directory lock%'`,
  );
  await expect
    .poll(() => ask(embedded.superuserUrl(), `select count(*)::int from pg_locks where locktype = 'advisory' and granted`))
    .toBe(1);
  expect((await startOwner(orders())).answer.code).toBe('directory_in_use');
  await embedded.stop();
});

test('names what is wrong with a directory: another major version, a lost password, settings that do not fit', async () => {
  const wrong = startEmbedded(options({ settings: { shared_buffers: 'much' } }));
  await expect(wrong).rejects.toMatchObject({ code: 'database_unsuitable', message: expect.stringContaining('shared_buffers') as string });
  const version = join(base, 'trail', 'postgres', 'data', 'PG_VERSION');
  await writeFile(version, '17\n');
  await expect(startEmbedded(options())).rejects.toMatchObject({
    code: 'database_unsuitable',
    message: expect.stringContaining('PostgreSQL 17') as string,
  });
  await writeFile(version, '18\n');
  await writeFile(join(base, 'trail', 'superuser-password'), 'another\n');
  await expect(startEmbedded(options())).rejects.toMatchObject({
    code: 'database_unsuitable',
    message: expect.stringContaining('password') as string,
  });
  const left = await findPostmaster(DATA(), await chooseAccount(join(base, 'trail', 'postgres')));
  await stopServer(left?.pid ?? 0, DATA(), await chooseAccount(join(base, 'trail', 'postgres')));
});

test('a path too long for a socket gets a short, private folder, and a half-made cluster is cleared away', async () => {
  const directory = join(base, `with space, and "quotes" ${'x'.repeat(90)}`);
  const embedded = await startEmbedded(options({ directory }));
  const socket = new URL(embedded.superuserUrl()).searchParams.get('host') ?? '';
  expect((await stat(socket)).mode & 0o777).toBe(0o700);
  expect(await ask(embedded.superuserUrl(), 'select 1')).toBe(1);
  await embedded.stop();
  await expect(stat(socket)).rejects.toThrow(/ENOENT/);
  const left = join(directory, 'postgres', 'new-1234');
  await mkdir(left);
  await utimes(left, 0, 0);
  await mkdir(join(directory, 'postgres', 'new-5678'));
  const again = await startEmbedded(options({ directory }));
  expect((await readdir(join(directory, 'postgres'))).sort()).toEqual(['data', 'new-5678']);
  await again.stop();
  await removeEmbedded(directory);
  await expect(stat(directory)).rejects.toThrow(/ENOENT/);
});
