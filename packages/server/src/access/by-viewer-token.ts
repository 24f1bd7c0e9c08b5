// Coming in by a viewer token.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS } from '../limits.ts';
import { goodCredentials } from '../store/good-credentials.ts';
import { Denied, type Way } from './authenticate.ts';
import type { Principal } from './principal.ts';
import { readScope } from './scope.ts';
import type { ViewerClaims, ViewerTokens } from './viewer-token.ts';

interface Known {
  readonly principal: Principal;
  /** Milliseconds since 1970: whether it was taken back is known up to then. */
  checkedUntil: number;
  isGood: boolean;
}

/** Whether a token was taken back is kept for KEY_CACHE_MS; that it was signed here, for as long as it lasts. */
export function viewerWay(appender: pg.Pool, tokens: ViewerTokens): Way {
  const cache = new Map<string, Known>();
  const lookUp = async (token: string): Promise<Known> => {
    const cached = cache.get(token);
    if (cached !== undefined) return cached;
    const known = { principal: principalOf(await tokens.verify(token)), checkedUntil: 0, isGood: false };
    if (cache.size >= KEY_CACHE_ENTRIES_MAX) cache.clear();
    cache.set(token, known);
    return known;
  };
  return async ({ authorization }) => {
    const token = /^Bearer +(ivt_[A-Za-z0-9_.-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const known = await lookUp(token);
    const { principal } = known;
    if ((principal.untilMs ?? 0) <= Date.now()) {
      cache.delete(token);
      throw new Denied(new Failure('unauthorized', 'this viewer token has expired'), principal);
    }
    if (known.checkedUntil <= Date.now()) {
      const good = await goodCredentials(appender, principal.credentials);
      known.isGood = principal.credentials.every((id) => good.has(id));
      known.checkedUntil = Date.now() + KEY_CACHE_MS;
    }
    if (!known.isGood) throw new Denied(new Failure('unauthorized', 'this viewer token was revoked, or the key that made it'), principal);
    return principal;
  };
}

function principalOf({ id, tenant, scope, untilMs, restsOn, viewer }: ViewerClaims): Principal {
  const within = readScope(scope);
  return {
    kind: 'viewer',
    id: viewer?.id ?? id,
    ...(viewer?.name === undefined ? {} : { name: viewer.name }),
    session: id,
    tenant,
    grants: ['viewer'],
    ...(within === undefined ? {} : { within }),
    credentials: [id, ...restsOn],
    untilMs,
  };
}
