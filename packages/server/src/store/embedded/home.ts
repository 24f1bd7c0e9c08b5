// Where the database's own files lie: in the data directory, or, when root starts us and the database's user cannot reach
// that directory (below a 0700 home), in a folder of their own that a small file in the data directory names.

import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '@indelible/core';
import { ownUid, type Account } from './account.ts';
import { canEnter } from './run.ts';
import { systemCode } from './system-error.ts';
import { distrust } from './trust.ts';
import { readIfThere, writeOnce } from './write-once.ts';

export const DEFAULT_CLUSTER_ROOT = '/var/lib/indelible-postgres';
export const LOCATION_FILE = 'postgres-location';
const IN_PLACE = 'postgres';

/** Makes the data directory if need be; returns its real path. Root's may be entered, but not listed, by others. */
export async function openDirectory(directory: string): Promise<string> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (made !== undefined && ownUid() === 0) await chmod(directory, 0o711);
  return realpath(directory);
}

/** The database's folder as placed by an earlier start; it may not exist yet. Undefined when nothing was placed. */
export async function placedHome(directory: string, clusterRoot: string): Promise<string | undefined> {
  const elsewhere = await readIfThere(join(directory, LOCATION_FILE));
  if (elsewhere !== undefined) return checkedElsewhere(elsewhere.trim(), clusterRoot);
  const inPlace = join(directory, IN_PLACE);
  return (await isFolder(inPlace)) ? inPlace : undefined;
}

// Root makes, owns and removes what this file names, so it must not lead to any other place.
async function checkedElsewhere(home: string, clusterRoot: string): Promise<string> {
  if (dirname(home) === (await realpath(clusterRoot).catch(() => clusterRoot)) && /^[0-9a-f]{24}$/.test(basename(home))) return home;
  throw new Failure('database_unsuitable', `${LOCATION_FILE} names "${home}", which is not a folder directly in ${clusterRoot}`);
}

/** Places the database's folder, if that was not done before, and hands it to the account. */
export async function openHome(directory: string, account: Account, clusterRoot: string): Promise<string> {
  const home = (await placedHome(directory, clusterRoot)) ?? (await chooseHome(directory, account, clusterRoot));
  try {
    await mkdir(home, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(home);
  if (!found.isDirectory()) throw new Failure('database_unsuitable', `${home} is not a folder`);
  if (account.other && found.uid === 0) await chown(home, account.uid, account.gid);
  else if (found.uid !== account.uid) {
    throw new Failure(
      'database_unsuitable',
      `${home} belongs to user ${found.uid}; start as that user or as root, or choose another INDELIBLE_DATA_DIR`,
    );
  }
  if (!(await canEnter(account, home))) {
    throw new Failure(
      'database_unsuitable',
      `${account.name}, who runs the database, cannot enter ${home}; let others enter the folders above it (chmod o+x)`,
    );
  }
  return home;
}

async function chooseHome(directory: string, account: Account, clusterRoot: string): Promise<string> {
  if (!account.other || (await canEnter(account, directory))) return join(directory, IN_PLACE);
  const made = await mkdir(clusterRoot, { recursive: true, mode: 0o711 });
  if (made !== undefined) await chmod(clusterRoot, 0o711);
  const root = await realpath(clusterRoot);
  const reason = (await distrust(root)) ?? ((await canEnter(account, root)) ? undefined : `${root} cannot be entered by ${account.name}`);
  if (reason !== undefined) {
    throw new Failure(
      'database_unsuitable',
      `${account.name}, who runs the database for root, cannot enter ${directory}, and ${reason}; choose another INDELIBLE_DATA_DIR`,
    );
  }
  // A random name, not one made from the path: after the data directory was deleted, a new one must not meet the old data.
  return (await writeOnce(join(directory, LOCATION_FILE), `${join(root, randomBytes(12).toString('hex'))}\n`)).trim();
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
