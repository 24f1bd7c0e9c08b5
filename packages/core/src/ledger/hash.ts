// SHA-256 as the ledger needs it. The default runs everywhere; a server passes its own, several times as fast.

import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64url, utf8 } from './encoding.ts';

export const HASH_BYTES = 32;

/**
 * SHA-256. Every function of the ledger that hashes takes one as its last parameter.
 *
 * @example On Node:
 * const nodeHash: Hash = {
 *   bytes: (data) => crypto.hash('sha256', data, 'buffer'),
 *   text: (data) => crypto.hash('sha256', data, 'buffer'),
 *   textBase64url: (data) => crypto.hash('sha256', data, 'base64url'),
 * };
 */
export interface Hash {
  /** The 32 bytes for some bytes. The caller may reuse `data` afterwards. */
  bytes(data: Uint8Array): Uint8Array;
  /** The 32 bytes for the UTF-8 of a well-formed text. */
  text(data: string): Uint8Array;
  /** The same, as base64url without padding. */
  textBase64url(data: string): string;
}

/** The default: @noble/hashes, for browsers and wherever speed is not at stake. */
export const nobleHash: Hash = {
  bytes: (data) => sha256(data),
  text: (data) => sha256(utf8(data)),
  textBase64url: (data) => toBase64url(sha256(utf8(data))),
};
