// Making inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2) from whatever holds the nodes.

import { nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { foldPeaks, nodeHash } from './merkle.ts';

/** A complete subtree: the 2^level leaves from index * 2^level on. Level 0 are the leaves. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
}

/** Gives the hash of a complete subtree. See `tileReader` and `leafReader`. */
export type NodeReader = (level: number, index: number) => Uint8Array;

/** Some consecutive leaves, `to` exclusive, whose tree hash belongs into a proof. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The proof that leaf `index` is in the tree of the first `size` leaves: hashes from the leaf's sibling upwards.
 *
 * @throws {RangeError} unless 0 <= index < size
 */
export function inclusionProof(index: number, size: number, read: NodeReader, hash: Hash = nobleHash): Uint8Array[] {
  return inclusionSpans(index, size).map((span) => spanHash(span, read, hash));
}

/** The nodes that `inclusionProof` will read, so that they can be fetched at once beforehand. */
export function inclusionNodes(index: number, size: number): NodePlace[] {
  return inclusionSpans(index, size).flatMap(subtrees);
}

/**
 * The proof that the tree of the first `from` leaves is the beginning of the tree of the first `to` leaves.
 *
 * @throws {RangeError} unless 1 <= from <= to: any tree whatever continues the empty one
 */
export function consistencyProof(from: number, to: number, read: NodeReader, hash: Hash = nobleHash): Uint8Array[] {
  return consistencySpans(from, to).map((span) => spanHash(span, read, hash));
}

/** The nodes that `consistencyProof` will read. */
export function consistencyNodes(from: number, to: number): NodePlace[] {
  return consistencySpans(from, to).flatMap(subtrees);
}

/** The nodes that `rootFromNodes` will read. */
export function rootNodes(size: number): NodePlace[] {
  return subtrees({ from: 0, to: size });
}

/** The root of the first `size` leaves. */
export function rootFromNodes(size: number, read: NodeReader, hash: Hash = nobleHash): Uint8Array {
  return spanHash({ from: 0, to: size }, read, hash);
}

/** A reader over leaf hashes in memory; inner nodes are computed at each call. */
export function leafReader(leaves: readonly Uint8Array[], hash: Hash = nobleHash): NodeReader {
  const read: NodeReader = (level, index) => {
    if (level > 0) return nodeHash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1), hash);
    const leaf = leaves[index];
    if (leaf === undefined) throw new RangeError(`there is no leaf ${index}`);
    return leaf;
  };
  return read;
}

function inclusionSpans(index: number, size: number): Span[] {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`there is no leaf ${index} in a tree of ${size}`);
  }
  const spans: Span[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + leftLeaves(to - from);
    spans.push(index < middle ? { from: middle, to } : { from, to: middle });
    if (index < middle) to = middle;
    else from = middle;
  }
  return spans.reverse();
}

function consistencySpans(old: number, size: number): Span[] {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(old) || old < 1 || old > size) {
    throw new RangeError(`no consistency proof leads from ${old} to ${size} leaves`);
  }
  const spans: Span[] = [];
  let from = 0;
  let to = size;
  while (to !== old) {
    const middle = from + leftLeaves(to - from);
    spans.push(old <= middle ? { from: middle, to } : { from, to: middle });
    if (old <= middle) to = middle;
    else from = middle;
  }
  // Where the descent ended at the left edge, the rest is the old tree itself, whose root the verifier has.
  if (from !== 0) spans.push({ from, to });
  return spans.reverse();
}

/** How many leaves go left: the largest power of two smaller than the number of leaves. */
function leftLeaves(leaves: number): number {
  let left = 1;
  while (left * 2 < leaves) left *= 2;
  return left;
}

/** The complete subtrees that a span falls into, from left to right. */
function subtrees({ from, to }: Span): NodePlace[] {
  const places: NodePlace[] = [];
  for (let at = from; at < to;) {
    let leaves = 1;
    let level = 0;
    for (; at % (leaves * 2) === 0 && at + leaves * 2 <= to; level++) leaves *= 2;
    places.push({ level, index: at / leaves });
    at += leaves;
  }
  return places;
}

function spanHash(span: Span, read: NodeReader, hash: Hash): Uint8Array {
  return foldPeaks(
    subtrees(span).map(({ level, index }) => read(level, index)),
    hash,
  );
}
