import { expect, test } from 'vitest';
import { isIp, normalIp } from './ip.ts';

test.each([
  '0.0.0.0',
  '255.255.255.255',
  '::',
  '::1',
  '1::',
  '2001:db8::1',
  '1:2:3:4:5:6:7:8',
  '::ffff:1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '2001:DB8:0:0:0:0:0:1',
])('%s is an address', (text) => {
  expect(isIp(text)).toBe(true);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '1.2.3.4/32',
  ' 1.2.3.4',
  '1.2.3.4\n',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  'g::1',
  '12345::',
  'fe80::1%eth0',
  '::1.2.3',
  '1.2.3.4::',
  '[::1]',
  'localhost',
])('%j is none', (text) => {
  expect(isIp(text)).toBe(false);
});

test('one address has one form', () => {
  expect(normalIp('::ffff:203.0.113.77')).toBe('203.0.113.77');
  expect(normalIp('::FFFF:203.0.113.77')).toBe('203.0.113.77');
  expect(normalIp('2001:DB8::A')).toBe('2001:db8::a');
  expect(normalIp('::ffff:cb00:714d')).toBe('::ffff:cb00:714d');
});
