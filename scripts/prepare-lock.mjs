// One prepare at a time in a clone: a folder that only one process can make, with the number of that process in it.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, say } from './tools.mjs';

const LOCK = join(ROOT, '.prepare.lock');
const POLL_MS = 100;
const UNSIGNED_MS_MAX = 5_000;

/** Waits for its turn, runs `work`, and lets the next one go on. In a clone that cannot be written nobody can race. */
export async function withPrepareLock(work) {
  if (!(await acquire())) return work();
  try {
    return await work();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

async function acquire() {
  for (let waits = 0; ; waits++) {
    try {
      mkdirSync(LOCK);
      writeFileSync(join(LOCK, 'pid'), String(process.pid));
      return true;
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) return false;
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(LOCK);
    if (holder.gone) clear(holder.pid);
    else if (waits === 10) say(`Waiting for another process (${holder.pid ?? 'just started'}) that prepares this folder ...`);
    await sleep(POLL_MS);
  }
}

function holderOf(folder) {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    if (pid > 1) return { pid, gone: !isAlive(pid) };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  // Made, and not signed yet: it has a moment for that, then it counts as left behind.
  try {
    return { pid: undefined, gone: Date.now() - statSync(folder).mtimeMs > UNSIGNED_MS_MAX };
  } catch {
    return { pid: undefined, gone: false };
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// Of several that find the lock left behind, one moves it away. Who moved a fresh one by mistake puts it back.
function clear(pid) {
  const aside = `${LOCK}.${process.pid}`;
  try {
    renameSync(LOCK, aside);
    if (holderOf(aside).pid === pid) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, LOCK);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    rmSync(aside, { recursive: true, force: true });
  }
}
