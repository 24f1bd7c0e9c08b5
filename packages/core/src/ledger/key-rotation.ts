// A change of the signer's key as somebody outside sees it: a leaf of the system log names the old key and the new one, and a
// checkpoint of that log that covers the leaf is signed by both. Whoever trusts the old key learns the new one from it.
//
//   trusted key --signs--> system checkpoint <--signs-- new key
//                              | covers
//                          {"k":"key","p":trusted key,"n":new key,...}

import { z } from 'zod';
import { type Checkpoint, verifyCheckpoint } from './checkpoint.ts';
import { equalBytes, fromBase64, toBase64 } from './encoding.ts';
import { nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { leafHash } from './leaf.ts';
import { verifyEd25519 } from './note.ts';
import type { VerifySignature } from './note.ts';
import { parseSystemLeaf } from './system-leaf.ts';
import type { KeyLeaf } from './system-leaf.ts';
import { parseTlogProof } from './tlog-proof.ts';
import { isSystemOrigin } from './verify-event.ts';
import { verifyInclusion } from './verify-proof.ts';

/** One key took the place of another. */
export interface KeyRotation {
  /** The raw 32 bytes of the old key. */
  readonly replaces: Uint8Array;
  /** The raw 32 bytes of the new key. */
  readonly publicKey: Uint8Array;
  /** When: milliseconds since 1970. */
  readonly time: number;
  /** Number of the leaf in the system log. */
  readonly index: number;
  /** What both keys signed. */
  readonly checkpoint: Checkpoint;
}

export type KeyRotationVerdict =
  | { readonly ok: true; readonly rotation: KeyRotation }
  | { readonly ok: false; /** A sentence for people. */ readonly reason: string };

/**
 * Verifies that an old key vouches for a new one.
 *
 * @param proof a C2SP tlog-proof whose `extra` line holds the leaf: `proof` of a key in /.well-known/indelible-keys.json
 * @param origin the system log's, known from elsewhere: the same key signs the tenants' logs, and of those this proves nothing
 * @example
 * const verdict = await verifyKeyRotation(key.proof, 'indelible.example.com/log/system');
 * if (verdict.ok && trusted(verdict.rotation.replaces)) trust(verdict.rotation.publicKey);
 */
export async function verifyKeyRotation(
  proof: string,
  origin: string,
  verify: VerifySignature = verifyEd25519,
  hash: Hash = nobleHash,
): Promise<KeyRotationVerdict> {
  if (!isSystemOrigin(origin)) return refuse(`${origin} is not a system log`);
  try {
    const { extra = new Uint8Array(), index, hashes, checkpoint: signed } = parseTlogProof(proof);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(extra);
    const leaf = readKeyLeaf(text);
    const { publicKey, replaces, time } = leaf;
    const verdict = await verifyCheckpoint(signed, origin, { publicKeys: [replaces, publicKey], verify }, hash);
    if (!verdict.ok) return refuse(verdict.reason);
    const lacking = [replaces, publicKey].find((key) => !verdict.signers.some((signer) => equalBytes(signer.publicKey, key)));
    if (lacking !== undefined) return refuse(`the key ${toBase64(lacking)} has not signed the checkpoint over the change`);
    const { checkpoint } = verdict;
    if (!verifyInclusion(index, checkpoint.size, leafHash(text, hash), hashes, checkpoint.root, hash))
      return refuse('the checkpoint that both keys signed does not cover the change');
    return { ok: true, rotation: { replaces, publicKey, time, index, checkpoint } };
  } catch (error) {
    // The decoder's complaint about bytes that are no text is a TypeError.
    if (error instanceof SyntaxError || error instanceof TypeError) return refuse(error.message);
    throw error;
  }
}

function readKeyLeaf(text: string): KeyLeaf & { readonly replaces: Uint8Array } {
  const leaf = parseSystemLeaf(text);
  if (leaf.kind !== 'key' || leaf.replaces === null) throw new SyntaxError('the leaf is not that of a change of the key');
  if (equalBytes(leaf.publicKey, leaf.replaces)) throw new SyntaxError('the leaf names the same key twice');
  return { ...leaf, replaces: leaf.replaces };
}

const DOCUMENT = z.object({ keys: z.array(z.object({ algorithm: z.string(), publicKey: z.string(), proof: z.string().optional() })) });

export interface FollowedKeys {
  /** The keys that were known, and after them each that is vouched for by the one before it. */
  readonly publicKeys: readonly Uint8Array[];
  /** By which the new ones were learned, in their order. */
  readonly rotations: readonly KeyRotation[];
  /** Keys of the document that nothing leads to from those that were known, and why. Former keys are among them. */
  readonly unvouched: readonly { readonly publicKey: string; readonly reason: string }[];
}

/**
 * Follows the changes of a key from those that are trusted to the present one. What is learned may sign from then on; what a
 * former key signs after its time is worth nothing, so keep the last of `publicKeys` and the proofs that you have.
 *
 * @param known raw keys, 32 bytes each
 * @param document the answer of GET /.well-known/indelible-keys.json; it is not believed
 * @param origin the system log's
 * @throws {SyntaxError} when the document is not what that address answers
 * @example
 * const { publicKeys } = await followKeys([parseVkey(vkey).publicKey], await (await fetch(url)).json(), systemOrigin);
 * const verdict = await verifyEvent(answer, { publicKeys, id });
 */
export async function followKeys(
  known: readonly Uint8Array[],
  document: unknown,
  origin: string,
  verify: VerifySignature = verifyEd25519,
  hash: Hash = nobleHash,
): Promise<FollowedKeys> {
  const parsed = DOCUMENT.safeParse(document);
  if (!parsed.success) throw new SyntaxError('the document is not a list of public keys');
  const reasons = new Map<string, string>();
  const offered: KeyRotation[] = [];
  for (const { algorithm, publicKey, proof } of parsed.data.keys) {
    if (algorithm !== 'ed25519') continue;
    reasons.set(
      publicKey,
      proof === undefined ? 'nothing shows that it took the place of another' : 'it took the place of a key that is not known',
    );
    if (proof === undefined) continue;
    const verdict = await verifyKeyRotation(proof, origin, verify, hash);
    if (!verdict.ok) reasons.set(publicKey, verdict.reason);
    else if (toBase64(verdict.rotation.publicKey) === publicKey) offered.push(verdict.rotation);
  }
  const publicKeys = [...known];
  const rotations: KeyRotation[] = [];
  const isTrusted = (key: Uint8Array): boolean => publicKeys.some((trusted) => equalBytes(trusted, key));
  for (let next = first(); next !== undefined; next = first()) {
    publicKeys.push(next.publicKey);
    rotations.push(next);
  }
  const unvouched = [...reasons].flatMap(([publicKey, reason]) => (isTrusted(keyBytes(publicKey)) ? [] : [{ publicKey, reason }]));
  return { publicKeys, rotations, unvouched };

  function first(): KeyRotation | undefined {
    return offered.find((rotation) => isTrusted(rotation.replaces) && !isTrusted(rotation.publicKey));
  }
}

function keyBytes(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}

function refuse(reason: string): KeyRotationVerdict {
  return { ok: false, reason };
}
