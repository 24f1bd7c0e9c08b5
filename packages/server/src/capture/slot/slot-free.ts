// Waits for a sender whose stream this server has closed to leave the slot, so that the next stream finds it free.

import type pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';

const WAIT_MS_MAX = 5_000;
const POLL_MS = 20;

/** Resolves when nobody reads the slot any more, or after five seconds: then the next stream says who does. */
export async function untilFree(source: pg.ClientBase, slot: string): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX;
  while (Date.now() < end) {
    const answer = await source.query('select from pg_replication_slots where slot_name = $1 and active', [slot]);
    if (answer.rowCount === 0) return;
    await pause(POLL_MS);
  }
}
