// Viewer tokens stand nowhere but in the log, which says of each when it was made and when it was taken back.

import type { Event } from '../../api/queries.ts';

export interface KnownToken {
  readonly id: string;
  /** Whom it is for, as the platform names them. */
  readonly viewer?: string;
  readonly scope: string;
  readonly madeBy: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** What to ask: a token lasts a day at most, so older events tell of none that is good. */
export const TOKENS_QUERY = 'source:self action:viewer_token.* at:-24h';

/**
 * Those that are good, the newest first.
 *
 * @param events answers of TOKENS_QUERY
 */
export function goodTokens(events: readonly Event[], nowMs: number): KnownToken[] {
  const revoked = new Set(events.filter(({ action }) => action === 'viewer_token.revoked').map(({ resource }) => resource?.id));
  return events.flatMap(({ action, resource, actor, metadata = {} }): KnownToken[] => {
    const { expiresAt, scope, viewer } = metadata as { readonly expiresAt?: unknown; readonly scope?: unknown; readonly viewer?: unknown };
    const id = resource?.id;
    if (action !== 'viewer_token.created' || id === undefined || revoked.has(id)) return [];
    if (typeof expiresAt !== 'string' || Date.parse(expiresAt) <= nowMs) return [];
    const name = nameOf(viewer);
    return [
      {
        id,
        scope: typeof scope === 'string' ? scope : '',
        madeBy: actor.name ?? actor.id ?? actor.type,
        expiresAt,
        ...(name === undefined ? {} : { viewer: name }),
      },
    ];
  });
}

function nameOf(viewer: unknown): string | undefined {
  if (typeof viewer !== 'object' || viewer === null) return undefined;
  const { name, id } = viewer as { readonly name?: unknown; readonly id?: unknown };
  return [name, id].find((one) => typeof one === 'string');
}
