import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes } from './address.ts';

test.each([
  ['203.0.113.77', 'cb00714d'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['2001:db8::17', '20010db8000000000000000000000017'],
  ['1::', `0001${'0'.repeat(28)}`],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
])('%s', (text, hex) => {
  expect(Buffer.from(addressBytes(text)).toString('hex')).toBe(hex);
});

test('every address has the bytes of its expanded form', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      fc.pre(isIPv6(text));
      // The URL parser writes the canonical form, which must mean the same bytes.
      const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
      expect(addressBytes(text)).toEqual(addressBytes(canonical));
      expect(addressBytes(text)).toHaveLength(16);
    }),
  );
});
