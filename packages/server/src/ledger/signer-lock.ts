// One process a signer's directory: a lock file that names its holder, taken over when that process is no more.

import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';

const LOCK_FILE = 'lock';

export interface DirectoryLock {
  release(): Promise<void>;
}

/** @throws Failure `directory_in_use` while a living process holds the directory */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, LOCK_FILE);
  const mine = `${process.pid} ${await startOf(process.pid)} ${randomBytes(8).toString('hex')}\n`;
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await create(path, mine)) return { release: () => release(path, mine) };
    const held = await readFile(path, 'utf8').catch(() => '');
    if (await isAlive(held))
      throw new Failure('directory_in_use', `the signer's directory ${directory} is in use by the process ${held.split(' ')[0] ?? ''}`);
    await putAside(path, held);
  }
  throw new Failure('directory_in_use', `others are taking the signer's directory ${directory} at this moment`);
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Renames a dead holder's lock away. Of two that try, one may catch the other's fresh lock: that one is put back. */
async function putAside(path: string, held: string): Promise<void> {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== held) await link(aside, path);
    await unlink(aside);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function release(path: string, mine: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === mine) await unlink(path);
}

async function isAlive(held: string): Promise<boolean> {
  const [pid, start] = held.trim().split(' ');
  if (pid === undefined || !/^[1-9][0-9]*$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (await startOf(Number(pid))) === start;
}

/** When the process began, in ticks since boot, so that a number used again is not taken for its former holder; '-' where unknown. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the command in parentheses and may hold blanks; the start time is field 22.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}
