// Making viewer tokens and taking them back. A token is handed out after its event is durable.

import { Failure, type Node, print } from '@indelible/core';
import type pg from 'pg';
import { VIEWER_SECONDS_DEFAULT, VIEWER_SECONDS_MAX, VIEWER_SECONDS_MIN } from '../limits.ts';
import { checkTenantName } from '../store/log-row.ts';
import { inTransaction } from '../store/pool.ts';
import { recordIn, type Self } from '../store/self.ts';
import { revokeViewerToken } from '../store/viewer-revocations.ts';
import type { By } from './actor.ts';
import type { Principal } from './principal.ts';
import { readScope } from './scope.ts';
import type { ViewerTokens } from './viewer-token.ts';

export interface NewViewerToken {
  /** Only what is about this resource. */
  readonly resource?: { readonly type: string; readonly id: string };
  /** Only what this actor did. */
  readonly actor?: string;
  /** Only what this query asks for; fields alone, and no times. */
  readonly scope?: string;
  readonly expiresInSeconds?: number;
  /** It may export what it reads; false by default. */
  readonly exports?: boolean;
  /** Whom it is for, as the platform names them. */
  readonly viewer?: { readonly id: string; readonly name?: string };
}

export interface MadeViewerToken {
  readonly id: string;
  readonly token: string;
  readonly tenant: string;
  /** The query that everything is read within; absent for the whole tenant. */
  readonly scope?: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface ViewersContext {
  readonly tokens: ViewerTokens;
  readonly self: Self;
  readonly by: By;
  readonly principal: Principal;
  readonly tenant: string;
}

/** @throws Failure `parameter_invalid`, `query_invalid`, `tenant_invalid` */
export async function makeViewerToken(ctx: ViewersContext, wanted: NewViewerToken): Promise<MadeViewerToken> {
  const { tokens, self, by, principal } = ctx;
  // What the trail says of itself is no customer's.
  const tenant = checkTenantName(ctx.tenant);
  const { expiresInSeconds = VIEWER_SECONDS_DEFAULT, viewer, exports } = wanted;
  if (!Number.isSafeInteger(expiresInSeconds) || expiresInSeconds < VIEWER_SECONDS_MIN || expiresInSeconds > VIEWER_SECONDS_MAX)
    throw new Failure('parameter_invalid', `expiresInSeconds: expected whole seconds from ${VIEWER_SECONDS_MIN} to ${VIEWER_SECONDS_MAX}`, {
      pointer: 'expiresInSeconds',
    });
  const scope = scopeOf(wanted);
  const untilMs = Math.min(Date.now() + expiresInSeconds * 1_000, principal.kind === 'key' ? (principal.untilMs ?? Infinity) : Infinity);
  // A session that ends takes nothing from what was made in it; a key or a role does.
  const restsOn = principal.credentials.filter((id) => id.startsWith('key_') || id.startsWith('grant_'));
  const { token, claims } = await tokens.make({
    tenant,
    scope,
    untilMs,
    restsOn,
    ...(viewer === undefined ? {} : { viewer }),
    ...(exports === true ? { exports } : {}),
  });
  const expiresAt = new Date(claims.untilMs).toISOString();
  await self(tenant, [
    {
      action: 'viewer_token.created',
      ...by,
      resource: { type: 'viewer_token', id: claims.id },
      metadata: {
        scope: scope === '' ? 'everything' : scope,
        expiresAt,
        ...(viewer === undefined ? {} : { viewer }),
        ...(exports === true ? { exports } : {}),
      },
    },
  ]);
  return { id: claims.id, token, tenant, ...(scope === '' ? {} : { scope }), expiresAt };
}

/** The canonical text of all that limits it. */
function scopeOf({ resource, actor, scope }: NewViewerToken): string {
  const terms: Node[] = [];
  if (resource !== undefined) {
    const match = { kind: 'resource', type: { kind: 'equals', value: resource.type }, id: { kind: 'equals', value: resource.id } } as const;
    terms.push({ kind: 'field', field: 'resource', negated: false, match });
  }
  if (actor !== undefined) terms.push({ kind: 'field', field: 'actor.id', negated: false, match: { kind: 'equals', value: actor } });
  const text = print({ terms: [...terms, ...(readScope(scope ?? '')?.terms ?? [])] });
  readScope(text);
  return text;
}

/**
 * Takes a token back: it is refused after KEY_CACHE_MS at the latest.
 *
 * @param appender the appender's pool
 * @throws Failure `not_found` for an id that is none of this tenant's, or was taken back before
 */
export async function takeViewerToken(
  { appender, tokens, by, tenant }: Pick<ViewersContext, 'tokens' | 'by' | 'tenant'> & { readonly appender: pg.Pool },
  id: string,
): Promise<void> {
  const gone = new Failure('not_found', `there is no viewer token ${id.slice(0, 64)} that could be revoked`);
  if (!tokens.isOf(id, tenant)) throw gone;
  // When it ends is written in the token alone, and none lasts longer than this.
  const expiresAt = new Date(Date.now() + VIEWER_SECONDS_MAX * 1_000);
  await inTransaction(appender, async (tx) => {
    if (!(await revokeViewerToken(tx, { id, tenant, expiresAt }))) throw gone;
    await recordIn(tx, tenant, { action: 'viewer_token.revoked', ...by, resource: { type: 'viewer_token', id } });
  });
}
