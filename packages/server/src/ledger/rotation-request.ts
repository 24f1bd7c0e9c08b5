// What asks the signer for another key: a file in its directory, which the command writes and the process that holds the
// directory carries out. It names the key that is to go, so that one that was carried out already is known by that.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeOnce } from '../store/embedded/write-once.ts';
import { syncDirectory } from './signer-key.ts';

export const REQUEST_FILE = 'rotation.json';

const REQUEST = z.strictObject({
  v: z.literal(1),
  /** base64 of the raw 32 bytes: the key that is to be replaced. */
  from: z.base64(),
  reason: z.string(),
  requestedAt: z.iso.datetime(),
});

export type RotationRequest = z.infer<typeof REQUEST>;

/** Writes the request, durably, unless there is one; answers the one that is there then. */
export async function writeRequest(directory: string, request: RotationRequest): Promise<RotationRequest> {
  const text = await writeOnce(join(directory, REQUEST_FILE), `${JSON.stringify(request)}\n`);
  await syncDirectory(directory);
  return parse(text) ?? request;
}

/** undefined when there is none, or what is there is not one. */
export async function readRequest(directory: string): Promise<RotationRequest | undefined> {
  try {
    return parse(await readFile(join(directory, REQUEST_FILE), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removeRequest(directory: string): Promise<void> {
  await rm(join(directory, REQUEST_FILE), { force: true });
  await syncDirectory(directory);
}

function parse(text: string): RotationRequest | undefined {
  try {
    return REQUEST.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
