// Runs a short command as the database's user and collects what it says.

import { spawn, type SpawnOptions } from 'node:child_process';
import type { Account } from './account.ts';

export interface Ran {
  /** The exit code; undefined when the command could not be started or was ended by a signal. */
  readonly code: number | undefined;
  readonly output: string;
}

/** Nothing of our own environment reaches the database: it may hold keys, and PG* variables would change what it does. */
export const CHILD_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** `cwd` is the root folder: our own may be one that the database's user cannot enter. */
export function asAccount(account: Account): SpawnOptions {
  const user = account.other ? { uid: account.uid, gid: account.gid } : {};
  return { ...user, cwd: '/', env: CHILD_ENVIRONMENT };
}

export function run(account: Account, command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const pieces: string[] = [];
    const child = spawn(command, args, { ...asAccount(account), stdio: ['ignore', 'pipe', 'pipe'] });
    const collect = (piece: Buffer): number => pieces.push(piece.toString('utf8'));
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => resolve({ code: undefined, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? undefined, output: pieces.join('').trim() }));
  });
}

/** Asks the kernel, not the mode bits, whether the account can enter a folder: access lists and mounts have a say too. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  const { code } = await run(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder]);
  return code === 0;
}
