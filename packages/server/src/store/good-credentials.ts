// Which credentials are still good, for what outlives the request that they were checked for. By the form of an id: key_... is
// an API key, grant_... somebody's role in a tenant, vt_... a viewer token, ses_... the session of somebody who signed in.

import type pg from 'pg';
import { storeFailure } from './pool.ts';

/**
 * Those of some credentials that are there and were not taken back. As the appender.
 *
 * @throws Failure `store_unavailable`
 */
export async function goodCredentials(appender: pg.Pool, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const answer = await appender
    .query<{ id: string }>(
      `select id from indelible.api_key
       where id = any($1::text[]) and revoked_at is null and (expires_at is null or expires_at > now())
       union all select id from indelible.role_grant where id = any($1::text[])
       union all select indelible.good_sessions($1::text[])
       union all select c.id from unnest($1::text[]) c (id)
       where starts_with(c.id, 'vt_') and not exists (select from indelible.viewer_revocation r where r.id = c.id)`,
      [ids],
    )
    .catch((error: unknown) => {
      throw storeFailure(error);
    });
  return new Set(answer.rows.map(({ id }) => id));
}
