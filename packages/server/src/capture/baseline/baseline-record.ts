// The trail's memory of baselines: for each table how far its rows are in the log, so that an interrupted one goes on where
// it stood, and none is written twice.

import type pg from 'pg';
import { type Lsn, lsnText, parseLsn } from '../replication/lsn.ts';

export interface TableProgress {
  readonly table: string;
  readonly snapshotLsn: Lsn;
  /** The key of the last row that is in the log, as texts. */
  readonly lastKey: readonly string[] | undefined;
  readonly rows: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
}

/** By the name of the table: schema.table. */
export async function loadProgress(trail: pg.ClientBase | pg.Pool, sourceId: number): Promise<Map<string, TableProgress>> {
  const answer = await trail.query<{
    table_name: string;
    lsn: string;
    last_key: string[] | null;
    rows: string;
    started_at: Date;
    finished_at: Date | null;
  }>(
    'select table_name, snapshot_lsn::text as lsn, last_key, rows, started_at, finished_at from indelible.capture_baseline where source_id = $1',
    [sourceId],
  );
  return new Map(
    answer.rows.map((row) => [
      row.table_name,
      {
        table: row.table_name,
        snapshotLsn: parseLsn(row.lsn),
        lastKey: row.last_key ?? undefined,
        rows: Number(row.rows),
        startedAt: row.started_at,
        finishedAt: row.finished_at ?? undefined,
      },
    ]),
  );
}

/** Puts tables on record that are going to be read at a snapshot; one that was begun goes on, unless it is finished. */
export async function beginTables(
  tx: pg.ClientBase,
  sourceId: number,
  lsn: Lsn,
  tables: readonly { readonly table: string; readonly estimated: number }[],
): Promise<void> {
  await tx.query(
    `insert into indelible.capture_baseline as b (source_id, table_name, snapshot_lsn, estimated)
     select $1, t.name, $2, t.estimated from unnest($3::text[], $4::int8[]) as t(name, estimated)
     on conflict (source_id, table_name) do update set snapshot_lsn = excluded.snapshot_lsn, estimated = greatest(b.rows, excluded.estimated),
       started_at = case when b.last_key is null then now() else b.started_at end
     where b.finished_at is null`,
    [sourceId, lsnText(lsn), tables.map(({ table }) => table), tables.map(({ estimated }) => estimated)],
  );
}

export interface Step {
  /** Of the last row of the page; undefined once the table is finished, because keys are data of the source. */
  readonly lastKey: readonly string[] | undefined;
  /** How many rows the page has. */
  readonly rows: number;
  readonly finished: boolean;
}

/**
 * Moves a table on in the transaction that holds its events. It must still be where this run left it: anything else means
 * that another run is at work, and this transaction must not commit.
 */
export async function advanceTable(tx: pg.ClientBase, sourceId: number, from: TableProgress, step: Step): Promise<TableProgress> {
  const answer = await tx.query<{ finished_at: Date | null }>(
    `update indelible.capture_baseline set last_key = $5, rows = rows + $6, finished_at = case when $7 then now() end
     where source_id = $1 and table_name = $2 and snapshot_lsn = $3 and last_key is not distinct from $4 and finished_at is null
     returning finished_at`,
    [sourceId, from.table, lsnText(from.snapshotLsn), from.lastKey ?? null, step.lastKey ?? null, step.rows, step.finished],
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error(`another baseline of ${from.table} is at work, or its source was set up anew`);
  return { ...from, lastKey: step.lastKey, rows: from.rows + step.rows, finishedAt: row.finished_at ?? undefined };
}

/** The rows are to be observed anew, from the first one on, by the next baseline; of all tables when none is named. */
export async function reopenTables(tx: pg.ClientBase | pg.Pool, sourceId: number, tables?: readonly string[]): Promise<void> {
  await tx.query(
    `update indelible.capture_baseline set finished_at = null, last_key = null, rows = 0
     where source_id = $1 and ($2::text[] is null or table_name = any($2))`,
    [sourceId, tables ?? null],
  );
}
