// Checkpoints: what a log says about itself at one size, as a signed note. Format: https://c2sp.org/tlog-checkpoint

import { fromBase64, fromDecimal, toBase64 } from './encoding.ts';
import { HASH_BYTES, nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { isKeyName, noteKey } from './note-key.ts';
import type { NoteKey } from './note-key.ts';
import { parseNote, verifyEd25519, verifyNote } from './note.ts';
import type { VerifySignature } from './note.ts';

export interface Checkpoint {
  /** Which log: `<log name>/log/<log id>`. */
  readonly origin: string;
  /** How many leaves it has. */
  readonly size: number;
  /** The root of its tree, 32 bytes. */
  readonly root: Uint8Array;
  /** Further lines, with no meaning here. */
  readonly extensions?: readonly string[];
}

/** Whom a verifier believes: one raw Ed25519 key serves all logs of a server, two while it changes. */
export interface Trust {
  readonly publicKeys: readonly Uint8Array[];
  /** How signatures are checked; WebCrypto by default. */
  readonly verify?: VerifySignature;
}

export type CheckpointVerdict =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly signers: readonly NoteKey[] }
  | { readonly ok: false; readonly reason: string };

/** The text of a checkpoint, to be signed. */
export function printCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  return [origin, size, toBase64(root), ...extensions, ''].join('\n');
}

/**
 * Reads the text of a checkpoint, without signatures.
 *
 * @throws {SyntaxError} when it is malformed
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  // The last line ends in a line feed, so an empty piece comes after it; any other empty piece is an empty line.
  if (!isKeyName(origin) || rest.pop() !== '' || rest.includes(''))
    throw new SyntaxError('the checkpoint is not a list of lines, or its origin is not valid');
  const hash = fromBase64(root);
  if (hash.length !== HASH_BYTES) throw new SyntaxError('the root of the checkpoint is not 32 bytes long');
  return { origin, size: fromDecimal(size), root: hash, ...(rest.length > 0 && { extensions: rest }) };
}

/** Reads a checkpoint with its signatures without verifying it: for logs of one's own. */
export function parseSignedCheckpoint(signed: string): Checkpoint {
  return parseCheckpoint(parseNote(signed).text);
}

/** Verifies that a log's own key signed this checkpoint: the name of the key is the origin. */
export async function verifyCheckpoint(signed: string, origin: string, trust: Trust, hash: Hash = nobleHash): Promise<CheckpointVerdict> {
  if (!isKeyName(origin)) return { ok: false, reason: 'the origin is not valid' };
  const keys = trust.publicKeys.map((publicKey) => noteKey(origin, publicKey, hash));
  const verdict = await verifyNote(signed, keys, trust.verify ?? verifyEd25519);
  if (!verdict.ok) return verdict;
  try {
    const checkpoint = parseCheckpoint(verdict.note.text);
    if (checkpoint.origin !== origin) return { ok: false, reason: `the checkpoint is of ${checkpoint.origin}` };
    return { ok: true, checkpoint, signers: verdict.signers };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: error.message };
    throw error;
  }
}
