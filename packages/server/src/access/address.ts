// From where somebody comes: networks that a key is good from, and the network that an address stands for.

import { addressWithin, Failure, formatAddress, maskAddress, readAddress } from '@indelible/core';

/** The part of an IPv6 address that one customer of a provider has. */
const IPV6_NETWORK_BITS = 64;

/** The bytes before those of an IPv4 address that is written as an IPv6 one (RFC 4291, 2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** An IPv4 address has 4, in whatever form it is written. */
function bytesOf(text: string): readonly number[] | undefined {
  const bytes = readAddress(text);
  return isMapped(bytes) ? bytes?.slice(MAPPED.length) : bytes;
}

function isMapped(bytes: readonly number[] | undefined): boolean {
  return bytes?.length === 16 && MAPPED.every((byte, index) => bytes[index] === byte);
}

/**
 * The one form of an address, without a port or a zone; undefined for what is none.
 *
 * @example plainAddress('::ffff:cb00:7107') // '203.0.113.7'
 * @example plainAddress('[2001:DB8::1]:443') // '2001:db8::1'
 */
export function plainAddress(text: string): string | undefined {
  const [, inBrackets, dotted] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text.trim()) ?? [];
  const bytes = bytesOf((inBrackets ?? dotted ?? text.trim()).replace(/%.*$/, ''));
  return bytes === undefined ? undefined : formatAddress(bytes);
}

interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/**
 * @param text an address, or a network in CIDR notation
 * @throws Failure `parameter_invalid`
 */
function readNetwork(text: string, pointer: string): Network {
  const [address = '', prefix, ...more] = text.trim().split('/');
  const bytes = bytesOf(address);
  const bits = prefix === undefined ? (bytes?.length ?? 0) * 8 : Number(prefix) - mappedBits(address, Number(prefix));
  if (bytes === undefined || more.length > 0 || !/^\d{1,3}$/.test(prefix ?? '0') || bits > bytes.length * 8)
    throw new Failure('parameter_invalid', `${pointer}: "${text.slice(0, 60)}" is no address and no network such as 203.0.113.0/24`, {
      pointer,
    });
  return { bytes: maskAddress(bytes, bits), bits };
}

/** Of a mapped address the prefix may count what stands before the IPv4 address. */
function mappedBits(address: string, prefix: number): number {
  const before = MAPPED.length * 8;
  return prefix >= before && isMapped(readAddress(address)) ? before : 0;
}

/** The one way to write a network. @throws Failure `parameter_invalid` */
export function normalNetwork(text: string, pointer = 'addresses'): string {
  const { bytes, bits } = readNetwork(text, pointer);
  return `${formatAddress(bytes)}/${bits}`;
}

/** Whether all of a network lies in one of the others. @example isNetworkWithin('10.1.0.0/16', ['10.0.0.0/8']) // true */
export function isNetworkWithin(text: string, networks: readonly string[]): boolean {
  const { bytes, bits } = readNetwork(text, 'addresses');
  return networks.some((other) => {
    const network = readNetwork(other, 'network');
    return bits >= network.bits && addressWithin(bytes, network.bytes, network.bits);
  });
}

/** @example isWithin('203.0.113.77', ['203.0.113.0/24']) // true */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const bytes = bytesOf(address);
  if (bytes === undefined) return false;
  return networks.some((text) => {
    const network = readNetwork(text, 'network');
    return addressWithin(bytes, network.bytes, network.bits);
  });
}

/** What counts as one place: an IPv4 address, or the first half of an IPv6 address. Undefined for what is no address. */
export function placeOf(address: string): string | undefined {
  const bytes = bytesOf(address);
  if (bytes === undefined) return undefined;
  return formatAddress(bytes.length === 4 ? bytes : maskAddress(bytes, IPV6_NETWORK_BITS));
}
