// Where a request comes from, by which right, and why.

import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { bearerOf } from './caller.ts';
import { newId } from './ids.ts';

export interface Origin {
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  readonly sessionId: string | undefined;
  readonly authMethod: string | undefined;
  /** What the person gave as the reason. */
  readonly reason: string | undefined;
}

/** Trusts X-Forwarded-For: the platform stands behind a proxy that sets it. */
export function originOf(c: Context): Origin {
  const token = bearerOf(c);
  const isSession = token.startsWith('ses_');
  return {
    ip: c.req.header('x-forwarded-for')?.split(',')[0]?.trim(),
    userAgent: c.req.header('user-agent'),
    requestId: c.req.header('x-request-id') ?? newId('req'),
    sessionId: isSession ? token.split('.')[0] : undefined,
    authMethod: token === '' ? undefined : isSession ? 'session' : 'api_token',
    reason: c.req.header('x-reason'),
  };
}

/** The route that will answer, as it is written in the code: `PATCH /bots/:id`. Middleware matches too, by a star. */
export function routeOf(c: Context): string | undefined {
  const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'));
  return route && `${c.req.method} ${route.path}`;
}
