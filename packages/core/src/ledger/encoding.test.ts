import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, fromBase64, fromDecimal, toBase64, toBase64url, toHex, utf8 } from './encoding.ts';

test('RFC 4648, section 10', () => {
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase64(utf8(text)))).toEqual([
    '',
    'Zg==',
    'Zm8=',
    'Zm9v',
    'Zm9vYg==',
    'Zm9vYmE=',
    'Zm9vYmFy',
  ]);
  expect(toBase64url(new Uint8Array([0xfb, 0xff, 0xfe, 0xff]))).toBe('-__-_w');
  expect(toHex(new Uint8Array([0, 15, 255]))).toBe('000fff');
});

test('base64 has one spelling', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => equalBytes(fromBase64(toBase64(bytes)), bytes)));
  for (const text of ['Zg', 'Zg=', 'Zh==', ' Zg==', 'Zg==\n', 'Z g=', '-_8=', 'Zm9v=', '====', '\u00e9']) {
    expect(() => fromBase64(text), text).toThrow(SyntaxError);
  }
});

test('decimals have one spelling', () => {
  expect(fromDecimal('0')).toBe(0);
  expect(fromDecimal('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  for (const text of ['', '00', '01', '-1', '+1', '1.0', '1e3', ' 1', '0x1', '9007199254740992', '99999999999999999']) {
    expect(() => fromDecimal(text), text).toThrow(SyntaxError);
  }
});
