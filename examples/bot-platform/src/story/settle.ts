// Brings the platform's own database to where the history leaves it, before anybody captures it: as if it had run all the while.

import pg from 'pg';
import { AT_FIRST, LATER } from './company-rows.ts';
import type { Values } from './event.ts';
import type { History } from './history/history.ts';
import { KINDS } from './kinds.ts';
import type { Kind } from './world.ts';

/** @returns false where a database is captured already: then what happens in it is written down, and nothing is done behind its back */
export async function settle(databaseUrl: string, { rows }: History): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_replication_slots WHERE database = current_database()');
    if (rowCount !== 0) return false;
    await client.query('BEGIN');
    for (const [type, kind] of Object.entries(KINDS)) await settleTable(client, kind, rowsAtFirst(type), rows.get(type) ?? new Map());
    await client.query('COMMIT');
    return true;
  } finally {
    await client.end();
  }
}

function keyOf(kind: Kind): readonly string[] {
  return kind.key ?? ['id'];
}

/** What the platform puts into an empty database, the later rows of the story too. */
function rowsAtFirst(type: string): ReadonlyMap<string, Values> {
  const kind = KINDS[type] as Kind;
  const own = [...AT_FIRST, ...LATER].flatMap(([each, row]) => (each === type ? [row] : []));
  return new Map(
    own.map((row) => [
      keyOf(kind)
        .map((column) => String(row[column]))
        .join(','),
      row,
    ]),
  );
}

async function settleTable(
  client: pg.Client,
  kind: Kind,
  before: ReadonlyMap<string, Values>,
  after: ReadonlyMap<string, Values>,
): Promise<void> {
  const gone = [...before].flatMap(([key, row]) => (after.has(key) ? [] : [row]));
  const changed = [...after].flatMap(([key, row]) => (before.has(key) && before.get(key) !== row ? [row] : []));
  const made = [...after].flatMap(([key, row]) => (before.has(key) ? [] : [row]));
  const matches = keyOf(kind)
    .map((column) => `old.${quoted(column)} = new.${quoted(column)}`)
    .join(' AND ');
  for (const [columns, rows] of byColumns(gone)) {
    await client.query(`DELETE FROM ${quoted(kind.table)} old USING ${given(kind, columns)} WHERE ${matches}`, [JSON.stringify(rows)]);
  }
  for (const [columns, rows] of byColumns(changed)) {
    const sets = columns.map((column) => `${quoted(column)} = new.${quoted(column)}`).join(', ');
    await client.query(`UPDATE ${quoted(kind.table)} old SET ${sets} FROM ${given(kind, columns)} WHERE ${matches}`, [
      JSON.stringify(rows),
    ]);
  }
  for (const [columns, rows] of byColumns(made)) {
    const names = columns.map(quoted).join(', ');
    await client.query(`INSERT INTO ${quoted(kind.table)} (${names}) SELECT ${names} FROM ${given(kind, columns)} ON CONFLICT DO NOTHING`, [
      JSON.stringify(rows),
    ]);
  }
}

/** Rows that have the same columns go into one statement. */
function byColumns(rows: readonly Values[]): [columns: readonly string[], rows: readonly Values[]][] {
  const groups = new Map<string, Values[]>();
  for (const row of rows) {
    const columns = Object.keys(row).sort().join(',');
    groups.set(columns, [...(groups.get(columns) ?? []), row]);
  }
  return [...groups].map(([columns, group]) => [columns.split(','), group]);
}

function given(kind: Kind, columns: readonly string[]): string {
  return `(SELECT ${columns.map(quoted).join(', ')} FROM jsonb_populate_recordset(NULL::${quoted(kind.table)}, $1)) new`;
}

function quoted(name: string): string {
  return `"${name}"`;
}
