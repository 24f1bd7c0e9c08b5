// The counters' rows, one a bucket of time: written as the projector, who keeps many logs at once, read as the reader of one.

import type pg from 'pg';
import type { Bucket, Level } from './counter-levels.ts';
import { COUNTER_COLUMNS, type CounterColumn, FACETS } from './facet-columns.ts';

export interface CounterRow {
  readonly level: Level;
  /** Hours since 1970. */
  readonly start: number;
  /** Whether the row holds sums alone, by outcome, and its hours are in rows of the next level. */
  readonly split: boolean;
  /** Cells as counter-cells.ts writes them; of the columns that were asked for. */
  readonly columns: Readonly<Partial<Record<CounterColumn, Buffer>>>;
}

/** Whose counters a row belongs to. */
export interface Owner {
  readonly tenantId: number;
  readonly build: number;
}

export type OwnedKey = Owner & Pick<Bucket, 'level' | 'start'>;
export type OwnedRow = Owner & CounterRow;

interface RawRow {
  tenant_id: number;
  build: number;
  level: Level;
  start: number;
  split: boolean;
  [column: string]: unknown;
}

const nameOf = (column: CounterColumn): string => FACETS[column].column;
const listOf = (columns: readonly CounterColumn[]): string => columns.map((column) => `c.${nameOf(column)}`).join(', ');

function toRow(row: RawRow, columns: readonly CounterColumn[]): CounterRow {
  const { level, start, split } = row;
  return { level, start, split, columns: Object.fromEntries(columns.map((column) => [column, row[nameOf(column)] as Buffer])) };
}

/** The rows that there are of some keys. */
export async function readRows(tx: pg.ClientBase, keys: readonly OwnedKey[]): Promise<OwnedRow[]> {
  const answer = await tx.query<RawRow>(
    // One look a row: joined otherwise, every row of the logs would be read.
    `select c.* from unnest($1::int[], $2::int[], $3::smallint[], $4::int[]) k (tenant_id, build, level, start)
     cross join lateral (select * from indelible.counter c where c.tenant_id = k.tenant_id and c.build = k.build and c.level = k.level
       and c.start = k.start limit 1) c`,
    keyArrays(keys),
  );
  return answer.rows.map((row) => ({ tenantId: row.tenant_id, build: row.build, ...toRow(row, COUNTER_COLUMNS) }));
}

/** Puts rows in the place of those with their keys. The transaction has locked the cursors. */
export async function writeRows(tx: pg.ClientBase, rows: readonly OwnedRow[]): Promise<void> {
  const names = COUNTER_COLUMNS.map(nameOf);
  const arrays = names.map((_, place) => `$${place + 6}::bytea[]`);
  await tx.query(
    `insert into indelible.counter as c (tenant_id, build, level, start, split, ${names.join(', ')})
     select * from unnest($1::int[], $2::int[], $3::smallint[], $4::int[], $5::boolean[], ${arrays.join(', ')})
     on conflict (tenant_id, build, level, start) do update
       set split = excluded.split, ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [
      ...keyArrays(rows),
      rows.map(({ split }) => split),
      ...COUNTER_COLUMNS.map((column) => rows.map(({ columns }) => columns[column] ?? Buffer.alloc(0))),
    ],
  );
}

function keyArrays(keys: readonly OwnedKey[]): unknown[] {
  return [
    keys.map(({ tenantId }) => tenantId),
    keys.map(({ build }) => build),
    keys.map(({ level }) => level),
    keys.map(({ start }) => start),
  ];
}

/** Buckets of a level that begin at `from` or later, and before `to`: hours since 1970. */
export interface BucketRange {
  readonly level: Level;
  readonly from: number;
  readonly to: number;
}

/** The rows of one log in some ranges, in no order. */
export async function readRanges(
  tx: pg.ClientBase,
  { tenantId, build }: Owner,
  columns: readonly CounterColumn[],
  ranges: readonly BucketRange[],
): Promise<CounterRow[]> {
  if (ranges.length === 0) return [];
  const answer = await tx.query<RawRow>(
    `select c.* from unnest($3::smallint[], $4::int[], $5::int[]) r (level, low, high)
     cross join lateral (select c.level, c.start, c.split, ${listOf(columns)} from indelible.counter c
       where c.tenant_id = $1 and c.build = $2 and c.level = r.level and c.start >= r.low and c.start < r.high offset 0) c`,
    [tenantId, build, ranges.map(({ level }) => level), ranges.map(({ from }) => from), ranges.map(({ to }) => to)],
  );
  return answer.rows.map((row) => toRow(row, columns));
}

/** The first row of each level. */
export async function readFirst(tx: pg.ClientBase, { tenantId, build }: Owner): Promise<CounterRow[]> {
  const answer = await tx.query<RawRow>(
    `select c.* from generate_series(0, 2) l (level)
     cross join lateral (select c.level, c.start, c.split, ${listOf(['outcome'])} from indelible.counter c
       where c.tenant_id = $1 and c.build = $2 and c.level = l.level order by c.start limit 1) c`,
    [tenantId, build],
  );
  return answer.rows.map((row) => toRow(row, ['outcome']));
}
