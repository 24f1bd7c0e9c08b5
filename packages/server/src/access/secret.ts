// The secret that keys of the server are derived from. It lies outside of the database: in a file beside the signer's key that
// its owner alone can read, or in the environment where several servers on several machines share a trail.

import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';
import { writeOnce } from '../store/embedded/write-once.ts';

export const SECRET_FILE = 'secret';

const OTHERS = 0o077;
const SECRET_CHARS_MIN = 32;

/**
 * Reads the secret of a directory, and makes both when they are missing.
 *
 * @param configured from the environment; it goes before the file, which is then not made
 * @throws Failure `config_invalid` when others may read the file, or it holds no secret
 */
export async function loadSecret(directory: string, configured?: string): Promise<Buffer> {
  if (configured !== undefined) return Buffer.from(configured);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, SECRET_FILE);
  const text = (await writeOnce(path, `${randomBytes(32).toString('base64url')}\n`)).trim();
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
    throw new Failure(
      'config_invalid',
      `the file ${path} has the mode ${(mode & 0o777).toString(8)}, so that others can read it; chmod 600 it, and remove it if others could: viewer tokens end then`,
    );
  if (text.length < SECRET_CHARS_MIN)
    throw new Failure('config_invalid', `the file ${path} holds no secret; remove it, and another one is made`);
  return Buffer.from(text);
}

/**
 * A key for one purpose: 32 bytes by HKDF-SHA-256 (RFC 5869), of which nothing can be said of another.
 *
 * @example const key = deriveKey(secret, 'viewer tokens');
 */
export function deriveKey(secret: Buffer, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `indelible ${purpose}`, 32));
}
