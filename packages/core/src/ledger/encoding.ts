// Text forms of bytes and numbers that the ledger's formats use. Decoding is strict: one value has one spelling,
// so that nobody can send two texts that mean the same and hash differently.

const UTF8 = new TextEncoder();
const SAFE_DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return UTF8.encode(text);
}

/** True when both hold the same bytes. Not constant in time: nothing in the ledger is secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Base64 for addresses, without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Reads padded base64.
 *
 * @throws {SyntaxError} for any other spelling than the one that `toBase64` writes
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = decode(text);
  // atob forgives blanks, missing padding and stray bits; writing it again does not.
  if (bytes === undefined || toBase64(bytes) !== text) throw new SyntaxError('the base64 is not valid');
  return bytes;
}

function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/**
 * Reads an ASCII decimal between 0 and 2^53 - 1 without leading zeros.
 *
 * @throws {SyntaxError} for anything else
 */
export function fromDecimal(text: string): number {
  const value = SAFE_DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new SyntaxError('a number is not a decimal between 0 and 2^53 - 1 without leading zeros');
  return value;
}
