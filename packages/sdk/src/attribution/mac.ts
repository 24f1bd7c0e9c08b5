// The code of a message: HMAC-SHA256 (RFC 2104) out of two digests, H(key ^ opad | H(key ^ ipad | text)).
// createHmac makes a stream, a native handle and a context of OpenSSL for each message; between two queries, when no
// cache is warm, that takes three times as long as these two calls.

import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const UTF8_BYTES_PER_CHAR_MAX = 3;

interface Pads {
  readonly key: string;
  /** The block, and room for a text. */
  inner: Buffer;
  /** The block, and room for a digest. */
  readonly outer: Buffer;
}

let last: Pads | undefined;

/** The code of a text, in base64url without padding. Key and text are taken as UTF-8. */
export function macOf(text: string, key: string): string {
  if (last?.key !== key) last = padsOf(key);
  const size = BLOCK_BYTES + text.length * UTF8_BYTES_PER_CHAR_MAX;
  if (last.inner.length < size) last.inner = Buffer.concat([last.inner.subarray(0, BLOCK_BYTES)], size);
  const end = BLOCK_BYTES + last.inner.write(text, BLOCK_BYTES, 'utf8');
  last.outer.write(hash('sha256', last.inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
  return hash('sha256', last.outer, 'base64url');
}

function padsOf(key: string): Pads {
  const bytes = Buffer.from(key, 'utf8');
  const block = Buffer.concat([bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes], BLOCK_BYTES);
  return {
    key,
    inner: Buffer.from(block.map((byte) => byte ^ 0x36)),
    outer: Buffer.concat([block.map((byte) => byte ^ 0x5c)], BLOCK_BYTES + DIGEST_BYTES),
  };
}
