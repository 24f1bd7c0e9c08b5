// The folder of the Unix socket: only the database's user, and root, can enter it.

import { chown, mkdir, mkdtemp, realpath, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Failure } from '@indelible/core';
import type { Account } from './account.ts';
import { socketFits } from './address.ts';
import { systemCode } from './system-error.ts';

const SHORT_PREFIX = 'indelible-socket-';

/** The database's folder itself, or a short folder in the temp folder when the path would not fit into an address. */
export async function openSocketFolder(home: string, account: Account): Promise<string> {
  const own = join(home, 'socket');
  if (socketFits(own)) {
    await makeFolder(own, account);
    return own;
  }
  for (const parent of [tmpdir(), '/tmp']) {
    if (!socketFits(join(parent, `${SHORT_PREFIX}XXXXXX`))) continue;
    // mkdtemp makes the folder with mode 0700 and a name that nobody can have taken before.
    const short = await mkdtemp(join(parent, SHORT_PREFIX));
    if (account.other) await chown(short, account.uid, account.gid);
    return short;
  }
  throw new Failure('database_unsuitable', `the path ${own} is too long for a Unix socket, and so is the temp folder's`);
}

async function makeFolder(folder: string, account: Account): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    if (account.other) await chown(folder, account.uid, account.gid);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/** Removes a short folder after the server has gone; one that lies in the database's folder stays. */
export async function closeSocketFolder(folder: string): Promise<void> {
  const parents = await Promise.all([tmpdir(), '/tmp'].map((parent) => realpath(parent).catch(() => parent)));
  if (!basename(folder).startsWith(SHORT_PREFIX) || !parents.includes(await realpath(dirname(folder)))) return;
  await rmdir(folder).catch(() => undefined);
}
