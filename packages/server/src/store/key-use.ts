// Where and when API keys were used, by the appender.

import type pg from 'pg';
import { KEY_ADDRESSES_MAX } from '../limits.ts';

/** A key was used, last from an address. */
export interface KeyUsed {
  readonly id: string;
  readonly address: string | undefined;
  readonly at: Date;
}

/** Notes the last use of keys, unless a later one is noted, or one of the same minute. */
export async function noteKeysUsed(db: Pick<pg.ClientBase, 'query'>, uses: readonly KeyUsed[]): Promise<void> {
  await db.query(
    `update indelible.api_key k set last_used_at = u.at, last_used_address = u.address
     from unnest($1::text[], $2::inet[], $3::timestamptz[]) u (id, address, at)
     where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at - interval '1 minute')`,
    [uses.map(({ id }) => id), uses.map(({ address }) => address ?? null), uses.map(({ at }) => at)],
  );
}

/** Remembers from where keys were used; those that were not known before, each with its key's tenant and name, in the caller's transaction. */
export async function noteKeyAddresses(
  tx: pg.ClientBase,
  seen: readonly { readonly id: string; readonly address: string }[],
): Promise<{ id: string; name: string; tenant: string | null; address: string }[]> {
  const ids = [...new Set(seen.map(({ id }) => id))];
  const added = await tx.query<{ id: string; name: string; tenant: string | null; address: string }>(
    `with added as (
       insert into indelible.api_key_address (key_id, address)
       select id, address from unnest($1::text[], $2::inet[]) s (id, address) where exists (select from indelible.api_key k where k.id = s.id)
       on conflict do nothing returning key_id, address)
     select k.id, k.name, k.tenant, host(added.address) as address from added join indelible.api_key k on k.id = added.key_id order by 1, 4`,
    [seen.map(({ id }) => id), seen.map(({ address }) => address)],
  );
  if (added.rows.length > 0)
    await tx.query(
      `delete from indelible.api_key_address a using (
         select key_id, address, row_number() over (partition by key_id order by first_seen desc, address) as place
         from indelible.api_key_address where key_id = any($1::text[])) old
       where a.key_id = old.key_id and a.address = old.address and old.place > $2`,
      [ids, KEY_ADDRESSES_MAX],
    );
  return added.rows;
}
