// The signer's Ed25519 key: a file that only its owner can read, made at the first start, never in the database. While the key
// is being changed the next one lies beside it.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { link, lstat, mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';

export const KEY_FILE = 'key.pem';
export const NEXT_KEY_FILE = 'next-key.pem';

export interface SignerKey {
  readonly privateKey: KeyObject;
  /** The raw 32 bytes. */
  readonly publicKey: Buffer;
}

// What comes before the 32 bytes of a seed in PKCS #8 (RFC 8410, section 7).
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;
const OTHERS = 0o077;

/**
 * Reads `key.pem` (PKCS #8 PEM, or the 32 bytes of a raw seed) from the directory, and makes both when they are missing,
 * unless only an existing key will do.
 *
 * @throws Failure `signer_refused` when others may read the file, or it holds no Ed25519 key
 */
export async function loadKey(directory: string, which: 'existing' | 'existing or new' = 'existing or new'): Promise<SignerKey> {
  const path = join(directory, KEY_FILE);
  try {
    return await readKey(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || which === 'existing') throw error;
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await makeKey(directory, path);
  return readKey(path);
}

async function readKey(path: string): Promise<SignerKey> {
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    throw new Failure(
      'signer_refused',
      `the key file ${path} has the mode ${(mode & 0o777).toString(8)}, so that others can read it; chmod 600 it, and change the key if others could`,
    );
  }
  const bytes = await readFile(path);
  try {
    const privateKey =
      bytes.length === SEED_BYTES
        ? createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, bytes]), format: 'der', type: 'pkcs8' })
        : createPrivateKey(bytes);
    if (privateKey.asymmetricKeyType !== 'ed25519')
      throw new Error(`it holds a key of the type ${privateKey.asymmetricKeyType ?? 'secret'}`);
    return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
  } catch (cause) {
    throw new Failure('signer_refused', `the key file ${path} holds no Ed25519 key`, {}, { cause: cause as Error });
  }
}

/** The key that is to follow the present one; undefined while the key is not being changed. */
export async function loadNextKey(directory: string): Promise<SignerKey | undefined> {
  try {
    return await readKey(join(directory, NEXT_KEY_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Makes the key that is to follow. When this returns it is durable, and it is the only one: another one that is there stays.
 *
 * @throws Failure `signer_refused` when the present key's file could not be replaced afterwards
 */
export async function makeNextKey(directory: string): Promise<SignerKey> {
  const path = join(directory, NEXT_KEY_FILE);
  await tryReplacing(directory);
  await makeKey(directory, path);
  return readKey(path);
}

/** Found out before anybody is told of another key: a file that is mounted or linked from elsewhere stays what it is. */
async function tryReplacing(directory: string): Promise<void> {
  const path = join(directory, KEY_FILE);
  const side = `${path}.same`;
  try {
    if ((await lstat(path)).isSymbolicLink()) throw new Error('it is a link to another place, where the former key would stay');
    await rm(side, { force: true });
    const file = await open(side, 'wx', 0o600);
    try {
      await file.writeFile(await readFile(path));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(side, path);
  } catch (cause) {
    const message = `the key file ${path} cannot be replaced: ${(cause as Error).message}; the key is not changed`;
    throw new Failure('signer_refused', message, {}, { cause: cause as Error });
  }
}

/** Puts the next key in the place of the present one, which is no more then: one step of the file system, durable on return. */
export async function replaceKey(directory: string): Promise<void> {
  await rename(join(directory, NEXT_KEY_FILE), join(directory, KEY_FILE));
  await syncDirectory(directory);
}

async function makeKey(directory: string, path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  // Written beside and then given its name, so that no crash leaves half a key; a name that is taken already keeps its key.
  const side = `${path}.new`;
  await rm(side, { force: true });
  const file = await open(side, 'wx', 0o600);
  try {
    await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(side, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(side);
  }
  await syncDirectory(directory);
}

/** Makes names in a directory durable: those of files just made or renamed. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from((key.export({ format: 'jwk' }) as { x: string }).x, 'base64url');
}
