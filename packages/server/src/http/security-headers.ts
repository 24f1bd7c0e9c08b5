// What every answer tells a browser: to run and load nothing of it, to show it in no frame, to keep nothing of it, and not to
// come back without TLS.

import type { MiddlewareHandler } from 'hono';
import { HSTS_SECONDS } from '../limits.ts';
import { cameByTls } from './client-address.ts';
import type { Environment } from './environment.ts';

/** For answers that are no pages. A page has a policy of its own, as strict but for what it needs. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': NOTHING,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Data of a trail is for who asked. What may be kept (the document, what is public) says so.
  'cache-control': 'no-store',
};

/**
 * The first middleware of all: an answer of another one, a refusal included, passes it.
 *
 * @param trusted networks of proxies whose word on TLS counts
 * @example app.use(securityHeaders(['10.0.0.0/8']))
 */
export function securityHeaders(trusted: readonly string[]): MiddlewareHandler<Environment> {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) if (!headers.has(name)) headers.set(name, value);
    // What is public may be kept; the same of a log that is not, somebody else at this browser would find.
    if (c.get('admitted') !== undefined && headers.get('cache-control')?.includes('no-store') !== true)
      headers.set('cache-control', 'no-store');
    if (cameByTls(c, trusted)) headers.set('strict-transport-security', `max-age=${HSTS_SECONDS}; includeSubDomains`);
  };
}
