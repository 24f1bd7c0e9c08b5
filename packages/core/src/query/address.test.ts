import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressWithin, formatAddress, maskAddress, readAddress } from './address.ts';

const canonical = (text: string) => {
  const bytes = readAddress(text);
  return bytes === undefined ? undefined : formatAddress(bytes);
};

test('one canonical form for every way of writing (RFC 5952, sections 2 and 4)', () => {
  expect(canonical('203.0.113.77')).toBe('203.0.113.77');
  expect(canonical('2001:DB8:0:0:1:0:0:1')).toBe('2001:db8::1:0:0:1');
  expect(canonical('2001:0db8::0001')).toBe('2001:db8::1');
  expect(canonical('2001:db8:0:1:1:1:1:1')).toBe('2001:db8:0:1:1:1:1:1');
  expect(canonical('2001:0:0:1:0:0:0:1')).toBe('2001:0:0:1::1');
  expect(canonical('0:0:0:0:0:0:0:0')).toBe('::');
  expect(canonical('1:0:0:0:0:0:0:0')).toBe('1::');
  expect(canonical('::1:2:3:4:5:6:7')).toBe('0:1:2:3:4:5:6:7');
  expect(canonical('::FFFF:c000:0201')).toBe('::ffff:192.0.2.1');
  expect(canonical('64:ff9b::192.0.2.33')).toBe('64:ff9b::c000:221');
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '256.1.1.1',
  '1.2.3.-4',
  '1.2.3.4 ',
  'localhost',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '::1:2:3:4:5:6:7:8',
  '12345::',
  'g::',
  'fe80::1%eth0',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '1:2:3:4:5:6:7:1.2.3.4',
  ':1:2:3:4:5:6:7',
])('%j is no address', (text) => {
  expect(readAddress(text)).toBeUndefined();
});

test('the canonical form reads back as the same bytes', () => {
  const byte = fc.oneof(fc.constant(0), fc.nat(255));
  fc.assert(
    fc.property(fc.oneof(fc.array(byte, { minLength: 4, maxLength: 4 }), fc.array(byte, { minLength: 16, maxLength: 16 })), (bytes) => {
      expect(readAddress(formatAddress(bytes))).toEqual(bytes);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      expect(readAddress(text)).toBeDefined();
    }),
  );
});

test('a network holds its addresses and no others', () => {
  expect(maskAddress([203, 0, 113, 77], 28)).toEqual([203, 0, 113, 64]);
  expect(addressWithin([203, 0, 113, 79], [203, 0, 113, 64], 28)).toBe(true);
  expect(addressWithin([203, 0, 113, 80], [203, 0, 113, 64], 28)).toBe(false);
  expect(addressWithin([1, 2, 3, 4], [0, 0, 0, 0], 0)).toBe(true);
  expect(addressWithin(readAddress('::ffff:1.2.3.4') ?? [], [1, 2, 3, 4], 32)).toBe(false);
});
