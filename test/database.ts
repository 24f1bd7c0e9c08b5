// The PostgreSQL servers of a test run: the embedded one, and PostgreSQL 15 where it can be had. Tests find them by
// variables of the environment and make a database each; who sets one brings a server of his own (superuser, wal_level logical).

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../packages/server/dist/store/embedded/index.js';
import { startPostgres15 } from './debian-postgres.ts';

const COMMON = 'INDELIBLE_TEST_DATABASE_URL';
const OLDEST = 'INDELIBLE_TEST_DATABASE_15_URL';
/** Why there is no PostgreSQL 15; tests that need it say so when they are skipped. */
const OLDEST_ABSENT = 'INDELIBLE_TEST_DATABASE_15_ABSENT';

// Nothing of this data outlives the run, so it need not be on the disk; a hundred connections are soon used by tests.
const SETTINGS = {
  fsync: 'off',
  max_connections: '300',
  max_replication_slots: '60',
  max_wal_senders: '60',
  max_prepared_transactions: '20',
};

/** vitest calls it before the first test, and what it returns after the last. */
export async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'indelible-test-run-'));
  // As root the databases run as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const stops = await Promise.all([startCommon(directory), startOldest(directory)]);
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
    await rm(directory, { recursive: true, force: true });
  };
}

async function startCommon(directory: string): Promise<() => Promise<void>> {
  if (process.env[COMMON] !== undefined) return async () => {};
  const logger = { info: () => undefined, warn: console.error, error: console.error };
  const embedded = await startEmbedded({ directory, logger, settings: SETTINGS });
  process.env[COMMON] = embedded.superuserUrl();
  return () => embedded.stop();
}

async function startOldest(directory: string): Promise<() => Promise<void>> {
  if (process.env[OLDEST] !== undefined) return async () => {};
  const server = await startPostgres15(directory, SETTINGS);
  if (server.kind === 'absent') {
    process.env[OLDEST_ABSENT] = server.reason;
    return async () => {};
  }
  process.env[OLDEST] = server.url;
  return server.stop;
}
