// Coming in by a viewer token.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS, VIEWER_SECONDS_MAX } from '../limits.ts';
import { goodCredentials } from '../store/good-credentials.ts';
import { Denied, type Way } from './authenticate.ts';
import type { Principal } from './principal.ts';
import { remembered } from './remembered.ts';
import { readScope } from './scope.ts';
import type { ViewerClaims, ViewerTokens } from './viewer-token.ts';

/** Whether a token was taken back is kept for KEY_CACHE_MS; that it was signed here, for as long as it lasts. */
export function viewerWay(appender: pg.Pool, tokens: ViewerTokens): Way {
  const read = async (token: string): Promise<Principal> => principalOf(await tokens.verify(token));
  // Of what it says nothing changes; that it is over is looked at every time.
  const principalBy = remembered(read, { ms: VIEWER_SECONDS_MAX * 1_000, entriesMax: KEY_CACHE_ENTRIES_MAX });
  const isGood = remembered(
    async (token) => {
      const { credentials } = await principalBy(token);
      const good = await goodCredentials(appender, credentials);
      return credentials.every((id) => good.has(id));
    },
    { ms: KEY_CACHE_MS, entriesMax: KEY_CACHE_ENTRIES_MAX },
  );
  return async ({ authorization }) => {
    const token = /^Bearer +(ivt_[A-Za-z0-9_.-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const principal = await principalBy(token);
    if ((principal.untilMs ?? 0) <= Date.now()) throw new Denied(new Failure('unauthorized', 'this viewer token has expired'), principal);
    if (!(await isGood(token)))
      throw new Denied(new Failure('unauthorized', 'this viewer token was revoked, or the key that made it'), principal);
    return principal;
  };
}

function principalOf({ id, tenant, scope, untilMs, restsOn, viewer, exports }: ViewerClaims): Principal {
  const within = readScope(scope);
  return {
    kind: 'viewer',
    id: viewer?.id ?? id,
    ...(viewer?.name === undefined ? {} : { name: viewer.name }),
    session: id,
    tenant,
    grants: ['viewer'],
    ...(within === undefined ? {} : { within }),
    ...(exports === undefined ? {} : { exports }),
    credentials: [id, ...restsOn],
    untilMs,
  };
}
