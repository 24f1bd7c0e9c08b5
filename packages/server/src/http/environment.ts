// What the routes work with, and what every request carries.

import type { Redaction } from '@indelible/core';
import type { Context, Hono } from 'hono';
import type { Logger } from 'pino';
import type { Authenticator, Caller } from '../access/authenticate.ts';
import type { CoverageReport } from '../capture/index.ts';
import type { Committer } from '../store/committer.ts';
import type { Store } from '../store/pool.ts';
import type { Scope } from '../store/api-keys.ts';
import type { Tenants } from '../store/tenants.ts';
import type { Streams } from '../stream/index.ts';
import type { Metrics } from './metrics.ts';

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
  readonly streams: Streams;
  readonly redaction: Redaction;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly checks: () => Promise<readonly Check[]>;
  /** What is captured of every source. */
  readonly coverage: () => Promise<CoverageReport>;
}

export interface Environment {
  Variables: { requestId: string };
}

export type App = Hono<Environment>;

/** Who sends this request and for which tenant. */
export function callerOf(services: Services, c: Context<Environment>, scope: Scope): Promise<Caller> {
  return services.authenticator.caller({ authorization: c.req.header('authorization'), tenant: c.req.header('indelible-tenant') }, scope);
}
