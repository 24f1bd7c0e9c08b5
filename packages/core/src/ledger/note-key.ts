// Names, ids and printed forms of the Ed25519 keys that sign notes. Format: https://c2sp.org/signed-note

import { fromBase64, toBase64, toHex, utf8 } from './encoding.ts';
import { nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';

/** The signature type of Ed25519 over the note's text. */
const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;
const NOT_IN_NAME = /[\s+\p{Cc}]/u;

/** A key that is trusted under a name. In checkpoints the name is the log's origin. */
export interface NoteKey {
  readonly name: string;
  /** Eight lower-case hexadecimal digits: which key of that name. It is a hint, not a proof. */
  readonly id: string;
  /** The raw 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array;
}

/**
 * Puts a name to a public key. The id is the beginning of SHA-256(name 0x0A 0x01 publicKey), so that one key has an id
 * of its own under each name.
 *
 * @throws {TypeError} for a name that is empty or has a space, a plus or a control character, or a key that is not 32 bytes long
 */
export function noteKey(name: string, publicKey: Uint8Array, hash: Hash = nobleHash): NoteKey {
  if (!isKeyName(name)) throw new TypeError('the name of a key is not empty and has no spaces, plus signs or control characters');
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new TypeError('an Ed25519 public key has 32 bytes');
  const digest = hash.bytes(new Uint8Array([...utf8(name), 0x0a, ED25519, ...publicKey]));
  return { name, id: toHex(digest.subarray(0, 4)), publicKey };
}

/** The printed form of a key: name+id+base64(0x01 publicKey). */
export function printVkey({ name, id, publicKey }: NoteKey): string {
  return `${name}+${id}+${toBase64(new Uint8Array([ED25519, ...publicKey]))}`;
}

/**
 * Reads the printed form of an Ed25519 key.
 *
 * @throws {SyntaxError} when it is malformed, of another type, or its id is not the one of its name and key
 */
export function parseVkey(vkey: string, hash: Hash = nobleHash): NoteKey {
  const [name = '', id = '', ...rest] = vkey.split('+');
  // Base64 itself may have plus signs.
  const material = fromBase64(rest.join('+'));
  if (material[0] !== ED25519 || material.length !== 1 + PUBLIC_KEY_BYTES) throw new SyntaxError('the key is not an Ed25519 key');
  if (!isKeyName(name)) throw new SyntaxError('the name of the key is not valid');
  const key = noteKey(name, material.subarray(1), hash);
  if (key.id !== id) throw new SyntaxError('the id of the key is not the one of its name and its bytes');
  return key;
}

/** True for what may name a key: not empty, well-formed, no spaces, plus signs or control characters. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !NOT_IN_NAME.test(name);
}
