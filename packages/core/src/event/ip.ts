// Internet addresses in events: which texts are one, and the form in which the log keeps them.

import { readAddress } from '../query/address.ts';

const MAPPED = /^::ffff:(?=\d+\.)/i;

/** True for an IPv4 address in four decimal parts, or an IPv6 address (RFC 4291); no zone, no prefix length. */
export function isIp(text: string): boolean {
  return readAddress(text) !== undefined;
}

/**
 * Lower case; an IPv4 address that a dual-stack socket shows as IPv6 becomes IPv4 again, so that a query for the
 * one finds the other.
 *
 * @example normalIp('::ffff:203.0.113.77') // "203.0.113.77"
 */
export function normalIp(text: string): string {
  return text.includes(':') ? text.replace(MAPPED, '').toLowerCase() : text;
}
