// A trail for one measurement: a database of its own on an embedded PostgreSQL in a temporary directory, fsync on.

import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase, removeEmbedded, startEmbedded } from '@indelible/server/dist/store/embedded/index.js';
import { migrate } from '@indelible/server/dist/store/migrate.js';
import { openStore, type Store } from '@indelible/server/dist/store/pool.js';

export interface Cluster {
  readonly directory: string;
  /** A new, empty database; the URL is the superuser's. */
  newDatabase(): Promise<string>;
  /** The superuser's URL of the database with a name, which is made when it is not there. */
  database(name: string): Promise<string>;
}

const QUIET = { info: () => undefined, warn: console.error, error: console.error };

/**
 * Runs `work` beside a PostgreSQL that is removed afterwards, with everything in its directory.
 *
 * @param kept a folder for it, which is made when it is not there, and which stays with all that is in it
 */
export async function withCluster<Result>(work: (cluster: Cluster) => Promise<Result>, kept?: string): Promise<Result> {
  const directory = kept ?? (await mkdtemp(join(tmpdir(), 'indelible-bench-')));
  if (kept !== undefined) await mkdir(directory, { recursive: true });
  // As root the database runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const data = join(directory, 'data');
  const embedded = await startEmbedded({ directory: data, logger: QUIET });
  let databases = 0;
  let cleaned: Promise<void> | undefined;
  const clean = (): Promise<void> => (cleaned ??= cleanUp());
  const cleanUp = async (): Promise<void> => {
    await embedded.stop();
    if (kept === undefined) await removeCluster(directory);
  };
  // Whoever breaks a benchmark off is left with no database that runs on.
  const breakOff = (): void => void clean().finally(() => process.exit(130));
  process.once('SIGINT', breakOff);
  process.once('SIGTERM', breakOff);
  const database = async (name: string): Promise<string> => {
    await ensureDatabase(embedded.superuserUrl(), name);
    return embedded.superuserUrl(name);
  };
  try {
    return await work({ directory, database, newDatabase: () => database(`bench_${++databases}`) });
  } finally {
    process.off('SIGINT', breakOff);
    process.off('SIGTERM', breakOff);
    await clean();
  }
}

/** Removes a folder with the PostgreSQL in it, which must not run. */
export async function removeCluster(directory: string): Promise<void> {
  await removeEmbedded(join(directory, 'data'));
  await rm(directory, { recursive: true, force: true });
}

/** Runs `work` on a new, migrated trail. */
export async function withTrail<Result>(cluster: Cluster, work: (store: Store) => Promise<Result>): Promise<Result> {
  const ownerUrl = await cluster.newDatabase();
  await migrate(ownerUrl);
  const store = openStore({ ownerUrl, onError: (error) => console.error(error.message) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
