// The database cluster's folder: made beside its place and renamed into it, so that a half-made one never counts.

import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';
import type { Account } from './account.ts';
import { SUPERUSER } from './address.ts';
import type { Binaries } from './binaries.ts';
import { run } from './run.ts';
import { systemCode } from './system-error.ts';
import { readIfThere } from './write-once.ts';

const SIDE_PREFIX = 'new-';
const INITDB_MS_MAX = 10 * 60 * 1000;

export function clusterFolder(home: string): string {
  return join(home, 'data');
}

/** PostgreSQL's major version of the cluster, or undefined when there is none yet. */
export async function clusterMajor(home: string): Promise<string | undefined> {
  return (await readIfThere(join(clusterFolder(home), 'PG_VERSION')))?.trim();
}

export async function ensureCluster(home: string, account: Account, binaries: Binaries, password: string): Promise<void> {
  const found = await clusterMajor(home);
  if (found === undefined) return makeCluster(home, account, binaries, password);
  if (found !== binaries.major) {
    throw new Failure(
      'database_unsuitable',
      `${home} holds a database of PostgreSQL ${found}, and this version of Indelible brings PostgreSQL ${binaries.major}; upgrade it with pg_upgrade, or choose another INDELIBLE_DATA_DIR`,
    );
  }
}

async function makeCluster(home: string, account: Account, binaries: Binaries, password: string): Promise<void> {
  const side = join(home, `${SIDE_PREFIX}${randomBytes(6).toString('hex')}`);
  const passwordFile = `${side}.password`;
  try {
    const file = await open(passwordFile, 'wx', 0o600);
    await file.writeFile(password);
    if (account.other) await file.chown(account.uid, account.gid);
    await file.close();
    const who = [`--username=${SUPERUSER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const how = ['--encoding=UTF8', '--locale=C', '--data-checksums', '--no-instructions'];
    const { code, output } = await run(account, binaries.initdb, [`--pgdata=${side}`, ...who, ...how]);
    if (code !== 0 && (await clusterMajor(home)) === undefined) throw new Failure('database_unsuitable', `initdb failed: ${output}`);
    if (code === 0) await moveIn(side, home);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(side, { recursive: true, force: true });
  }
}

// Of several starters that race, one rename finds no cluster; the others use that one, made with the same password.
async function moveIn(side: string, home: string): Promise<void> {
  try {
    await rename(side, clusterFolder(home));
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
  }
}

/** Clears away what an initdb that was killed left. One that a racing starter still runs is younger, and clears up itself. */
export async function removeHalfMade(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const path = join(home, name);
    if (!name.startsWith(SIDE_PREFIX)) continue;
    const made = await lstat(path).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > INITDB_MS_MAX) await rm(path, { recursive: true, force: true });
  }
}
