// Whether nobody but us and root can have put something into a folder, or can put something there. Programs that we
// start lie below it, and its parent may be a temp folder in which everybody may make folders.

import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ownUid } from './account.ts';

const WRITABLE_BY_OTHERS = 0o022;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/**
 * @param folder an absolute path without symbolic links above its last part
 * @returns why the folder cannot be trusted, or undefined when it can
 */
export async function distrust(folder: string): Promise<string | undefined> {
  const own = await lstat(folder);
  if (!own.isDirectory()) return `${folder} is not a folder`;
  if (!oursOrRoots(own.uid)) return `${folder} belongs to user ${own.uid}`;
  if ((own.mode & WRITABLE_BY_OTHERS) !== 0) return `${folder} can be written by others`;
  for (let above = dirname(folder); ; above = dirname(above)) {
    const found = await lstat(above);
    if (!oursOrRoots(found.uid)) return `${above} belongs to user ${found.uid}`;
    if ((found.mode & WRITABLE_BY_ALL) !== 0 && (found.mode & STICKY) === 0) return `${above} can be written by everybody`;
    if (above === dirname(above)) return undefined;
  }
}

function oursOrRoots(uid: number): boolean {
  return uid === 0 || uid === ownUid();
}
