// Starts the server process, and stops one, be it our child or one that an earlier process left.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import type { Account } from './account.ts';
import { isPostmaster } from './postmaster.ts';
import { asAccount } from './run.ts';
import { systemCode } from './system-error.ts';

const FAST_STOP_MS_MAX = 20_000;
const IMMEDIATE_STOP_MS_MAX = 10_000;
const POLL_MS = 10;

export interface ServerProcess {
  readonly pid: number | undefined;
  /** Why it has ended, or undefined while it runs. */
  readonly ended: () => string | undefined;
}

/**
 * The server is a group of its own: Ctrl+C reaches us alone, so that what we have not written yet still finds a database.
 * It does not hold our process back, and outlives it when we are killed; the next start adopts it.
 */
export function spawnServer(
  postgres: string,
  args: readonly string[],
  account: Account,
  log: number,
  onEnd: (reason: string) => void,
): ServerProcess {
  let reason: string | undefined;
  const end = (text: string): void => {
    if (reason !== undefined) return;
    reason = text;
    onEnd(text);
  };
  const child = spawn(postgres, args, { ...asAccount(account), detached: true, stdio: ['ignore', log, log] });
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  child.unref();
  return { pid: child.pid, ended: () => reason };
}

/** Fast shutdown: sessions end, everything is written. If that takes too long, an immediate one, which the log repairs. */
export async function stopServer(pid: number, data: string, account: Account): Promise<void> {
  if (await signalAndWait('SIGINT', FAST_STOP_MS_MAX, pid, data, account)) return;
  if (await signalAndWait('SIGQUIT', IMMEDIATE_STOP_MS_MAX, pid, data, account)) return;
  throw new Failure('internal', `the embedded PostgreSQL (process ${pid}) does not stop`);
}

async function signalAndWait(signal: NodeJS.Signals, msMax: number, pid: number, data: string, account: Account): Promise<boolean> {
  const deadline = Date.now() + msMax;
  if (!(await isPostmaster(pid, data, account))) return true;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
  while (await isPostmaster(pid, data, account)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
