// Proofs that stand on their own: a leaf's place, its inclusion proof and the checkpoint, in one text.
// Format: https://c2sp.org/tlog-proof

import { verifyCheckpoint } from './checkpoint.ts';
import type { Checkpoint, Trust } from './checkpoint.ts';
import { fromBase64, fromDecimal, toBase64 } from './encoding.ts';
import { HASH_BYTES, nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { verifyInclusion } from './verify-proof.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves is no higher. */
const HASHES_MAX = 53;

export interface TlogProof {
  /** Anything; it is not authenticated. */
  readonly extra?: Uint8Array;
  /** The leaf's 0-based place in the log. */
  readonly index: number;
  /** From the leaf's sibling upwards. */
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint, as the log gave it. */
  readonly checkpoint: string;
}

export type TlogProofVerdict =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly cause: 'checkpoint' | 'inclusion'; readonly reason: string };

export function printTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const lines = [HEADER, ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]), `index ${index}`, ...hashes.map(toBase64)];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/**
 * Takes a proof apart. Nothing in it may be believed before `verifyTlogProof`.
 *
 * @throws {SyntaxError} when it is malformed
 */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf('\n\n');
  if (end < 0) throw new SyntaxError('the proof has no checkpoint');
  const [header, ...lines] = text.slice(0, end).split('\n');
  if (header !== HEADER) throw new SyntaxError(`the proof does not begin with ${HEADER}`);
  const extra = lines[0]?.startsWith('extra ') ? fromBase64((lines.shift() as string).slice('extra '.length)) : undefined;
  const place = lines.shift();
  if (!place?.startsWith('index ')) throw new SyntaxError('the proof has no index');
  const index = fromDecimal(place.slice('index '.length));
  if (lines.length > HASHES_MAX) throw new SyntaxError(`the proof has more than ${HASHES_MAX} hashes`);
  const hashes = lines.map(fromBase64);
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw new SyntaxError('a hash of the proof is not 32 bytes long');
  return { ...(extra !== undefined && { extra }), index, hashes, checkpoint: text.slice(end + 2) };
}

/** Verifies that a leaf is where the proof says, in the log of that origin, under a checkpoint signed by its key. */
export async function verifyTlogProof(
  proof: TlogProof,
  leaf: Uint8Array,
  origin: string,
  trust: Trust,
  hash: Hash = nobleHash,
): Promise<TlogProofVerdict> {
  const verdict = await verifyCheckpoint(proof.checkpoint, origin, trust, hash);
  if (!verdict.ok) return { ok: false, cause: 'checkpoint', reason: verdict.reason };
  const { checkpoint } = verdict;
  if (!verifyInclusion(proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root, hash)) {
    return {
      ok: false,
      cause: 'inclusion',
      reason: `the proof does not lead from leaf ${proof.index} to the root of ${checkpoint.size} leaves`,
    };
  }
  return { ok: true, checkpoint };
}
