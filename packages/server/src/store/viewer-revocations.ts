// Viewer tokens that were taken back, until they would have ended by themselves.

import type pg from 'pg';

/**
 * Takes a token back, and forgets those that are over. In the caller's transaction of the appender.
 *
 * @param expiresAt when no token of this id can be good any more
 * @returns false when it was taken back before
 */
export async function revokeViewerToken(
  tx: pg.ClientBase,
  { id, tenant, expiresAt }: { readonly id: string; readonly tenant: string; readonly expiresAt: Date },
): Promise<boolean> {
  await tx.query('delete from indelible.viewer_revocation where expires_at < now()');
  const answer = await tx.query(
    'insert into indelible.viewer_revocation (id, tenant, expires_at) values ($1, $2, $3) on conflict do nothing',
    [id, tenant, expiresAt],
  );
  return answer.rowCount === 1;
}
