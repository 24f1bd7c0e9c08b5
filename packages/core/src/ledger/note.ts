// Signed notes: a text and the signatures of named keys under it. Format: https://c2sp.org/signed-note

import { fromBase64, toBase64, toHex, utf8 } from './encoding.ts';
import { isKeyName } from './note-key.ts';
import type { NoteKey } from './note-key.ts';

const NOTE_CHARS_MAX = 1_000_000;
const SIGNATURES_MAX = 100;
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

export interface NoteSignature {
  readonly name: string;
  /** Eight lower-case hexadecimal digits. */
  readonly id: string;
  readonly signature: Uint8Array;
}

export interface Note {
  /** What is signed; ends in a line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Makes an Ed25519 signature over some bytes, with a key that only the caller knows. */
export type SignMessage = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Checks an Ed25519 signature. Everything that verifies takes one in place of WebCrypto's. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

export type NoteVerdict =
  | { readonly ok: true; readonly note: Note; /** The known keys that signed it, at least one. */ readonly signers: readonly NoteKey[] }
  | { readonly ok: false; readonly reason: string };

/** Checks an Ed25519 signature with WebCrypto, which browsers and Node have. */
export const verifyEd25519: VerifySignature = async (publicKey, message, signature) => {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), { name: 'Ed25519' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'Ed25519' }, key, new Uint8Array(signature), new Uint8Array(message));
};

/**
 * Signs a text under the name of a key.
 *
 * @throws {TypeError} when the text cannot be that of a note
 */
export async function signNote(text: string, key: NoteKey, sign: SignMessage): Promise<NoteSignature> {
  if (!isText(text)) throw new TypeError('the text of a note ends in a line feed and has no other control characters');
  const signature = await sign(utf8(text));
  if (signature.length !== SIGNATURE_BYTES) throw new TypeError('an Ed25519 signature has 64 bytes');
  return { name: key.name, id: key.id, signature };
}

/** The note as it is published: its text, an empty line, and a line a signature. */
export function printNote({ text, signatures }: Note): string {
  const lines = signatures.map(({ name, id, signature }) => {
    const prefix = Uint8Array.from({ length: ID_BYTES }, (_, index) => Number.parseInt(id.slice(2 * index, 2 * index + 2), 16));
    return `\u2014 ${name} ${toBase64(new Uint8Array([...prefix, ...signature]))}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * Takes a note apart. Nothing in it may be believed before `verifyNote`.
 *
 * @throws {SyntaxError} when it is malformed
 */
export function parseNote(signed: string): Note {
  if (signed.length > NOTE_CHARS_MAX) throw new SyntaxError('the note is too large');
  const end = signed.lastIndexOf('\n\n');
  if (!isText(signed) || end < 0) throw new SyntaxError('the note is not a text, an empty line and signatures');
  const text = signed.slice(0, end + 1);
  const lines = signed.slice(end + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) throw new SyntaxError(`the note has more than ${SIGNATURES_MAX} signatures`);
  return { text, signatures: lines.map(parseSignature) };
}

/**
 * Verifies a note. Signatures of keys that are not known are ignored; a signature that claims a known key and is not
 * that key's makes the whole note fail, and so does the absence of any known key.
 */
export async function verifyNote(signed: string, keys: readonly NoteKey[], verify: VerifySignature = verifyEd25519): Promise<NoteVerdict> {
  let note: Note;
  try {
    note = parseNote(signed);
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: error.message };
    throw error;
  }
  const message = utf8(note.text);
  const signers: NoteKey[] = [];
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((known) => known.name === name && known.id === id);
    if (key === undefined || signers.includes(key)) continue;
    const good = signature.length === SIGNATURE_BYTES && (await verify(key.publicKey, message, signature));
    if (!good) return { ok: false, reason: `the signature of ${name} does not fit the text` };
    signers.push(key);
  }
  return signers.length > 0 ? { ok: true, note, signers } : { ok: false, reason: 'no known key has signed' };
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ');
  if (dash !== '\u2014' || rest.length > 0 || !isKeyName(name)) throw new SyntaxError('a line of signature is malformed');
  const bytes = fromBase64(encoded);
  if (bytes.length <= ID_BYTES) throw new SyntaxError('a signature is too short');
  return { name, id: toHex(bytes.subarray(0, ID_BYTES)), signature: bytes.subarray(ID_BYTES) };
}

/** True for well-formed text that ends in a line feed and has no control character below U+0020 but line feeds. */
function isText(text: string): boolean {
  if (!text.endsWith('\n') || !text.isWellFormed()) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < SPACE && code !== LINE_FEED) return false;
  }
  return true;
}
