// How passwords are kept: scrypt (RFC 7914) at a cost of 32 MiB that OWASP's cheat sheet on password storage names, with a salt
// of their own each. Hashes of an earlier cost are still read.

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

export interface Passwords {
  /** @example await passwords.hash('gravel lantern osprey tuba') // 'scrypt$32768$8$3$...$...' */
  readonly hash: (password: string) => Promise<string>;
  readonly verify: (given: { readonly hash: string; readonly password: string }) => Promise<boolean>;
  /** Whether it was not made at this cost. */
  readonly isFormer: (hash: string) => boolean;
  /** A hash of no password, at this cost. */
  readonly ofNobody: string;
}

interface Kept {
  readonly cost: Cost;
  readonly salt: string;
  readonly key: Buffer;
}

const COST: Cost = { N: 2 ** 15, r: 8, p: 3 };
/** What better-auth makes by itself: salt and key, in hexadecimal. */
const FORMER: Cost = { N: 2 ** 14, r: 16, p: 1 };
const KEY_BYTES = 64;
/** Node has four threads for all that is slow; the signer's files and the names of hosts need some of them too. */
const AT_ONCE_MAX = 2;

/** @param cost for tests alone another one than is right for people */
export function makePasswords(cost: Cost = COST): Passwords {
  const derive = makeDerive();
  return {
    hash: async (password) => {
      const salt = randomBytes(16).toString('base64url');
      return write({ cost, salt, key: await derive(password, salt, cost) });
    },
    verify: async ({ hash, password }) => {
      const kept = read(hash);
      return timingSafeEqual(await derive(password, kept.salt, kept.cost), kept.key);
    },
    isFormer: (hash) => {
      const { N, r, p } = read(hash).cost;
      return N !== cost.N || r !== cost.r || p !== cost.p;
    },
    ofNobody: write({ cost, salt: 'nobody', key: Buffer.alloc(KEY_BYTES) }),
  };
}

function write({ cost: { N, r, p }, salt, key }: Kept): string {
  return ['scrypt', N, r, p, salt, key.toString('base64url')].join('$');
}

function read(hash: string): Kept {
  const [, salt, key] = /^([0-9a-f]{32}):([0-9a-f]{128})$/.exec(hash) ?? [];
  if (salt !== undefined && key !== undefined) return { cost: FORMER, salt, key: Buffer.from(key, 'hex') };
  const [kind, N, r, p, ownSalt = '', ownKey = ''] = hash.split('$');
  const kept = { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: ownSalt, key: Buffer.from(ownKey, 'base64url') };
  if (kind !== 'scrypt' || kept.key.length !== KEY_BYTES) throw new Error('a password is kept in a form that nobody knows');
  return kept;
}

/** Some at a time; the others wait in their order. */
function makeDerive(): (password: string, salt: string, cost: Cost) => Promise<Buffer> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (password, salt, { N, r, p }) => {
    if (running >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await new Promise((resolve, reject) => {
        const options = { N, r, p, maxmem: 256 * N * r };
        scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => (error === null ? resolve(key) : reject(error)));
      });
    } finally {
      // Its place goes to the next one.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
