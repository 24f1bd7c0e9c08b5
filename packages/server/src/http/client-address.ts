// The address that a request comes from: that of the connection, or what a proxy says that is trusted.

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { isWithin, plainAddress } from '../access/address.ts';
import type { Environment } from './environment.ts';

/**
 * A proxy that is trusted adds whom it serves to the end of X-Forwarded-For; what stands before the first that is not trusted
 * anybody may have written.
 *
 * @param trusted networks of proxies, in CIDR notation
 * @returns undefined where there is no connection, and where a proxy that is trusted says what is no address
 */
export function clientAddress(c: Context<Environment>, trusted: readonly string[]): string | undefined {
  const peer = peerOf(c);
  if (peer === undefined || !isWithin(peer, trusted)) return peer;
  const chain = c.req.header('x-forwarded-for') ?? '';
  return chain.trim() === '' ? peer : furthest(peer, chain.split(','), trusted);
}

/** Whether a proxy that is trusted says that the client came by TLS. Of several in a row the first one spoke with the client. */
export function cameByTls(c: Context<Environment>, trusted: readonly string[]): boolean {
  const peer = peerOf(c);
  if (peer === undefined || !isWithin(peer, trusted)) return false;
  return /^\s*https\s*(,|$)/i.test(c.req.header('x-forwarded-proto') ?? '');
}

/** The other end of the connection. */
function peerOf(c: Context<Environment>): string | undefined {
  const remote = (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress;
  // A zone says by which interface of this machine somebody comes.
  return plainAddress(remote ?? '');
}

function furthest(peer: string, chain: readonly string[], trusted: readonly string[]): string | undefined {
  let address = peer;
  for (const hop of chain.toReversed()) {
    const next = plainAddress(hop);
    // Not the proxy's own: whoever is behind it would count as it.
    if (next === undefined) return undefined;
    address = next;
    if (!isWithin(next, trusted)) return address;
  }
  return address;
}
