// Checking inclusion and consistency proofs, after RFC 9162, sections 2.1.3.2 and 2.1.4.2. These algorithms share
// nothing with the ones that make the proofs, on purpose. Division in place of shifts: sizes go beyond 2^32.

import { equalBytes } from './encoding.ts';
import { HASH_BYTES, nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { nodeHash } from './merkle.ts';

/**
 * True when `proof` shows that `leaf` is number `index` (0-based) of the `size` leaves under `root`.
 * Root and size must come from one signed checkpoint: a proof checks a size no further than it shapes the path.
 */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
  hash: Hash = nobleHash,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || ![leaf, root, ...proof].every(isHash)) return false;
  let at = index;
  let last = size - 1;
  let node = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      node = nodeHash(sibling, node, hash);
      for (; at !== 0 && !isOdd(at); last = half(last)) at = half(at);
    } else {
      node = nodeHash(node, sibling, hash);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && equalBytes(node, root);
}

/**
 * True when `proof` shows that the `from` leaves under `oldRoot` are the first of the `to` leaves under `newRoot`.
 *
 * @throws {RangeError} for from = 0: every tree continues the empty one, so there is nothing to verify, and a caller
 *   that thinks it has verified something is wrong
 */
export function verifyConsistency(
  from: number,
  to: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
  hash: Hash = nobleHash,
): boolean {
  if (from === 0) throw new RangeError('consistency with the empty tree says nothing');
  if (!isCount(from) || !isCount(to) || from > to || ![oldRoot, newRoot, ...proof].every(isHash)) return false;
  if (from === to) return proof.length === 0 && equalBytes(oldRoot, newRoot);
  let at = from - 1;
  let last = to - 1;
  for (; isOdd(at); last = half(last)) at = half(at);
  // Where the old size is a power of two, the old tree is a subtree of the new one and the proof leaves out its root.
  const [first, ...rest] = at === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let oldNode = first;
  let newNode = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      oldNode = nodeHash(sibling, oldNode, hash);
      newNode = nodeHash(sibling, newNode, hash);
      for (; at !== 0 && !isOdd(at); last = half(last)) at = half(at);
    } else {
      newNode = nodeHash(newNode, sibling, hash);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && equalBytes(oldNode, oldRoot) && equalBytes(newNode, newRoot);
}

function isHash(value: Uint8Array): boolean {
  return value.length === HASH_BYTES;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
