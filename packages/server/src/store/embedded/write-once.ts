// A small file that exactly one of several racing processes gets to write, and that nobody ever reads half-written.

import { randomBytes } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { systemCode } from './system-error.ts';

/** Writes the file unless it exists; returns what the file holds now, which may be another process's text. */
export async function writeOnce(path: string, text: string): Promise<string> {
  const side = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(side, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(side, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(side);
  }
  return readFile(path, 'utf8');
}

/** The file's text, or undefined when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
