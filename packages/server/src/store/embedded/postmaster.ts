// Finds the server process of a cluster by its postmaster.pid, and tells a live one from a number that somebody else has
// by now.

import { randomBytes } from 'node:crypto';
import { link, readFile, readlink, realpath, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { run } from './run.ts';
import { systemCode } from './system-error.ts';
import { readIfThere } from './write-once.ts';

export interface Postmaster {
  readonly pid: number;
  readonly socketFolder: string;
  /** False while it starts, recovers or stops. */
  readonly ready: boolean;
}

/** The live server of the cluster, or undefined. The file's lines: PostgreSQL source, src/include/utils/pidfile.h. */
export async function findPostmaster(data: string, account: Account): Promise<Postmaster | undefined> {
  const text = await readIfThere(join(data, 'postmaster.pid'));
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!(await isPostmaster(pid, data, account))) return undefined;
  return { pid, socketFolder: lines[4]?.trim() ?? '', ready: lines[7]?.trim() === 'ready' };
}

/** Whether the process lives, belongs to the account, and serves this folder: we send it signals, as root perhaps. */
export async function isPostmaster(pid: number, data: string, account: Account): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') {
    const { output } = await run(account, 'ps', ['-o', 'uid=,command=', '-p', String(pid)]);
    return output.startsWith(`${account.uid} `) && output.includes(data);
  }
  try {
    if ((await stat(`/proc/${pid}`)).uid !== account.uid) return false;
    // A process that has ended and was not reaped yet (state Z) has no working folder any more.
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    if (status.slice(status.lastIndexOf(')') + 2).startsWith('Z')) return false;
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  // Zero and negative numbers would mean groups of processes, our own among them.
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/**
 * Takes away a lock file of PostgreSQL, `postmaster.pid` or the socket's, whose process is gone. PostgreSQL does so itself,
 * but for two cases, both known from containers: another process of the same user has got the number meanwhile, or the
 * dead server was never reaped. Then it would refuse to start.
 */
export async function removeStaleLock(path: string, data: string, account: Account): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  const before = await readIfThere(path);
  const pid = Number(before?.split('\n')[0]);
  if (before === undefined || !isAlive(pid) || (await isPostmaster(pid, data, account))) return;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  // Somebody who races us may have started a server just now: then its file goes back.
  if ((await readIfThere(aside)) !== before) await link(aside, path).catch(() => undefined);
  await unlink(aside);
}
