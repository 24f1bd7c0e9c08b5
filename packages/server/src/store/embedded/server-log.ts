// The server's log file. It lies in our own folder and is opened by us: in the database's folder, its user could have
// put a link in its place for root to write through.

import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './system-error.ts';

export const LOG_FILE = 'postgres.log';
const LOG_BYTES_MAX = 16 * 1024 * 1024;
const TAIL_CHARS = 1_500;

export interface ServerLog {
  readonly path: string;
  readonly file: FileHandle;
  /** What was written since this start. */
  tail(): Promise<string>;
}

/** Opens the log for appending; a long one is kept as `postgres.log.1` in place of the one before. */
export async function openServerLog(directory: string): Promise<ServerLog> {
  const path = join(directory, LOG_FILE);
  if ((await sizeOf(path)) > LOG_BYTES_MAX) await rename(path, `${path}.1`);
  const file = await open(path, 'a+', 0o600);
  const begin = (await file.stat()).size;
  const tail = async (): Promise<string> => {
    const length = (await file.stat()).size - begin;
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, begin);
    return buffer.toString('utf8').trim().slice(-TAIL_CHARS);
  };
  return { path, file, tail };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
