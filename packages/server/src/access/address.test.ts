import { expect, test } from 'vitest';
import { isNetworkWithin, isWithin, normalNetwork, placeOf, plainAddress } from './address.ts';

test.each([
  ['203.0.113.77', '203.0.113.77/32'],
  ['203.0.113.77/24', '203.0.113.0/24'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:0DB8::1/32', '2001:db8::/32'],
  ['::ffff:10.0.0.1', '10.0.0.1/32'],
  ['::ffff:a00:1', '10.0.0.1/32'],
  ['::ffff:a00:1/104', '10.0.0.0/8'],
  ['::ffff:0:0/96', '0.0.0.0/0'],
])('%s is the network %s', (text, network) => {
  expect(normalNetwork(text)).toBe(network);
});

test.each(['', 'x', '10.0.0.1/33', '10.0.0.1/-1', '10.0.0.1/', '2001:db8::/129', '10.0.0', '10.0.0.1/8/8/'])(
  '"%s" is no network',
  (text) => {
    expect(() => normalNetwork(text)).toThrow('is no address and no network');
  },
);

test('an address lies in its networks and in no other', () => {
  expect(isWithin('203.0.113.77', ['10.0.0.0/8', '203.0.113.0/24'])).toBe(true);
  expect(isWithin('::ffff:203.0.113.77', ['203.0.113.0/24'])).toBe(true);
  expect(isWithin('::ffff:cb00:714d', ['203.0.113.0/24'])).toBe(true);
  expect(isWithin('203.0.114.77', ['203.0.113.0/24'])).toBe(false);
  expect(isWithin('2001:db8::1', ['0.0.0.0/0'])).toBe(false);
  expect(isWithin('nonsense', ['0.0.0.0/0', '::/0'])).toBe(false);
});

test('a network lies in another one when all of it does', () => {
  expect(isNetworkWithin('10.1.0.0/16', ['192.0.2.0/24', '10.0.0.0/8'])).toBe(true);
  expect(isNetworkWithin('10.1.2.3', ['10.1.2.3/32'])).toBe(true);
  expect(isNetworkWithin('10.0.0.0/7', ['10.0.0.0/8'])).toBe(false);
  expect(isNetworkWithin('11.0.0.0/16', ['10.0.0.0/8'])).toBe(false);
  expect(isNetworkWithin('2001:db8::/32', ['0.0.0.0/0'])).toBe(false);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:5555', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:DB8:0::1', '2001:db8::1'],
  [' [2001:db8::1]:443 ', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['203.0.113.7:', undefined],
  ['203.0.113.7:5:5', undefined],
  ['[2001:db8::1', undefined],
  ['unknown', undefined],
  ['', undefined],
])('"%s" is plainly %s', (text, plain) => {
  expect(plainAddress(text)).toBe(plain);
});

test('a place is an IPv4 address, and the first half of an IPv6 address', () => {
  expect(placeOf('203.0.113.77')).toBe('203.0.113.77');
  expect(placeOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::');
  expect(placeOf('nonsense')).toBeUndefined();
});
