// The mark that a browser gets when somebody has signed in with it: attempts from it are counted apart (attempts.ts). It opens
// nothing.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Devices {
  /** A mark for a device that has signed in to an account. */
  mark(account: string): string;
  /** What to count a device by; undefined for a mark that was not made for this account. */
  read(mark: string | undefined, account: string): string | undefined;
}

/** @param key 32 bytes that nobody else has */
export function makeDevices(key: Uint8Array): Devices {
  const sign = (nonce: string, account: string): Buffer => createHmac('sha256', key).update(`${nonce} ${account}`).digest();
  return {
    mark: (account) => {
      const nonce = randomBytes(16).toString('base64url');
      return `${nonce}.${sign(nonce, account).toString('base64url')}`;
    },
    read: (mark = '', account) => {
      const [nonce = '', signature = '', ...more] = mark.split('.');
      const given = Buffer.from(signature, 'base64url');
      const right = sign(nonce, account);
      return more.length === 0 && given.length === right.length && timingSafeEqual(given, right) ? nonce : undefined;
    },
  };
}
