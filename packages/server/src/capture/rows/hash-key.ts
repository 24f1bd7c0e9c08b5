// The key of a source by which secrets are hidden that are ids, names or tenants. A bare hash would not hide what is few
// enough to be tried out: phone numbers, social security numbers, cards.

import { type KeyObject, createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto';

export interface HashKey {
  /** Not a text: it shows in no JSON and in no log. */
  readonly key: KeyObject;
  /** Tells one key from another, and nothing of the key. */
  readonly id: string;
}

const KEY_BYTES = 32;

/** @param bytes 32 random bytes: `capture_source.hash_key` */
export function hashKeyOf(bytes: Buffer): HashKey {
  return { key: createSecretKey(bytes), id: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
}

/** Where nothing that is hidden is kept. */
export function passingHashKey(): HashKey {
  return hashKeyOf(randomBytes(KEY_BYTES));
}

/** The same text gives the same answer within a source, and nobody else can tell which text it was. */
export function hidden(text: string, { key }: HashKey): string {
  return `hmac:${createHmac('sha256', key).update(text).digest('hex')}`;
}
