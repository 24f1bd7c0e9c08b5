// A PostgreSQL 15 for the test run, from the binaries of the system: Debian's package, which root installs when it is not
// there. A throwaway cluster on a Unix socket; it ends with this process, however that ends.

import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { installPackage, isExecutable, run } from './debian-package.ts';

const BINARIES = ['/usr/lib/postgresql/15/bin', '/usr/pgsql-15/bin', '/opt/homebrew/opt/postgresql@15/bin'];
const PACKAGE = 'postgresql-15';
const START_MS = 30_000;
const STOP_MS = 10_000;
const PORT = 5432;
/** A client that asks too early makes the server say that it is starting, which is no fault. */
const FAULT = /FATAL:(?!\s+the database system is starting up)/;

/** The package starts a cluster of its own unless it is told not to. */
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.d';

/** Its input is our end of a pipe: when that closes, because we are done or were killed, the server is stopped. */
const KEEPER = '"$@" & server=$!; read -r _; kill -INT $server 2>/dev/null; wait $server';

export type Postgres15 =
  | { readonly kind: 'running'; readonly url: string; readonly stop: () => Promise<void> }
  | { readonly kind: 'absent'; readonly reason: string };

interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * @param directory an existing folder that every user may enter; the cluster is made in it and removed by `stop`
 * @param settings of the server, over what it takes to capture from it
 * @returns `absent` where there are no binaries and none can be installed
 * @throws Error when binaries are there and the server does not start
 */
export async function startPostgres15(directory: string, settings: Readonly<Record<string, string>>): Promise<Postgres15> {
  const found = await binaries();
  return typeof found === 'string' ? await startCluster(found, join(directory, 'pg15'), settings) : found;
}

async function binaries(): Promise<string | Postgres15> {
  const present = await localBinaries();
  if (present !== undefined) return present;
  try {
    await install();
  } catch (error) {
    return { kind: 'absent', reason: error instanceof Error ? error.message : String(error) };
  }
  return (await localBinaries()) ?? { kind: 'absent', reason: `${PACKAGE} was installed, but holds no ${BINARIES[0]}/postgres` };
}

async function localBinaries(): Promise<string | undefined> {
  for (const folder of BINARIES) if (await isExecutable(join(folder, 'postgres'))) return folder;
  return undefined;
}

async function install(): Promise<void> {
  const settings = join(CLUSTER_SETTINGS, 'indelible-test.conf');
  await mkdir(CLUSTER_SETTINGS, { recursive: true });
  await writeFile(settings, 'create_main_cluster = false\n');
  try {
    await installPackage(PACKAGE);
  } finally {
    await rm(settings, { force: true });
  }
}

async function startCluster(folder: string, home: string, settings: Readonly<Record<string, string>>): Promise<Postgres15> {
  const user = await databaseUser();
  const data = join(home, 'data');
  await mkdir(home, { recursive: true });
  if (user !== undefined) await chown(home, user.uid, user.gid);
  await chmod(home, 0o700);
  const as: SpawnOptions = { ...user, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };
  // The logins of the trail's roles are derived from the superuser's password.
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password);
  if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
  const create = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-sync'];
  await run(join(folder, 'initdb'), create, as);
  const given = { listen_addresses: '', unix_socket_directories: home, wal_level: 'logical', timezone: 'UTC', ...settings };
  const flags = ['-D', data, ...Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'sh', join(folder, 'postgres'), ...flags], {
    ...as,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  keeper.stderr?.on('data', (piece: Buffer) => {
    if (said.length < 100) said.push(piece.toString('utf8'));
  });
  const url = `postgres://postgres:${password}@localhost:${PORT}/postgres?host=${encodeURIComponent(home)}`;
  const stop = async (): Promise<void> => {
    await ended(keeper);
    await rm(home, { recursive: true, force: true });
  };
  for (const end = Date.now() + START_MS; ; await pause(50)) {
    const ready = await run(join(folder, 'pg_isready'), ['-q', '-h', home, '-p', String(PORT)], as).then(
      () => true,
      () => false,
    );
    if (ready) return { kind: 'running', url, stop };
    if (Date.now() < end && !FAULT.test(said.join(''))) continue;
    await stop();
    throw new Error(`PostgreSQL 15 does not start: ${said.join('').replaceAll('\n', ' ')}`);
  }
}

async function ended(keeper: ChildProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => keeper.once('close', () => resolve()));
  keeper.stdin?.end();
  if (keeper.exitCode === null) await Promise.race([closed, pause(STOP_MS, undefined, { ref: false })]);
}

/** PostgreSQL does not run as root; undefined stands for ourselves. */
async function databaseUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('there is no user "postgres" or "nobody" to run PostgreSQL 15 as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}
