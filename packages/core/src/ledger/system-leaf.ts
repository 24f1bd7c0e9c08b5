// The leaves of the system log: checkpoints of tenants' logs, beats, and changes of the key.

import { z } from 'zod';
import { fromBase64, toBase64 } from './encoding.ts';
import { HASH_BYTES, nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { canonical } from './jcs.ts';

const DIGEST = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const COUNT = z.int().nonnegative();
const BYTES_32 = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/);
const FIELDS = z.discriminatedUnion('k', [
  z.strictObject({
    k: z.literal('checkpoint'),
    n: COUNT,
    o: z.string().regex(DIGEST),
    p: z.int().min(-1),
    r: BYTES_32,
    t: COUNT,
    v: z.literal(1),
  }),
  z.strictObject({ k: z.literal('beat'), t: COUNT, v: z.literal(1) }),
  z.strictObject({ a: z.literal('ed25519'), k: z.literal('key'), n: BYTES_32, p: BYTES_32.nullable(), t: COUNT, v: z.literal(1) }),
]);

/** A tenant's log had this root at this size. */
export interface CheckpointLeaf {
  readonly kind: 'checkpoint';
  /** base64url(SHA-256(origin)): which log, without saying whose. See `originHash`. */
  readonly originHash: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Index of this origin's previous leaf in the system log, or -1. */
  readonly previous: number;
  /** Milliseconds since 1970, like every `time` here. */
  readonly time: number;
}

/** The system was alive: a minute without one is a minute of silence. */
export interface BeatLeaf {
  readonly kind: 'beat';
  readonly time: number;
}

/** From the next checkpoint on, which both keys sign, the logs are signed by `publicKey`. */
export interface KeyLeaf {
  readonly kind: 'key';
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The key that it replaces; null for the first key of an installation. */
  readonly replaces: Uint8Array | null;
  readonly time: number;
}

export type SystemLeaf = CheckpointLeaf | BeatLeaf | KeyLeaf;

/** How a checkpoint leaf names a log: base64url(SHA-256(origin)). */
export function originHash(origin: string, hash: Hash = nobleHash): string {
  return hash.textBase64url(origin);
}

/**
 * The text of a leaf of the system log; `leafHash` hashes it. All numbers are integers.
 *
 *     {"k":"checkpoint","n":size,"o":originHash,"p":previous,"r":base64 root,"t":time,"v":1}
 *     {"k":"beat","t":time,"v":1}
 *     {"a":"ed25519","k":"key","n":base64 new key,"p":base64 old key or null,"t":time,"v":1}
 *
 * @throws {TypeError} when a field has a value that no leaf holds
 */
export function printSystemLeaf(leaf: SystemLeaf): string {
  check(isCount(leaf.time));
  switch (leaf.kind) {
    case 'checkpoint':
      check(isCount(leaf.size) && DIGEST.test(leaf.originHash) && isKey(leaf.root) && (leaf.previous === -1 || isCount(leaf.previous)));
      return canonical({ k: 'checkpoint', n: leaf.size, o: leaf.originHash, p: leaf.previous, r: toBase64(leaf.root), t: leaf.time, v: 1 });
    case 'beat':
      return canonical({ k: 'beat', t: leaf.time, v: 1 });
    case 'key':
      check(isKey(leaf.publicKey) && (leaf.replaces === null || isKey(leaf.replaces)));
      return canonical({
        a: 'ed25519',
        k: 'key',
        n: toBase64(leaf.publicKey),
        p: leaf.replaces === null ? null : toBase64(leaf.replaces),
        t: leaf.time,
        v: 1,
      });
  }
}

/**
 * Reads a leaf of the system log. Another version than 1 and another kind than these fail.
 *
 * @throws {SyntaxError} unless the text is exactly what `printSystemLeaf` writes
 */
export function parseSystemLeaf(text: string): SystemLeaf {
  const fields = FIELDS.safeParse(JSON.parse(text));
  if (!fields.success) throw new SyntaxError('the leaf of the system log is of no known kind or version');
  const leaf = fromFields(fields.data);
  if (printSystemLeaf(leaf) !== text) throw new SyntaxError('the leaf of the system log is not in its canonical form');
  return leaf;
}

function fromFields(fields: z.infer<typeof FIELDS>): SystemLeaf {
  switch (fields.k) {
    case 'checkpoint':
      return { kind: 'checkpoint', originHash: fields.o, size: fields.n, root: fromBase64(fields.r), previous: fields.p, time: fields.t };
    case 'beat':
      return { kind: 'beat', time: fields.t };
    case 'key':
      return { kind: 'key', publicKey: fromBase64(fields.n), replaces: fields.p === null ? null : fromBase64(fields.p), time: fields.t };
  }
}

function check(good: boolean): void {
  if (!good) throw new TypeError('a field of the leaf has a value that no leaf holds');
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Keys and hashes are 32 bytes alike. */
function isKey(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}
