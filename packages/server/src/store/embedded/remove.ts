// Removes the embedded database of a data directory, wherever it was placed.

import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';
import { chooseAccount } from './account.ts';
import { clusterFolder } from './cluster.ts';
import { DEFAULT_CLUSTER_ROOT, LOCATION_FILE, placedHome } from './home.ts';
import { PASSWORD_FILE } from './password.ts';
import { findPostmaster } from './postmaster.ts';
import { LOG_FILE } from './server-log.ts';

/** Removes what startEmbedded made, and the data directory too when nothing else lies in it. The server must be stopped. */
export async function removeEmbedded(directory: string, clusterRoot = DEFAULT_CLUSTER_ROOT): Promise<void> {
  const home = await placedHome(directory, clusterRoot);
  if (home !== undefined) {
    const server = await findPostmaster(clusterFolder(home), await chooseAccount(home));
    if (server !== undefined)
      throw new Failure('directory_in_use', `the embedded PostgreSQL in ${home} runs (process ${server.pid}); stop it first`);
    await rm(home, { recursive: true, force: true });
  }
  for (const name of [LOCATION_FILE, PASSWORD_FILE, LOG_FILE, `${LOG_FILE}.1`]) await rm(join(directory, name), { force: true });
  await rmdir(directory).catch(() => undefined);
}
