// What the source says of the slot: where it stands, and how much of its log may still be removed under it.

import type pg from 'pg';
import { type Lsn, parseLsn } from '../replication/lsn.ts';

export interface SlotState {
  readonly plugin: string;
  readonly database: string;
  readonly twoPhase: boolean;
  /** The process of the source that streams from it. */
  readonly activePid: number | undefined;
  /** What was acknowledged; 0 when nothing was. */
  readonly confirmed: Lsn;
  readonly lost: boolean;
  /** Why it was lost, where the source says so (PostgreSQL 17). */
  readonly lostBecause: string | undefined;
  /** Bytes of log that were written and not acknowledged. */
  readonly lagBytes: number;
  /** The share of what the slot may hold back that it does hold, 0 to 1; undefined where it may hold back everything. */
  readonly used: number | undefined;
}

interface SlotRow {
  readonly plugin: string;
  readonly database: string;
  readonly two_phase: boolean;
  readonly active_pid: number | null;
  readonly confirmed: string | null;
  readonly wal_status: string | null;
  readonly because: string | null;
  readonly lag: string | null;
  readonly held: string | null;
  readonly safe: string | null;
}

export async function loadSlot(source: pg.ClientBase | pg.Pool, slot: string): Promise<SlotState | undefined> {
  const answer = await source.query<SlotRow>(
    `select plugin, database, two_phase, active_pid, confirmed_flush_lsn::text as confirmed, wal_status, to_jsonb(s) ->> 'invalidation_reason' as because,
       pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::text as lag, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text as held,
       safe_wal_size::text as safe
     from pg_replication_slots s where slot_name = $1`,
    [slot],
  );
  const row = answer.rows[0];
  if (row === undefined) return undefined;
  const held = Math.max(0, Number(row.held ?? 0));
  return {
    plugin: row.plugin,
    database: row.database,
    twoPhase: row.two_phase,
    activePid: row.active_pid ?? undefined,
    confirmed: row.confirmed === null ? 0n : parseLsn(row.confirmed),
    lost: row.wal_status === 'lost',
    lostBecause: row.because ?? undefined,
    lagBytes: Math.max(0, Number(row.lag ?? 0)),
    // The limit is max_slot_wal_keep_size, rounded to segments: what is held and what is still safe, together.
    used: row.safe === null ? undefined : held / (held + Math.max(0, Number(row.safe)) || 1),
  };
}
