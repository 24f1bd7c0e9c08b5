// What was captured of each table, counted in the transaction that holds the events, so that a change counts exactly once.

import type pg from 'pg';

/** By table, as schema.table. */
export type TableCounts = Map<string, TableCount>;

interface TableCount {
  rows: number;
  unattributed: number;
  /** Milliseconds since 1970: when the last change was committed in the source. */
  lastMs: number;
}

/** A row that made an event. */
export function countRow(counts: TableCounts, table: string, attributed: boolean, committedMs: number): void {
  const known = counts.get(table);
  if (known === undefined) {
    counts.set(table, { rows: 1, unattributed: attributed ? 0 : 1, lastMs: committedMs });
    return;
  }
  known.rows++;
  if (!attributed) known.unattributed++;
  known.lastMs = Math.max(known.lastMs, committedMs);
}

/**
 * Adds the counts of a batch to those of the trail: one statement, none when nothing was counted.
 *
 * @param tx the transaction of the appender that holds the events
 */
export async function flushCounts(tx: pg.ClientBase, sourceId: number, counts: TableCounts): Promise<void> {
  if (counts.size === 0) return;
  const all = [...counts.values()];
  await tx.query(
    `insert into indelible.capture_table as t (source_id, table_name, rows, unattributed, last_event_at)
     select $1, name, rows, unattributed, to_timestamp(last_ms / 1000.0) from unnest($2::text[], $3::bigint[], $4::bigint[], $5::float8[]) as c(name, rows, unattributed, last_ms)
     on conflict (source_id, table_name) do update set rows = t.rows + excluded.rows, unattributed = t.unattributed + excluded.unattributed,
       last_event_at = greatest(t.last_event_at, excluded.last_event_at)`,
    [
      sourceId,
      [...counts.keys()],
      all.map((count) => count.rows),
      all.map((count) => count.unattributed),
      all.map((count) => count.lastMs),
    ],
  );
}

/** What the trail holds of one table. */
export interface StoredCount {
  readonly table: string;
  readonly rows: number;
  readonly unattributed: number;
  readonly lastEventAt: Date | undefined;
}

export async function loadCounts(trail: pg.ClientBase | pg.Pool, sourceId: number): Promise<StoredCount[]> {
  const answer = await trail.query<{ table_name: string; rows: string; unattributed: string; last_event_at: Date | null }>(
    'select table_name, rows, unattributed, last_event_at from indelible.capture_table where source_id = $1 order by table_name',
    [sourceId],
  );
  return answer.rows.map((row) => ({
    table: row.table_name,
    rows: Number(row.rows),
    unattributed: Number(row.unattributed),
    lastEventAt: row.last_event_at ?? undefined,
  }));
}
