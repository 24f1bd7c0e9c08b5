// A pgbouncer in transaction mode in front of a database, from the package of the system, which root installs when it is
// not there. It ends with this process, however that ends.

import { execFile, spawn } from 'node:child_process';
import { access, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const BINARIES = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'];
const PORT = 6432;
const INSTALL_MS = 120_000;
const START_MS = 10_000;
/** Its input is our end of a pipe: when that closes, because we are done or were killed, pgbouncer is stopped. */
const KEEPER = '"$@" & server=$!; read -r _; kill -INT $server 2>/dev/null; wait $server';

const run = promisify(execFile);

export interface Pgbouncer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The program, and what it can do; undefined when it is not here and cannot be installed. */
export async function findPgbouncer(): Promise<{ readonly file: string; readonly keepsStatements: boolean } | undefined> {
  const file = (await installed()) ?? (await install());
  if (file === undefined) return undefined;
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec((await run(file, ['--version'])).stdout) ?? [];
  // Since 1.21 it follows named statements from one server connection to the next.
  return { file, keepsStatements: Number(major) > 1 || Number(minor) >= 21 };
}

async function installed(): Promise<string | undefined> {
  for (const file of BINARIES) {
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

async function install(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_MS };
  const get = (): Promise<unknown> => run('apt-get', ['-q', '-y', '--no-install-recommends', 'install', 'pgbouncer'], options);
  await get()
    .catch(() => run('apt-get', ['-q', 'update'], options).then(get))
    .catch(() => undefined);
  return installed();
}

/** @param url of the database; the pooler has it under the same name */
export async function startPgbouncer(file: string, keepsStatements: boolean, url: string, connections: number): Promise<Pgbouncer> {
  const to = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'indelible-pgbouncer-'));
  const database = to.pathname.slice(1);
  const target = {
    host: to.searchParams.get('host') ?? to.hostname,
    port: to.port || '5432',
    dbname: database,
    user: decodeURIComponent(to.username),
    password: decodeURIComponent(to.password),
  };
  const settings = {
    listen_port: PORT,
    unix_socket_dir: folder,
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: connections,
    max_client_conn: 200,
    ...(keepsStatements && { max_prepared_statements: 100 }),
  };
  const lines = (entries: object, between: string): string =>
    Object.entries(entries)
      .map(([name, value]) => `${name}=${value}`)
      .join(between);
  const settingsFile = join(folder, 'pgbouncer.ini');
  await writeFile(settingsFile, `[databases]\n${database} = ${lines(target, ' ')}\n[pgbouncer]\n${lines(settings, '\n')}\n`);
  const user = await unprivileged();
  if (user !== undefined) for (const path of [folder, settingsFile]) await chown(path, user.uid, user.gid);
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'sh', file, '-q', settingsFile], { ...user, cwd: '/', stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  keeper.stderr.on('data', (piece: Buffer) => void (said = (said + piece.toString('utf8')).slice(-2_000)));
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => keeper.once('close', resolve));
    keeper.stdin.end();
    if (keeper.exitCode === null) await closed;
    await rm(folder, { recursive: true, force: true });
  };
  const socket = join(folder, `.s.PGSQL.${PORT}`);
  for (const end = Date.now() + START_MS; ; await pause(20)) {
    const ready = await access(socket).then(
      () => true,
      () => false,
    );
    if (ready) return { url: `postgres://${to.username}@localhost:${PORT}/${database}?host=${encodeURIComponent(folder)}`, stop };
    if (Date.now() < end && keeper.exitCode === null) continue;
    await stop();
    throw new Error(`pgbouncer does not start: ${said}`);
  }
}

/** It refuses to run as root. */
async function unprivileged(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(found?.[2] ?? 65_534), gid: Number(found?.[3] ?? 65_534) };
}
