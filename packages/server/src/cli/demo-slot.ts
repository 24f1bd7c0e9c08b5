// A first start that was killed between making the slot and registering the source leaves a slot that nobody knows. With a
// database of somebody's own a person has to look at that; the example's database is the demo's alone, so here it is taken away.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const TRIES = 50;
const PAUSE_MS = 100;

/**
 * Drops the slot of a source that the trail does not know.
 *
 * @param ownerUrl of the trail's database
 * @param sourceUrl of the example's database
 */
export async function dropStraySlot(ownerUrl: string, sourceUrl: string, name: string): Promise<void> {
  if (await isKnown(ownerUrl, name)) return;
  const source = new pg.Client({ connectionString: sourceUrl });
  await source.connect();
  try {
    // The connection of a killed process is noticed a moment later: until then the slot is in use.
    for (let tries = TRIES; tries > 0; tries--) {
      const { rows } = await source.query<{ active: boolean }>(
        'select active from pg_replication_slots where slot_name = $1 and database = current_database()',
        [`indelible_${name}`],
      );
      if (rows[0] === undefined) return;
      if (!rows[0].active) await source.query('select pg_drop_replication_slot($1)', [`indelible_${name}`]);
      else await sleep(PAUSE_MS);
    }
  } finally {
    await source.end();
  }
}

async function isKnown(ownerUrl: string, name: string): Promise<boolean> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const { rowCount } = await owner.query('select from indelible.capture_source where name = $1', [name]);
    return rowCount !== 0;
  } finally {
    await owner.end();
  }
}
