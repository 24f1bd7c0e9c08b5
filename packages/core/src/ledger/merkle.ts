// The Merkle tree of RFC 6962, section 2.1: node hashes, and roots from leaf hashes as they come.

import { nobleHash, HASH_BYTES } from './hash.ts';
import type { Hash } from './hash.ts';

// One buffer serves every node: a hash is done with it when the call returns.
const NODE = new Uint8Array(1 + 2 * HASH_BYTES);
NODE[0] = 0x01;

/** The hash of an inner node: SHA-256(0x01 left right). Both are 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Hash = nobleHash): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('a hash in a tree has 32 bytes');
  NODE.set(left, 1);
  NODE.set(right, 1 + HASH_BYTES);
  return hash.bytes(NODE);
}

/** The root of the empty tree: SHA-256(""). */
export function emptyRoot(hash: Hash = nobleHash): Uint8Array {
  return hash.text('');
}

/**
 * What is needed to go on with a tree: how many leaves it has, and the roots of the complete subtrees that it falls
 * into, from left to right (the largest first). There are as many as `size` has binary ones.
 */
export interface CompactTree {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

/** A tree that grows at its right edge and remembers nothing but its peaks. */
export interface TreeBuilder {
  append(leaf: Uint8Array): void;
  root(): Uint8Array;
  /** The present state, to begin a later builder with. */
  compact(): CompactTree;
}

/**
 * Begins a tree, empty or where an earlier one ended.
 *
 * @throws {RangeError} when the number of peaks does not fit the size
 * @example const tree = treeBuilder(); tree.append(leafHash(entry)); tree.root();
 */
export function treeBuilder(start: CompactTree = { size: 0, peaks: [] }, hash: Hash = nobleHash): TreeBuilder {
  let size = start.size;
  const peaks = [...start.peaks];
  if (peaks.length !== ones(size)) throw new RangeError(`a tree of ${size} leaves does not have ${peaks.length} peaks`);
  return {
    append(leaf) {
      let node = leaf;
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) node = nodeHash(peaks.pop() as Uint8Array, node, hash);
      peaks.push(node);
      size++;
    },
    root: () => foldPeaks(peaks, hash),
    compact: () => ({ size, peaks: [...peaks] }),
  };
}

/** The root of the tree over these leaf hashes. */
export function rootOf(leaves: Iterable<Uint8Array>, hash: Hash = nobleHash): Uint8Array {
  const tree = treeBuilder(undefined, hash);
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** The root over complete subtrees that lie side by side, the largest first. */
export function foldPeaks(peaks: readonly Uint8Array[], hash: Hash = nobleHash): Uint8Array {
  const last = peaks.at(-1);
  if (last === undefined) return emptyRoot(hash);
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right, hash), last);
}

function ones(size: number): number {
  let count = 0;
  // Shifts would cut sizes beyond 2^32.
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
