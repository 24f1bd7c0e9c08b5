// Starts the embedded PostgreSQL for a data directory, or adopts the server that a killed process left there.
//
//   no server --spawn--> starting --ready--> try the lock --taken--> ours
//       ^                    |                  |   |
//       '--- ended, stopped -'--- went away ----'   '--held--> Failure directory_in_use
//
// Nothing before the lock needs a lock of its own: each step is a rename, a link or a server start, which happens once
// however many processes race, and leaves all of them with the same files and the same server.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import { chooseAccount, type Account } from './account.ts';
import { databaseUrl, socketPath } from './address.ts';
import { prepareBinaries, type Binaries } from './binaries.ts';
import { clusterFolder, clusterMajor, ensureCluster, removeHalfMade } from './cluster.ts';
import { DirectoryLock, tryLock, type LockTarget } from './directory-lock.ts';
import { DEFAULT_CLUSTER_ROOT, openDirectory, openHome, placedHome } from './home.ts';
import type { EmbeddedLogger } from './logger.ts';
import { superuserPassword } from './password.ts';
import { findPostmaster, removeStaleLock, type Postmaster } from './postmaster.ts';
import { openServerLog, type ServerLog } from './server-log.ts';
import { spawnServer, stopServer, type ServerProcess } from './server-process.ts';
import { serverArguments, type Settings } from './settings.ts';
import { closeSocketFolder, openSocketFolder } from './socket.ts';

// Recovery after a crash replays at most max_wal_size of log; a slow disk may need minutes for that.
const START_MS_MAX = 10 * 60 * 1000;
const START_NOTICE_MS = 10_000;
const POLL_MS = 10;
const RESPAWN_MS = 300;
const SPAWNS_MAX = 4;

export interface EmbeddedOptions {
  /** The data directory. It is made, private to us, if need be; other things may lie in it. */
  readonly directory: string;
  readonly logger: EmbeddedLogger;
  /** Where a copy of the binaries is kept when they cannot run where npm put them; see cache.ts for the default. */
  readonly cacheDirectory?: string | undefined;
  /** PostgreSQL settings that outrank ours. They count for a server that is started, not for one that is adopted. */
  readonly settings?: Settings;
  /** Where root keeps databases whose user cannot reach the data directory; `/var/lib/indelible-postgres` by default. */
  readonly clusterRoot?: string;
  /** The npm package with the binaries, if it is not the installed one. */
  readonly packageDirectory?: string;
}

export interface EmbeddedPostgres {
  /**
   * A URL for psql, libpq and node-postgres; the database is `postgres` by default.
   *
   * @example embedded.superuserUrl('trail') // postgres://indelible:...@localhost:5432/trail?host=%2F...%2Fsocket
   */
  superuserUrl(database?: string): string;
  readonly pid: number;
  /** True when the server ran already, left by a process that was killed. */
  readonly adopted: boolean;
  /** Stops the server and waits until it has gone. */
  stop(): Promise<void>;
}

interface Place {
  readonly directory: string;
  readonly home: string;
  readonly data: string;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly password: string;
}

/**
 * @throws Failure `directory_in_use` when another process holds the directory, `database_unsuitable` when the binaries,
 *   the folder or the database in it cannot be used
 * @example const embedded = await startEmbedded({ directory: '.indelible', logger });
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const place = await prepare(options);
  const log = await openServerLog(place.directory);
  try {
    const { server, lock, adopted } = await claim(place, log, options);
    options.logger.info(
      { pid: server.pid, directory: place.home, adopted },
      adopted ? 'embedded PostgreSQL adopted' : 'embedded PostgreSQL started',
    );
    await removeHalfMade(place.home);
    return handle(place, server, lock, adopted);
  } finally {
    await log.file.close();
  }
}

async function prepare(options: EmbeddedOptions): Promise<Place> {
  const clusterRoot = options.clusterRoot ?? DEFAULT_CLUSTER_ROOT;
  const directory = await openDirectory(options.directory);
  const account = await chooseAccount(await placedHome(directory, clusterRoot));
  const home = await openHome(directory, account, clusterRoot);
  const binaries = await prepareBinaries(account, options);
  const password = await superuserPassword(directory, (await clusterMajor(home)) === undefined);
  await ensureCluster(home, account, binaries, password);
  return { directory, home, data: clusterFolder(home), account, binaries, password };
}

interface Claimed {
  readonly server: Postmaster;
  readonly lock: DirectoryLock;
  readonly adopted: boolean;
}

async function claim(place: Place, log: ServerLog, options: EmbeddedOptions): Promise<Claimed> {
  const begin = Date.now();
  let child: ServerProcess | undefined;
  let spawns = 0;
  let notices = 0;
  for (;;) {
    const server = await findPostmaster(place.data, place.account);
    if (server?.ready === true) {
      const target: LockTarget = {
        url: databaseUrl(server.socketFolder, place.password, 'postgres'),
        data: place.data,
        directory: place.directory,
      };
      const client = await tryLock(target);
      if (client !== undefined)
        return { server, lock: new DirectoryLock(client, target, options.logger), adopted: server.pid !== child?.pid };
    }
    if (server === undefined && (child === undefined || child.ended() !== undefined)) {
      if (spawns === SPAWNS_MAX) throw notStarted(child?.ended() ?? '', log.path, await log.tail());
      // The children of a killed server need a moment to notice; until then PostgreSQL refuses to start beside them.
      if (spawns > 0) await sleep(RESPAWN_MS);
      spawns++;
      child = await spawnFor(place, log, options);
    }
    const waited = Date.now() - begin;
    if (waited > START_MS_MAX) throw notStarted('it took too long', log.path, await log.tail());
    if (waited > START_NOTICE_MS * (notices + 1)) {
      notices++;
      options.logger.info({ directory: place.home, seconds: Math.round(waited / 1000) }, 'embedded PostgreSQL is still starting');
    }
    await sleep(POLL_MS);
  }
}

async function spawnFor(place: Place, log: ServerLog, options: EmbeddedOptions): Promise<ServerProcess> {
  const socketFolder = await openSocketFolder(place.home, place.account);
  for (const path of [join(place.data, 'postmaster.pid'), `${socketPath(socketFolder)}.lock`])
    await removeStaleLock(path, place.data, place.account);
  const args = serverArguments(place.data, socketFolder, options.settings ?? {});
  return spawnServer(place.binaries.postgres, args, place.account, log.file.fd, (reason) => {
    options.logger.info({ reason, log: log.path }, 'embedded PostgreSQL ended');
  });
}

function notStarted(reason: string, path: string, tail: string): Failure {
  return new Failure('database_unsuitable', `the embedded PostgreSQL did not start (${reason}); ${path} says: ${tail}`);
}

function handle(place: Place, server: Postmaster, lock: DirectoryLock, adopted: boolean): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  // The lock is held until the server has gone, so that nobody adopts a server that is about to stop.
  const stop = async (): Promise<void> => {
    lock.expectLoss();
    await stopServer(server.pid, place.data, place.account);
    await lock.release();
    await closeSocketFolder(server.socketFolder);
  };
  return {
    superuserUrl: (database = 'postgres') => databaseUrl(server.socketFolder, place.password, database),
    pid: server.pid,
    adopted,
    stop: () => (stopped ??= stop()),
  };
}
