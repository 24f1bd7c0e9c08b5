// indelible log rotate-key: asks for another key, and waits until whoever seals has changed it. Where no server seals, this
// process becomes the sealer for as long as that takes.

import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import { presentKeys } from '../store/seal-rows.ts';
import { storeFailure } from '../store/pool.ts';
import { removeRequest, writeRequest } from './rotation-request.ts';
import { Sealer } from './seal.ts';
import { Signer } from './signer.ts';
import { loadKey, loadNextKey } from './signer-key.ts';

export interface AskRotationOptions {
  /** The owner's pool. */
  readonly owner: pg.Pool;
  readonly signerDirectory: string;
  /** Why: it goes into the event. */
  readonly reason: string;
  /** How long to wait for a server that seals; a minute by default. */
  readonly waitMs?: number;
}

export interface Rotation {
  /** base64 of the raw 32 bytes. */
  readonly from: string;
  /** undefined where the server that seals has not changed it in time: it does as soon as it can. */
  readonly to: string | undefined;
  /** True when the change had been asked for before, or a crash had interrupted it: no second key was made. */
  readonly resumed: boolean;
}

const WAIT_MS = 60_000;
const POLL_MS = 100;

/**
 * Lets the signer's key be followed by another one.
 *
 * @throws Failure `config_invalid` when the directory is not that of the signer of this trail, or is another user's;
 *   `signer_refused` when the signer does
 */
export async function askRotation({ owner, signerDirectory, reason, waitMs = WAIT_MS }: AskRotationOptions): Promise<Rotation> {
  if (reason.trim() === '') throw new Failure('parameter_invalid', '--reason: say why the key is changed; it is recorded');
  await checkOwner(signerDirectory);
  const from = await presentKey(owner, signerDirectory);
  const begun = (await loadNextKey(signerDirectory)) !== undefined;
  const requestedAt = new Date().toISOString();
  const request = await writeRequest(signerDirectory, { v: 1, from, reason, requestedAt });
  const to = await changed({ owner, signerDirectory, from, until: Date.now() + waitMs });
  return { from, to, resumed: begun || request.requestedAt !== requestedAt };
}

/** Files that another user makes in the directory would lock the server out of it. */
async function checkOwner(directory: string): Promise<void> {
  const owner = await stat(directory).catch(() => undefined);
  if (owner === undefined) throw new Failure('config_invalid', `there is no signer's directory ${directory}; set INDELIBLE_SIGNER_DIR`);
  if (process.getuid !== undefined && owner.uid !== process.getuid())
    throw new Failure('config_invalid', `the signer's directory ${directory} belongs to the user ${owner.uid}: run this as that user`);
}

/** The key that is to go, which must be the one that this trail has on record. */
async function presentKey(owner: pg.Pool, directory: string): Promise<string> {
  const { publicKey } = await loadKey(directory, 'existing').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Failure('config_invalid', `the directory ${directory} holds no signer's key; set INDELIBLE_SIGNER_DIR`, {}, { cause });
  });
  const next = await loadNextKey(directory);
  const onRecord = await knownKeys(owner);
  if (!onRecord.some((key) => key.equals(publicKey) || (next !== undefined && key.equals(next.publicKey))))
    throw new Failure('config_invalid', `the key in ${directory} is not the one that signs this trail; set INDELIBLE_SIGNER_DIR`);
  return publicKey.toString('base64');
}

async function knownKeys(owner: pg.Pool): Promise<Buffer[]> {
  const client = await owner.connect().catch((error: unknown) => {
    throw storeFailure(error);
  });
  try {
    return await presentKeys(client);
  } finally {
    client.release();
  }
}

interface Asked {
  readonly owner: pg.Pool;
  readonly signerDirectory: string;
  readonly from: string;
  readonly until: number;
}

async function changed({ owner, signerDirectory, from, until }: Asked): Promise<string | undefined> {
  const sealer = new Sealer({ appender: owner, openSigner: () => Signer.open(signerDirectory) });
  try {
    for (;;) {
      // undefined: a server seals, and looks at the request after its next tick.
      await sealer.tick().catch((error: unknown) => {
        // A server that gives sealing up at this moment still holds the directory.
        if (!(error instanceof Failure && error.code === 'directory_in_use')) throw error;
      });
      const present = (await loadKey(signerDirectory, 'existing')).publicKey.toString('base64');
      if (present !== from) {
        // Asked for at the very moment when the key had been changed: nothing is left to do.
        await removeRequest(signerDirectory);
        return present;
      }
      if (Date.now() > until) return undefined;
      await sleep(POLL_MS);
    }
  } finally {
    await sealer.stop();
  }
}
