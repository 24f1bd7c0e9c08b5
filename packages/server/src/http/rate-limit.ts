// How often somebody may ask. Who is known is counted by key, token or session, and by nothing else. Who is not known yet, and
// who asks for what is open to everybody, is counted by address: so strangers who share an address with others shut out nobody
// but strangers.
//
//   credentials seen good before --> by whose they are, before they are looked at again
//   others -----------------------> by address; given back, and counted by whose they are, when they turn out good

import { createHash } from 'node:crypto';
import { Failure } from '@indelible/core';
import type { Context } from 'hono';
import { isWithin, placeOf } from '../access/address.ts';
import { RATE_ADDRESS, RATE_CALLER, RATE_ENTRIES_MAX, RATE_INGEST } from '../limits.ts';
import { Buckets, type Rate } from './buckets.ts';
import { clientAddress } from './client-address.ts';
import type { Environment } from './environment.ts';
import type { Operation } from './openapi/operation.ts';

export interface Rates {
  /** Of somebody who is known; and the same of what takes events in. */
  readonly caller: Rate;
  readonly ingest: Rate;
  /** Of an address, by those who are not. */
  readonly address: Rate;
}

export const RATES: Rates = { caller: RATE_CALLER, ingest: RATE_INGEST, address: RATE_ADDRESS };

export interface RateLimit {
  /** Before it is looked at who asks. @throws Failure `rate_limited` */
  comes(c: Context<Environment>, operation: Operation | undefined): Visitor;
  /** When the gate has let somebody in, or has opened to everybody. @throws Failure `rate_limited` */
  enters(c: Context<Environment>, visitor: Visitor): void;
}

/** What is remembered of a request between the two. */
interface Visitor {
  /** Which buckets: events are taken in by others than the rest. */
  readonly buckets: Buckets;
  /** The credentials; undefined for one whose caller was counted already, or is none. */
  readonly credentials?: string;
  /** The address that was counted; undefined for one that no count is held of. */
  readonly place?: string;
}

/** @param trusted networks of proxies: an address in them is that of a proxy that does not say whom it serves, and is not counted */
export function makeRateLimit(trusted: readonly string[], rates: Rates = RATES): RateLimit {
  const [callers, ingest, places] = [rates.caller, rates.ingest, rates.address].map(
    (rate) => new Buckets({ ...rate, entriesMax: RATE_ENTRIES_MAX }),
  ) as [Buckets, Buckets, Buckets];
  const known = new Map<string, string>();
  const remember = (credentials: string, caller: string): void => {
    if (known.size >= RATE_ENTRIES_MAX) known.clear();
    known.set(credentials, caller);
  };
  return {
    comes: (c, operation) => {
      const buckets = operation?.permission === 'events.write' ? ingest : callers;
      const credentials = operation === undefined || operation.access === 'none' ? undefined : credentialsOf(c);
      const caller = credentials === undefined ? undefined : known.get(credentials);
      if (caller !== undefined) {
        demand(buckets.take(caller), 'this key, token or session');
        return { buckets };
      }
      const place = placeOfClient(c, trusted);
      if (place !== undefined) demand(places.take(place), 'your address, by requests that nobody could be recognised by,');
      return { buckets, ...(credentials === undefined ? {} : { credentials }), ...(place === undefined ? {} : { place }) };
    },
    enters: (c, { buckets, credentials, place }) => {
      const caller = callerOf(c);
      if (caller === undefined || credentials === undefined) return;
      if (place !== undefined) places.give(place);
      remember(credentials, caller);
      demand(buckets.take(caller), 'this key, token or session');
    },
  };
}

function demand(waitSeconds: number, who: string): void {
  if (waitSeconds > 0)
    throw new Failure('rate_limited', `${who} asks too often`, { retryAfterSeconds: Math.max(1, Math.ceil(waitSeconds)) });
}

/** A name for what of a request says who sends it, which holds no secret; undefined when nothing does. */
function credentialsOf(c: Context<Environment>): string | undefined {
  const text = c.req.header('authorization') ?? c.req.header('cookie');
  return text === undefined ? undefined : createHash('sha256').update(text).digest('base64');
}

function callerOf(c: Context<Environment>): string | undefined {
  const principal = c.get('admitted')?.principal;
  if (principal !== undefined) return `${principal.kind} ${principal.session ?? principal.id}`;
  const session = c.get('signedIn');
  return session === undefined ? undefined : `person ${session.id}`;
}

function placeOfClient(c: Context<Environment>, trusted: readonly string[]): string | undefined {
  const address = clientAddress(c, trusted);
  return address === undefined || isWithin(address, trusted) ? undefined : placeOf(address);
}
