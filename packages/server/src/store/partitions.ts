// Monthly partitions of the event tables, made ahead of need: CREATE, then ATTACH, so that readers are not blocked.

import type pg from 'pg';
import { PARTITION_MONTHS_AHEAD } from '../limits.ts';

const TABLES = ['event', 'event_related'] as const;

export function monthStart(date: Date, offset = 0): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1));
}

/** Makes what is missing of this month, the one before (a server's clock may be behind at the turn of a month) and those ahead; returns the names of the new partitions. */
export async function ensurePartitions(client: pg.ClientBase, now: Date): Promise<string[]> {
  const made: string[] = [];
  for (const table of TABLES) {
    for (let ahead = -1; ahead <= PARTITION_MONTHS_AHEAD; ahead++) {
      const from = monthStart(now, ahead);
      const name = `${table}_${from.toISOString().slice(0, 7).replace('-', '_')}`;
      const known = await client.query(`select 1 from pg_inherits where inhrelid = to_regclass($1)`, [`indelible.${name}`]);
      if (known.rowCount === 1) continue;
      await client.query(
        `create table if not exists indelible.${name} (like indelible.${table} including defaults including constraints including storage)`,
      );
      await client.query(
        `alter table indelible.${table} attach partition indelible.${name} for values from ('${from.toISOString()}') to ('${monthStart(now, ahead + 1).toISOString()}')`,
      );
      made.push(name);
    }
  }
  return made;
}
