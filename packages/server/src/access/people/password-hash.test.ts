import crypto, { randomBytes, scryptSync } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { hashPassword as formerHash } from 'better-auth/crypto';
import { afterEach, expect, test } from 'vitest';
import { makePasswords } from './password-hash.ts';

const { scrypt } = crypto;
const { hash: hashPassword, verify: verifyPassword, isFormer, ofNobody: NOBODYS_HASH } = makePasswords();
afterEach(() => {
  Object.assign(crypto, { scrypt });
  syncBuiltinESMExports();
});

test('a password is kept as scrypt says, with a salt of its own', async () => {
  const password = 'gravel lantern osprey tuba';
  const [hash, other] = [await hashPassword(password), await hashPassword(password)];
  expect(hash).not.toBe(other);
  const [, N, r, p, salt = '', key = ''] = hash.split('$');
  const options = { N: Number(N), r: Number(r), p: Number(p), maxmem: 2 ** 27 };
  expect(scryptSync(password, salt, 64, options).toString('base64url')).toBe(key);
  // What OWASP asks for at least: as much memory and work as N=2^15, r=8, p=3.
  expect(options.N * options.r * options.p).toBeGreaterThanOrEqual(2 ** 15 * 8 * 3);
  expect(await verifyPassword({ hash, password })).toBe(true);
  expect(await verifyPassword({ hash, password: 'gravel lantern osprey tubb' })).toBe(false);
  expect(isFormer(hash)).toBe(false);
  // The same letters, however they are composed.
  expect(await verifyPassword({ hash: await hashPassword('pa\u0301ssword of hers'), password: 'p\u00e1ssword of hers' })).toBe(true);
});

test('a hash of former days is read, and known as one', async () => {
  const hash = await formerHash('nine geese over the quay');
  expect(isFormer(hash)).toBe(true);
  expect(await verifyPassword({ hash, password: 'nine geese over the quay' })).toBe(true);
  expect(await verifyPassword({ hash, password: 'ten geese over the quay' })).toBe(false);
});

test('nobody has a password, at the same cost', async () => {
  expect(isFormer(NOBODYS_HASH)).toBe(false);
  expect(await verifyPassword({ hash: NOBODYS_HASH, password: randomBytes(16).toString('hex') })).toBe(false);
  await expect(verifyPassword({ hash: 'plain', password: 'plain' })).rejects.toThrow('form');
});

test('however many sign in, most threads are left to the rest of the server', async () => {
  let underWay = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const slow = (...given: unknown[]): void => {
    most = Math.max(most, ++underWay);
    const done = given.at(-1) as (error: null, key: Buffer) => void;
    ends.push(() => {
      underWay--;
      done(null, Buffer.alloc(64));
    });
  };
  Object.assign(crypto, { scrypt: slow });
  syncBuiltinESMExports();
  const all = Promise.all(Array.from({ length: 9 }, () => hashPassword('x')));
  for (let ended = 0; ended < 9; ended++) {
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
  }
  expect(await all).toHaveLength(9);
  expect(most).toBe(2);
});
