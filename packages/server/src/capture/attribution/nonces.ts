// Nonces of attribution messages: which transaction used each first. A message proves nothing in a second one.

import type pg from 'pg';
import { CAPTURE_NONCE_HOURS } from '../../limits.ts';
import { type Lsn, lsnText } from '../replication/lsn.ts';
import type { Begin } from '../replication/pgoutput.ts';

/**
 * Takes each nonce for the transaction that it came with, unless an earlier one has it.
 *
 * @returns the transaction that used each nonce first
 */
export async function claimNonces(tx: pg.ClientBase, sourceId: number, nonces: ReadonlyMap<string, Begin>): Promise<Map<string, Lsn>> {
  const owners = new Map<string, Lsn>();
  if (nonces.size === 0) return owners;
  const begins = [...nonces.values()];
  const answer = await tx.query<{ nonce: string; at: string }>(
    `with claimed as (
       insert into indelible.capture_nonce (source_id, nonce, commit_lsn, committed_at)
       select $1, nonce, lsn, to_timestamp(ms / 1000) from unnest($2::text[], $3::pg_lsn[], $4::float8[]) as n(nonce, lsn, ms)
       on conflict do nothing returning nonce, commit_lsn
     )
     select nonce, (commit_lsn - '0/0'::pg_lsn)::text as at from claimed
     union all
     select nonce, (commit_lsn - '0/0'::pg_lsn)::text from indelible.capture_nonce where source_id = $1 and nonce = any($2)`,
    [sourceId, [...nonces.keys()], begins.map(({ commitLsn }) => lsnText(commitLsn)), begins.map(({ committedAt }) => committedAt)],
  );
  for (const { nonce, at } of answer.rows) owners.set(nonce, BigInt(at));
  return owners;
}

/**
 * Forgets the nonces that no message can prove anything by any more, at the place that the stream has come to: however late it
 * is read, and never sooner than by the trail's clock, for the source's may be ahead.
 *
 * @param streamMs when the last transaction that was read was committed: milliseconds since 1970
 */
export async function forgetNonces(trail: pg.ClientBase | pg.Pool, sourceId: number, streamMs: number): Promise<void> {
  await trail.query(
    `delete from indelible.capture_nonce
     where source_id = $1 and committed_at < least(now(), to_timestamp($2::float8 / 1000)) - make_interval(hours => $3)`,
    [sourceId, streamMs, CAPTURE_NONCE_HOURS],
  );
}
