// What the routes work with, and what every request carries.

import type { Redaction } from '@indelible/core';
import type { Context, Hono } from 'hono';
import type { Logger } from 'pino';
import type { AccessTrail } from '../access/access-trail.ts';
import type { Authenticator } from '../access/authenticate.ts';
import type { Session } from '../access/people/engine.ts';
import type { People } from '../access/people/people.ts';
import type { ViewerTokens } from '../access/viewer-token.ts';
import type { Caller } from '../access/principal.ts';
import type { CoverageReport } from '../capture/index.ts';
import type { Exports } from '../export/exports.ts';
import type { Committer } from '../store/committer.ts';
import type { Reader } from '../store/as-tenant.ts';
import type { Store } from '../store/pool.ts';
import type { Self } from '../store/self.ts';
import type { Tenants } from '../store/tenants.ts';
import type { Streams } from '../stream/index.ts';
import type { Metrics } from './metrics.ts';
import type { Operation } from './openapi/operation.ts';

/** One thing that the server depends on. Only what is required decides whether it is ready: an event can still be taken in while the rest is mended. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly required: boolean;
  readonly detail?: string;
}

export interface Services {
  readonly store: Store;
  readonly tenants: Tenants;
  readonly authenticator: Authenticator;
  readonly committer: Committer;
  readonly exports: Exports;
  readonly streams: Streams;
  readonly redaction: Redaction;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly checks: () => Promise<readonly Check[]>;
  /** What is captured of every source. */
  readonly coverage: () => Promise<CoverageReport>;
  /** Networks of proxies whose word on a client's address counts. */
  readonly trustedProxies: readonly string[];
  readonly viewerTokens: ViewerTokens;
  /** Who signs in. */
  readonly people: People;
  /** Writes what the trail says of itself. */
  readonly self: Self;
  /** Where it is noted who reads and who is refused. */
  readonly accessTrail: Pick<AccessTrail, 'note'>;
}

export interface Environment {
  Variables: {
    requestId: string;
    /** What is asked for; undefined where the server has nothing. */
    operation: Operation | undefined;
    /** Whom the gate has let in; undefined where an address is open to everybody. */
    admitted: Admitted | undefined;
    /** Who has signed in, where that alone is asked. */
    signedIn: Session | undefined;
  };
}

export type App = Hono<Environment>;

/** Who sends a request, about which tenant, and what they read through: it shows no other tenant than theirs. */
export interface Admitted extends Caller {
  readonly reader: Reader;
}

/** Who sends this request: whom the gate (gate.ts) has let in. */
export function callerOf(c: Context<Environment>): Admitted {
  const admitted = c.get('admitted');
  if (admitted === undefined) throw new Error('a route asked for its caller that the table of operations opens to everybody');
  return admitted;
}

/** The session that asks, where the table of operations wants one and nothing else. */
export function sessionOf(c: Context<Environment>): Session {
  const session = c.get('signedIn');
  if (session === undefined) throw new Error('a route asked for a session that the table of operations does not want');
  return session;
}
