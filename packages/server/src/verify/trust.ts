// Whom verify believes: the keys on record, and above them those that its caller brings, by a vkey or the signer's directory.

import { equalBytes, Failure, parseVkey, verifyCheckpoint } from '@indelible/core';
import type pg from 'pg';
import { loadKey, loadNextKey } from '../ledger/signer-key.ts';
import { readMemory, type SignedState } from '../ledger/signer-memory.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readKeys } from '../store/proof-rows.ts';
import type { KeptCheckpoint } from '../store/verify-rows.ts';
import { makeVerifier } from './ed25519.ts';
import type { FindingList } from './finding.ts';
import { believedTerms, checkKeys, followedNotes, keysAt, type NamedKey, termsOf } from './signing-keys.ts';

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
    return { keys: [...keys, ...(await keysIn(options.signerDirectory))], memory: await readMemory(options.signerDirectory), notes: [] };
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
  const key = await ifThere(keysIn(directory));
  const memory = await ifThere(readMemory(directory));
  if (key !== undefined && memory !== undefined) {
    const note = `compared with the key and the memory of the configured signer in ${directory}`;
    return { keys: [...keys, ...key], memory, notes: [note] };
  }
  const lacking = `${key === undefined ? 'the key' : 'the memory'} of the configured signer is not in ${directory}, or cannot be read`;
  const note = `${lacking}, so that nothing was compared with its memory: an older or shorter trail would not be noticed; give --signer-dir`;
  return { keys, memory: [], notes: [note] };
}

/** The signer's key, and while it is being changed the one that follows. */
async function keysIn(directory: string): Promise<Uint8Array[]> {
  const { publicKey } = await loadKey(directory, 'existing');
  const next = await loadNextKey(directory);
  return next === undefined ? [publicKey] : [publicKey, next.publicKey];
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
   * @param when `leaves`: how many leaves the system log had, by which it is known who signed; `former`: true for a log that
   *   another one follows: its root is in the follower's first leaf, so that the key on record for it will do, which may be lost
   */
  fault(
    note: string,
    origin: string,
    expected: { readonly size: number; readonly root: Uint8Array },
    when: { readonly former: boolean; readonly leaves: number },
  ): Promise<string | undefined>;
}

/** What the system log says of its keys. */
export interface KeyEvidence {
  readonly origin: string;
  readonly named: readonly NamedKey[];
  readonly checkpoints: readonly KeptCheckpoint[];
}

/** @param evidence undefined where there is no system log */
export async function makeJudge(
  client: pg.ClientBase,
  brought: Brought,
  evidence: KeyEvidence | undefined,
  found: FindingList,
): Promise<Judge> {
  const verify = makeVerifier();
  const rows = await readKeys(client);
  const terms = evidence === undefined ? [] : await termsOf(evidence.origin, evidence.named, evidence.checkpoints, verify);
  const signing = { origin: evidence?.origin ?? '', terms };
  checkKeys(signing, rows, found);
  const recorded = rows.map((row) => row.publicKey);
  const anchors = brought.keys.length > 0 ? brought.keys : [...recorded, ...terms.map((term) => term.publicKey)];
  const believed = believedTerms(terms, anchors);
  // Whoever brings a key that the system log does not name, as where that is missing, is believed as before.
  const apart = anchors.filter((key) => !terms.some((term) => equalBytes(term.publicKey, key)));
  const notes =
    brought.keys.length > 0
      ? [...brought.notes, ...followedNotes(signing, brought.keys, believed)]
      : [
          ...brought.notes,
          'the signatures were checked with the keys that the database itself names; give --vkey or --signer-dir for keys that it cannot change',
        ];
  return {
    notes,
    async fault(note, origin, expected, { former, leaves }) {
      const publicKeys = former ? [...brought.keys, ...recorded] : [...apart, ...keysAt(terms, believed, leaves)];
      const verdict = await verifyCheckpoint(note, origin, { publicKeys, verify }, nodeHash);
      if (!verdict.ok) return verdict.reason;
      const { size, root } = verdict.checkpoint;
      if (size !== expected.size || !Buffer.from(root).equals(expected.root))
        return 'the signed text says something else than the columns beside it';
      return undefined;
    },
  };
}
