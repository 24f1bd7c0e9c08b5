// Which of many API keys are still good, for what outlives the request that a key was checked for.

import type pg from 'pg';
import { storeFailure } from './pool.ts';

/**
 * The ids among `ids` whose keys exist and are not revoked. As the appender.
 *
 * @throws Failure `store_unavailable`
 */
export async function goodKeys(appender: pg.Pool, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const answer = await appender
    .query<{ id: string }>('select id from indelible.api_key where id = any($1::text[]) and revoked_at is null', [ids])
    .catch((error: unknown) => {
      throw storeFailure(error);
    });
  return new Set(answer.rows.map(({ id }) => id));
}
