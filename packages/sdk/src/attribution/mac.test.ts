// The code is the HMAC-SHA256 that everybody else computes.

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { macOf } from './mac.ts';

test('a vector of RFC 4231', () => {
  expect(Buffer.from(macOf('what do ya want for nothing?', 'Jefe'), 'base64url').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('as createHmac, for keys and texts of every length and script, in any order', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ minLength: 2_000, maxLength: 4_000 }));
  const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, key), { maxLength: 5 }), fc.boolean(), (pairs, oneKey) => {
      for (const [one, own] of pairs) {
        const chosen = oneKey ? 'one key' : own;
        expect(macOf(one, chosen)).toBe(createHmac('sha256', chosen).update(one, 'utf8').digest('base64url'));
      }
    }),
  );
});
