// The signature of a block of events: which words it may hold. The format is fixed: stored signatures are asked by it.
//
// A word (as core's searchWords gives it; or what stands for more than a word, see search-tokens.ts) has two numbers: of SHA-256 over its UTF-8 bytes, the first four bytes as an unsigned
// integer, big-endian, are `first`, and the next four, with the lowest bit set, are `second`. In a filter of m bits it sets the
// bits (first + i * second) mod m for i = 0 to 6; bit p is the bit p mod 8 (0 is the lowest) of byte p / 8.
// A filter has 12 bits a word or more, so that at most one in 300 blocks without a word seems to hold it.

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** Consecutive events of a log that share a signature: a tile's worth. */
export const BLOCK_EVENTS = 256;
/** Consecutive blocks whose signatures are stored together, bit-sliced. */
export const GROUP_BLOCKS = 256;

export const WORD_BITS = 7;
const BITS_A_WORD = 12;
const BITS_MIN = 256;
const BITS_MAX = 2 ** 19;

/** A block with more words than these has no signature: it is looked into every time. */
export const BLOCK_WORDS_MAX = Math.floor(BITS_MAX / BITS_A_WORD);

/** What a word is to every filter, whatever its size. */
export interface WordHash {
  readonly first: number;
  readonly second: number;
}

/** A Bloom filter; `bits` 0 is the signature of a block that may hold any word. */
export interface Signature {
  readonly bits: number;
  /** bits / 8 bytes. */
  readonly bytes: Buffer;
}

export const ANY_WORD: Signature = { bits: 0, bytes: Buffer.alloc(0) };

export function hashWord(word: string): WordHash {
  const digest = createHash('sha256').update(word, 'utf8').digest();
  return { first: digest.readUInt32BE(0), second: (digest.readUInt32BE(4) | 1) >>> 0 };
}

/** @example signatureOf(new Set(searchWords('Ticket 48'))) */
export function signatureOf(words: ReadonlySet<string> | ReadonlyMap<string, unknown>): Signature {
  const bits = bitsFor(words.size);
  if (bits === 0) return ANY_WORD;
  const bytes = Buffer.alloc(bits / 8);
  for (const word of words.keys()) {
    const hash = hashWord(word);
    for (let index = 0; index < WORD_BITS; index++) setBit(bytes, position(hash, index, bits));
  }
  return { bits, bytes };
}

export function mayHoldWord({ bits, bytes }: Signature, hash: WordHash): boolean {
  if (bits === 0) return true;
  for (let index = 0; index < WORD_BITS; index++) if (!hasBit(bytes, position(hash, index, bits))) return false;
  return true;
}

/** The sizes are 4, 5, 6 or 7 times a power of two: few, so that neighbours share them, and close, so that little is wasted. */
function bitsFor(words: number): number {
  const wanted = Math.max(BITS_MIN, words * BITS_A_WORD);
  if (wanted > BITS_MAX) return 0;
  const step = 2 ** (Math.floor(Math.log2(wanted)) - 2);
  return Math.ceil(wanted / step) * step;
}

function position({ first, second }: WordHash, index: number, bits: number): number {
  return (first + index * second) % bits;
}

/** The signatures of a group's blocks that have one size, bit-sliced. */
export interface SlicedBlocks {
  readonly bits: number;
  /** The places of the blocks in their group, in order. */
  readonly members: Buffer;
  /** For each bit of the filters a slice of sliceBytes(members): bit n of it is that bit of the nth member's filter. */
  readonly slices: Buffer;
}

export function sliceBytes(members: Buffer): number {
  return Math.ceil(members.length / 8);
}

/**
 * Lets others work in between: a group has millions of bits.
 *
 * @param signatures of the blocks of one group, by their places in it
 */
export async function sliceGroup(signatures: ReadonlyMap<number, Signature>): Promise<SlicedBlocks[]> {
  const places = [...signatures.keys()].sort((a, b) => a - b);
  const sliced: SlicedBlocks[] = [];
  for (const bits of new Set([...signatures.values()].map((signature) => signature.bits))) {
    const members = Buffer.from(places.filter((place) => signatures.get(place)?.bits === bits));
    const width = sliceBytes(members);
    const slices = Buffer.alloc(bits * width);
    for (const [index, place] of members.entries()) {
      const { bytes } = signatures.get(place) ?? ANY_WORD;
      for (let bit = 0; bit < bits; bit++) if (hasBit(bytes, bit)) setBit(slices, bit * width * 8 + index);
      await setImmediate();
    }
    sliced.push({ bits, members, slices });
  }
  return sliced;
}

/** The signatures that were sliced, by the places of their blocks. */
export function unsliceGroup(sliced: readonly SlicedBlocks[]): Map<number, Signature> {
  const signatures = new Map<number, Signature>();
  for (const { bits, members, slices } of sliced) {
    const width = sliceBytes(members);
    for (const [index, place] of members.entries()) {
      const bytes = Buffer.alloc(bits / 8);
      for (let bit = 0; bit < bits; bit++) if (hasBit(slices, bit * width * 8 + index)) setBit(bytes, bit);
      signatures.set(place, { bits, bytes });
    }
  }
  return signatures;
}

/**
 * The places of the blocks whose filters have all of some bits.
 *
 * @param found the slices of those bits, one behind the other; empty when the blocks may hold any word
 */
export function membersWithAll(members: Buffer, found: Buffer): number[] {
  const width = sliceBytes(members);
  return [...members].filter((_, index) => {
    for (let at = 0; at < found.length; at += width) if (!hasBit(found.subarray(at, at + width), index)) return false;
    return true;
  });
}

function setBit(bytes: Buffer, bit: number): void {
  bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) | (1 << (bit & 7));
}

function hasBit(bytes: Buffer, bit: number): boolean {
  return ((bytes[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}
