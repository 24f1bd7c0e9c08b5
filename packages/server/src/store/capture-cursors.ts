// How far the trail says to have read its sources, for verify: as the owner.

import type pg from 'pg';

export interface CaptureCursor {
  readonly name: string;
  /** The position of the last row change that is in the log, as in its events: `16/B374D848:3`; `0/0:-1` before the first. */
  readonly cursor: string;
  /** The furthest that the slot was ever allowed to go. */
  readonly acknowledged: string;
  readonly systemIdentifier: string;
  readonly slot: string;
  /** How often positions of the source began anew. */
  readonly era: number;
  readonly counters: Readonly<Record<string, number>>;
  /** True while capture has stopped at a gap, which is on record. */
  readonly stopped: boolean;
}

export async function readCaptureCursors(client: pg.ClientBase): Promise<CaptureCursor[]> {
  const answer = await client.query<CaptureCursor>(
    `select name, cursor_lsn || ':' || cursor_ordinal as cursor, acknowledged_lsn::text as acknowledged, system_identifier as "systemIdentifier", slot, era,
       counters, stopped_reason is not null as stopped
     from indelible.capture_source order by name`,
  );
  return answer.rows;
}
