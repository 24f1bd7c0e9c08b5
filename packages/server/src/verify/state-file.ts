// What an outsider keeps between two verifications: whom it trusts, and the last checkpoint of each log that it has seen.
// It is the one thing that a server cannot change, so it is written whole or not at all.

import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '@indelible/core';
import * as z from 'zod';
import { syncDirectory } from '../ledger/signer-key.ts';

const hash = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'expected 32 bytes');
const seen = z.strictObject({ origin: z.string(), size: z.int().min(1), root: hash, checkpoint: z.string() });
const schema = z.strictObject({
  v: z.literal(1),
  server: z.string(),
  publicKeys: z.array(hash).min(1),
  /** peaks: the roots of the complete subtrees of the tenant's log, to go on with it. */
  log: seen.extend({ peaks: z.array(hash) }),
  system: seen,
  verifiedAt: z.iso.datetime(),
});

export type State = z.infer<typeof schema>;

/**
 * @returns undefined when there is no such file: the first use
 * @throws Failure `parameter_invalid` when it is not a state of ours
 */
export async function readState(path: string): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure(
      'parameter_invalid',
      `--state: ${path} is not a state that this command wrote; restore it, or begin again with another file`,
      {},
      { cause: cause as Error },
    );
  }
}

export async function writeState(path: string, state: State): Promise<void> {
  const side = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(side, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(state, null, 2)}\n`);
    await file.sync();
    await file.close();
    await rename(side, path);
  } catch (error) {
    await file.close();
    await unlink(side).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}
