// The server as a process of its own, on a new database of the cluster.

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import type { Target } from './load.ts';
import type { Cluster } from './trail.ts';

const COMMAND = fileURLToPath(import.meta.resolve('@indelible/server/dist/cli/main.js'));

/** What ./indelible runs node with. */
const SERVER_FLAGS = ['--max-semi-space-size=64'];

/** Runs `work` while a server serves; `profile` is a directory for its CPU profile. */
export async function withServer<Result>(
  cluster: Cluster,
  profile: string | undefined,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  const databaseUrl = await cluster.newDatabase();
  const key = `ink_${randomBytes(24).toString('base64url')}`;
  const directory = join(cluster.directory, randomBytes(6).toString('hex'));
  await mkdir(directory);
  const env = {
    INDELIBLE_DATABASE_URL: databaseUrl,
    INDELIBLE_DATA_DIR: directory,
    INDELIBLE_PORT: '0',
    INDELIBLE_ADMIN_KEY: key,
    INDELIBLE_LOG_LEVEL: 'warn',
  };
  const server = await startChild(
    COMMAND,
    ['serve'],
    env,
    SERVER_FLAGS.concat(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
  );
  try {
    return await work({ url: server.ready.url, headers: { authorization: `Bearer ${key}`, 'indelible-tenant': 'bench' } });
  } finally {
    await server.stop();
  }
}
