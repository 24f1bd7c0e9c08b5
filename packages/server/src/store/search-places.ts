// Which events of a block have a token: what the block's signature says of all of them together, for each of them. The format
// is fixed: stored places are asked by it.
//
// A token is known by its first number (see search-signature.ts), 32 bits. The tokens of a block lie in 2^bits buckets by the
// highest bits of it. First comes a directory: for each bucket, and for the end of the last, where it begins behind the
// directory, three bytes each, big-endian. A bucket holds one token after the other: its number in four bytes, how many events
// have it less one in one byte, and then their places in the block, a byte each; or, where they are more than 31, 32 bytes with
// a bit for each event, bit n mod 8 (0 is the lowest) of byte n / 8.

import { BLOCK_EVENTS, hashWord, type WordHash } from './search-signature.ts';

const OFFSET_BYTES = 3;
const LISTED_MAX = 31;
const BITMAP_BYTES = BLOCK_EVENTS / 8;
const HEAD_BYTES = 5;
/** Tokens that share a bucket, about. */
const BUCKET_TOKENS = 8;
const BUCKET_BITS_MAX = 16;

export interface BlockPlaces {
  /** How many of a token's highest bits name its bucket. */
  readonly bits: number;
  readonly bytes: Buffer;
}

/** @param tokens with the places of their events in the block, 0 to 255, in order, each once */
export function placesOf(tokens: ReadonlyMap<string, readonly number[]>): BlockPlaces {
  const bits = Math.min(BUCKET_BITS_MAX, Math.max(1, Math.ceil(Math.log2(tokens.size / BUCKET_TOKENS))));
  const entries = [...byKey(tokens)].map(([key, places]) => ({ key, places })).sort((a, b) => a.key - b.key);
  const directory = (2 ** bits + 1) * OFFSET_BYTES;
  const bytes = Buffer.alloc(entries.reduce((sum, { places }) => sum + HEAD_BYTES + placesBytes(places.length), directory));
  let at = directory;
  let next = 0;
  for (const { key, places } of entries) {
    const bucket = key >>> (32 - bits);
    for (; next <= bucket; next++) bytes.writeUIntBE(at - directory, next * OFFSET_BYTES, OFFSET_BYTES);
    at = bytes.writeUInt32BE(key, at);
    at = bytes.writeUInt8(places.length - 1, at);
    if (places.length <= LISTED_MAX) for (const place of places) at = bytes.writeUInt8(place, at);
    else {
      for (const place of places) bytes[at + (place >>> 3)] = (bytes[at + (place >>> 3)] ?? 0) | (1 << (place & 7));
      at += BITMAP_BYTES;
    }
  }
  for (; next <= 2 ** bits; next++) bytes.writeUIntBE(at - directory, next * OFFSET_BYTES, OFFSET_BYTES);
  return { bits, bytes };
}

/** Two tokens that have one number are one: whoever looks for either finds the events of both, and checks them. */
function byKey(tokens: ReadonlyMap<string, readonly number[]>): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, readonly number[]>();
  for (const [token, places] of tokens) {
    const { first } = hashWord(token);
    const other = found.get(first);
    found.set(first, other === undefined ? places : [...new Set([...other, ...places])].sort((a, b) => a - b));
  }
  return found;
}

function placesBytes(count: number): number {
  return count <= LISTED_MAX ? count : BITMAP_BYTES;
}

/**
 * The places of the events that may have a token, in order.
 *
 * @param bucket the bytes of its bucket
 */
export function placesIn(bucket: Buffer, { first }: WordHash): number[] {
  for (let at = 0; at < bucket.length;) {
    const count = bucket.readUInt8(at + 4) + 1;
    const end = at + HEAD_BYTES + placesBytes(count);
    if (bucket.readUInt32BE(at) === first) return listed(bucket.subarray(at + HEAD_BYTES, end), count);
    at = end;
  }
  return [];
}

function listed(bytes: Buffer, count: number): number[] {
  if (count <= LISTED_MAX) return [...bytes];
  return Array.from({ length: BLOCK_EVENTS }, (_, place) => place).filter(
    (place) => ((bytes[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0,
  );
}

/**
 * The bytes of a token's bucket as SQL, so that nothing else of a block's places is read.
 *
 * @param row with `bits` and `places`
 * @param key the token's first number, a bigint
 */
export function bucketSql(row: string, key: string): string {
  const at = (byte: number): string => `get_byte(o.offsets, ${byte})`;
  const offset = (byte: number): string => `((${at(byte)} << 16) + (${at(byte + 1)} << 8) + ${at(byte + 2)})`;
  const offsets = `substring(${row}.places from ((${key} >> (32 - ${row}.bits)) * ${OFFSET_BYTES} + 1)::int for ${2 * OFFSET_BYTES})`;
  const begin = `((1 << ${row}.bits) + 1) * ${OFFSET_BYTES} + ${offset(0)} + 1`;
  return `(select substring(${row}.places from ${begin} for ${offset(3)} - ${offset(0)}) from (select ${offsets} as offsets offset 0) o)`;
}
