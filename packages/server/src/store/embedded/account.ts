// The operating system user that the database runs as: ourselves, or for root, whom PostgreSQL refuses to run as, an
// unprivileged user that exists already.

import { readFile, stat } from 'node:fs/promises';
import { Failure } from '@indelible/core';
import { systemCode } from './system-error.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  /** True when the database runs as another user than this process. */
  readonly other: boolean;
}

const CANDIDATES = ['postgres', '_postgres', 'nobody'];

/** The user of this process; only Windows has no number for it, and there are no binaries for Windows. */
export function ownUid(): number {
  return process.getuid?.() ?? -1;
}

/**
 * @param home the database's folder, if it was placed before: root goes on as the user who owns it, so that a folder that
 *   a normal user made stays that user's
 */
export async function chooseAccount(home: string | undefined): Promise<Account> {
  const uid = ownUid();
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? -1, name: `user ${uid}`, other: false };
  const owner = home === undefined ? undefined : await ownerOf(home);
  if (owner !== undefined && owner.uid !== 0) return { ...owner, name: `user ${owner.uid}`, other: true };
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const user = users.find((fields) => fields[0] === name);
    if (user !== undefined && Number(user[2]) !== 0) return { uid: Number(user[2]), gid: Number(user[3]), name, other: true };
  }
  throw new Failure(
    'database_unsuitable',
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as; start as a normal user, or set INDELIBLE_DATABASE_URL',
  );
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
