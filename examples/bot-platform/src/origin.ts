// Where a request comes from, by which right, and why.

import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { bearerOf } from './auth/caller.ts';
import { newId } from './ids.ts';

export interface Origin {
  readonly ip: string | undefined;
  readonly location: { readonly country: string; readonly city?: string } | undefined;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  readonly sessionId: string | undefined;
  readonly authMethod: string | undefined;
  /** What the person gave as the reason. */
  readonly reason: string | undefined;
}

const METHODS: Readonly<Record<string, string>> = { ses: 'session', bpt: 'api_token', agt: 'agent_pass' };

/** Trusts X-Forwarded-For and X-Geo-*: the platform stands behind a proxy that sets them. */
export function originOf(c: Context): Origin {
  const token = bearerOf(c);
  const { ip, country, city } = placeOf(c);
  return {
    ip: ip ?? undefined,
    location: country === null ? undefined : { country, ...(city !== null && { city }) },
    userAgent: c.req.header('user-agent'),
    requestId: c.req.header('x-request-id') ?? newId('request'),
    sessionId: token.startsWith('ses_') ? token.split('.')[0] : undefined,
    authMethod: METHODS[token.slice(0, 3)],
    reason: c.req.header('x-reason'),
  };
}

/** The same as columns of a row. */
export function placeOf(c: Context): { ip: string | null; country: string | null; city: string | null; user_agent: string | null } {
  const city = c.req.header('x-geo-city');
  return {
    ip: c.req.header('x-forwarded-for')?.split(',')[0]?.trim() ?? null,
    country: c.req.header('x-geo-country') ?? null,
    // A header is ASCII; proxies write other letters as %C3%B8.
    city: city === undefined ? null : decoded(city),
    user_agent: c.req.header('user-agent') ?? null,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The route that will answer, as it is written in the code: `PATCH /bots/:id`. Middleware matches too, by a star. */
export function routeOf(c: Context): string | undefined {
  const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'));
  return route && `${c.req.method} ${route.path}`;
}
