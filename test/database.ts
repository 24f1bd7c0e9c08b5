// One embedded PostgreSQL for a whole test run. Tests find it by INDELIBLE_TEST_DATABASE_URL and make a database each;
// who sets that variable brings a server of his own (15 or newer, superuser, wal_level logical).

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../packages/server/dist/store/embedded/index.js';

const VARIABLE = 'INDELIBLE_TEST_DATABASE_URL';

/** vitest calls it before the first test, and what it returns after the last. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[VARIABLE] !== undefined) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'indelible-test-run-'));
  // As root the database runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const logger = { info: () => undefined, warn: console.error, error: console.error };
  // Nothing of this data outlives the run, so it need not be on the disk; a hundred connections are soon used by tests.
  const settings = { fsync: 'off', max_connections: '300', max_replication_slots: '60', max_wal_senders: '60' };
  const embedded = await startEmbedded({ directory, logger, settings });
  process.env[VARIABLE] = embedded.superuserUrl();
  return async () => {
    await embedded.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
