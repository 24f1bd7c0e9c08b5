// From a section to its commitment, from the commitments to the entry, from the entry to the leaf.
// The bytes made here are what a log proves for ever; nothing in this file may change its output.

import type { JsonObject } from '../event/types.ts';
import { BEHALF_DEPTH_MAX, ENTRY_BYTES_MAX, RELATED_MAX } from '../limits.ts';
import { nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { canonical } from './jcs.ts';

const COMMITMENT_PREFIX = 'indelible/section/v1\0';
const SALT = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const COMMITMENT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The names that a section can have in entries of version 1. None of them needs escaping in JSON. */
export const SECTION_NAMES: ReadonlySet<string> = new Set([
  'actor',
  ...Array.from({ length: BEHALF_DEPTH_MAX }, (_, index) => `behalf/${index + 1}`),
  'change',
  'context',
  'core',
  'metadata',
  ...Array.from({ length: RELATED_MAX }, (_, index) => `related/${index}`),
  'resource',
  'source',
]);

/** What a leaf commits to. */
export interface Entry {
  /** Section name -> commitment (base64url, 43 characters). */
  readonly c: Readonly<Record<string, string>>;
  /** The event's id: a UUID in lower case. */
  readonly id: string;
  /** When it was recorded: milliseconds since 1970. */
  readonly t: number;
}

/** A section laid open: the salt and the value behind a commitment. */
export interface Disclosure {
  /** 16 random bytes as base64url (22 characters). */
  readonly salt: string;
  readonly name: string;
  readonly value: JsonObject;
}

/**
 * The text that a section is committed to by: JCS([salt, name, value]). Store these very bytes; never make them again.
 *
 * @param salt 16 bytes from a CSPRNG as base64url, fresh for each section of each event
 * @throws {TypeError} when a part cannot be committed to
 */
export function disclosure(salt: string, name: string, value: JsonObject): string {
  if (!SALT.test(salt)) throw new TypeError('a salt is 16 bytes as base64url');
  if (!SECTION_NAMES.has(name)) throw new TypeError(`there is no section ${name}`);
  return `["${salt}","${name}",${canonical(value)}]`;
}

/**
 * Reads a disclosure.
 *
 * @throws {SyntaxError} unless the text is exactly what `disclosure` writes
 */
export function parseDisclosure(text: string): Disclosure {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts) || parts.length !== 3) throw new SyntaxError('a disclosure is a list of three');
  const [salt, name, value] = parts as [string, string, JsonObject];
  if (!isObject(value)) throw new SyntaxError('the value of a disclosure is an object');
  if (attempt(() => disclosure(salt, name, value)) !== text) throw new SyntaxError('the disclosure is not in its canonical form');
  return { salt, name, value };
}

/** The commitment to a disclosure: base64url(SHA-256("indelible/section/v1" 0x00 disclosure)). */
export function commitment(disclosed: string, hash: Hash = nobleHash): string {
  return hash.textBase64url(COMMITMENT_PREFIX + disclosed);
}

/**
 * The text of an entry: JCS({"c", "id", "t", "v": 1}). It is put together directly, for speed: every part is checked to
 * be free of characters that JSON escapes, and its keys are written in order, so that it equals the canonical form.
 *
 * @throws {TypeError} when a part is not what an entry holds, or the entry is larger than 65,535 bytes
 * @example entry({ c: { core: 'XttjUMJ0YzftYfKgdMvLlN7zwC4xfSFqw9Fxdi0Xrvo' }, id: '0195606d-1c43-7abc-8def-0123456789ab', t: 1772600767456 })
 */
export function entry({ c, id, t }: Entry): string {
  if (typeof id !== 'string' || !UUID.test(id)) throw new TypeError('the id of an entry is a UUID in lower case');
  if (!Number.isSafeInteger(t) || t < 0) throw new TypeError('the time of an entry is a count of milliseconds since 1970');
  let text = '';
  for (const name of inOrder(Object.keys(c))) {
    const value = c[name] as string;
    if (!SECTION_NAMES.has(name)) throw new TypeError(`there is no section ${name}`);
    if (typeof value !== 'string' || !COMMITMENT.test(value)) throw new TypeError('a commitment is 32 bytes as base64url');
    text += `${text === '' ? '' : ','}"${name}":"${value}"`;
  }
  text = `{"c":{${text}},"id":"${id}","t":${t},"v":1}`;
  // Every character is ASCII: characters are bytes.
  if (text.length > ENTRY_BYTES_MAX) throw new TypeError(`an entry holds at most ${ENTRY_BYTES_MAX} bytes`);
  return text;
}

/**
 * Reads an entry. A version other than 1 fails: what it would mean is not known here.
 *
 * @throws {SyntaxError} unless the text is exactly what `entry` writes
 */
export function parseEntry(text: string): Entry {
  const parts: unknown = JSON.parse(text);
  if (!isObject(parts)) throw new SyntaxError('an entry is an object');
  if (parts['v'] !== 1) throw new SyntaxError('the version of the entry is not 1');
  const { c, id, t } = parts as unknown as Entry;
  if (!isObject(c) || attempt(() => entry({ c, id, t })) !== text) throw new SyntaxError('the entry is not in its canonical form');
  return { c, id, t };
}

/** The hash of a leaf: SHA-256(0x00 entry), RFC 6962, section 2.1. Takes the text of an entry or of a system leaf. */
export function leafHash(entryText: string, hash: Hash = nobleHash): Uint8Array {
  return hash.text(`\0${entryText}`);
}

/** Sections come in order from toSections; then there is nothing to sort. */
function inOrder(names: string[]): string[] {
  for (let index = 1; index < names.length; index++) {
    if ((names[index - 1] as string) > (names[index] as string)) return names.sort();
  }
  return names;
}

function isObject(value: unknown): value is Readonly<Record<string, never>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text that a writer makes, or none where it refuses: then nothing equals it. */
function attempt(write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
