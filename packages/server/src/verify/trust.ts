// Whom verify believes: the keys on record, and above them those that its caller brings, by a vkey or the signer's directory.

import { Failure, parseVkey, type Trust, verifyCheckpoint } from '@indelible/core';
import type pg from 'pg';
import { loadKey } from '../ledger/signer-key.ts';
import { readMemory, type SignedState } from '../ledger/signer-memory.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readKeys } from '../store/proof-rows.ts';
import { makeVerifier } from './ed25519.ts';

export interface TrustOptions {
  /** Printed keys (name+id+key) that the caller got elsewhere; only their bytes count, since one key serves all logs. */
  readonly vkeys?: readonly string[];
  /** The signer's directory: its key is believed, and its memory is compared. */
  readonly signerDirectory?: string;
  /** The same, where it is the one that is configured and may be elsewhere: what is there is used, and the notes tell. */
  readonly signerDirectoryIfThere?: string;
}

/** What is read before the snapshot is taken: the memory never runs ahead of the database then. */
export interface Brought {
  readonly keys: readonly Uint8Array[];
  readonly memory: readonly SignedState[];
  readonly notes: readonly string[];
}

/** @throws Failure `parameter_invalid` when a vkey is malformed or the directory is not a signer's */
export async function bringTrust(options: TrustOptions): Promise<Brought> {
  const keys = (options.vkeys ?? []).map((vkey) => {
    try {
      return parseVkey(vkey, nodeHash).publicKey;
    } catch (cause) {
      throw new Failure('parameter_invalid', `--vkey ${vkey}: ${(cause as Error).message}`, { pointer: 'vkey' }, { cause: cause as Error });
    }
  });
  if (options.signerDirectory === undefined) return bringConfigured(keys, options.signerDirectoryIfThere);
  try {
    const { publicKey } = await loadKey(options.signerDirectory, 'existing');
    return { keys: [...keys, publicKey], memory: await readMemory(options.signerDirectory), notes: [] };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new Failure(
      'parameter_invalid',
      `--signer-dir: ${options.signerDirectory} is not the directory of a signer that has signed`,
      {},
      { cause: cause as Error },
    );
  }
}

async function bringConfigured(keys: readonly Uint8Array[], directory: string | undefined): Promise<Brought> {
  if (directory === undefined) return { keys, memory: [], notes: [] };
  const key = await ifThere(loadKey(directory, 'existing'));
  const memory = await ifThere(readMemory(directory));
  if (key !== undefined && memory !== undefined) {
    const note = `compared with the key and the memory of the configured signer in ${directory}`;
    return { keys: [...keys, key.publicKey], memory, notes: [note] };
  }
  const lacking = `${key === undefined ? 'the key' : 'the memory'} of the configured signer is not in ${directory}, or cannot be read`;
  const note = `${lacking}, so that nothing was compared with its memory: an older or shorter trail would not be noticed; give --signer-dir`;
  return { keys, memory: [], notes: [note] };
}

/** undefined for a file that is not there or belongs to somebody else. */
async function ifThere<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

export interface Judge {
  readonly notes: readonly string[];
  /**
   * What is wrong with a signed checkpoint; undefined when nothing is.
   *
   * @param former true for a log that another one follows: its root is in the follower's first leaf, so that the key on record
   *   for it will do, which may be lost by now
   */
  fault(
    note: string,
    origin: string,
    expected: { readonly size: number; readonly root: Uint8Array },
    former: boolean,
  ): Promise<string | undefined>;
}

export async function makeJudge(client: pg.ClientBase, brought: Brought): Promise<Judge> {
  const recorded = (await readKeys(client)).map((key) => key.publicKey);
  const verify = makeVerifier();
  const present: Trust = { publicKeys: brought.keys.length > 0 ? brought.keys : recorded, verify };
  const any: Trust = { publicKeys: [...brought.keys, ...recorded], verify };
  const notes =
    brought.keys.length > 0
      ? brought.notes
      : [
          ...brought.notes,
          'the signatures were checked with the keys that the database itself names; give --vkey or --signer-dir for keys that it cannot change',
        ];
  return {
    notes,
    async fault(note, origin, expected, former) {
      const verdict = await verifyCheckpoint(note, origin, former ? any : present, nodeHash);
      if (!verdict.ok) return verdict.reason;
      const { size, root } = verdict.checkpoint;
      if (size !== expected.size || !Buffer.from(root).equals(expected.root))
        return 'the signed text says something else than the columns beside it';
      return undefined;
    },
  };
}
