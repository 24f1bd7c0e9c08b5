// Reads the rows of one table in a snapshot, page by page. After each page the lock on the table is given back, so that a
// migration of the application waits for a page at most.

import type pg from 'pg';
import { BASELINE_PAGE_BYTES, BASELINE_PAGE_ROWS_MAX } from '../../limits.ts';
import { type KeyTypes, afterKey } from './baseline-key.ts';
import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import type { Relation } from '../replication/pgoutput.ts';
import type { TableMap } from '../tables/resource-map.ts';
import { RAW_TEXT, bytesOfRow, relationOfTable, selectOf } from '../rows/row-of-table.ts';

export interface ReadTable {
  readonly name: string;
  readonly table: CatalogTable;
  readonly relation: Relation;
  readonly map: TableMap;
  /** The columns by whose order the table is read in pages; empty: it is read whole or not at all. */
  readonly order: readonly string[];
}

export type Texts = readonly (string | null)[];

export interface PageRow {
  /** In the order of the relation's columns. */
  readonly tuple: Texts;
  readonly bytes: number;
  /** Of the columns of `order`. */
  readonly key: readonly string[];
}

/** A key that is a secret is not kept, not even for the time of a baseline: such a table is read like one without a key. */
export function readTable(table: CatalogTable, map: TableMap, catalog: Catalog): ReadTable {
  const hidden = table.primaryKey.some((name) => map.secrets.has(name));
  return { name: qualified(table), table, relation: relationOfTable(table, catalog), map, order: hidden ? [] : table.primaryKey };
}

/** How many rows a page may have, by the rows that were read before. */
export class PageSize {
  #rows = 0;
  #bytes = 0;

  get limit(): number {
    // Nothing is known of the first rows yet.
    if (this.#rows === 0) return Math.ceil(BASELINE_PAGE_ROWS_MAX / 10);
    const fitting = Math.floor((BASELINE_PAGE_BYTES * this.#rows) / Math.max(1, this.#bytes));
    return Math.min(BASELINE_PAGE_ROWS_MAX, Math.max(1, fitting));
  }

  seen(rows: readonly PageRow[]): void {
    if (rows.length === 0) return;
    this.#rows = rows.length;
    this.#bytes = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

/** The rows after a key, in its order. */
export async function readPage(
  source: pg.ClientBase,
  { table, relation, order }: ReadTable,
  types: KeyTypes,
  after: readonly string[] | undefined,
  limit: number,
): Promise<PageRow[]> {
  const keys = order.map((name) => ({ name, type: 0 }));
  const select = selectOf(table, { ...relation, columns: [...relation.columns, ...keys] });
  const where = after === undefined ? '' : ` where ${afterKey(table, order, types)}`;
  const by = keys.map((_, index) => relation.columns.length + index + 1).join(', ');
  const answer = await source.query<(string | null)[]>({
    text: `${select}${where} order by ${by} limit ${limit}`,
    values: [...(after ?? [])],
    rowMode: 'array',
    types: RAW_TEXT,
  });
  return answer.rows.map((row) => pageRow(row, relation.columns.length));
}

/** All rows, in pieces, as they lie. */
export async function* readWhole(source: pg.ClientBase, { table, relation }: ReadTable): AsyncGenerator<PageRow[]> {
  await source.query(`declare indelible_rows no scroll cursor for ${selectOf(table, relation)}`);
  for (const size = new PageSize(); ;) {
    const answer = await source.query<(string | null)[]>({
      text: `fetch ${size.limit} from indelible_rows`,
      rowMode: 'array',
      types: RAW_TEXT,
    });
    if (answer.rows.length === 0) break;
    const rows = answer.rows.map((row) => pageRow(row, relation.columns.length));
    size.seen(rows);
    yield rows;
  }
  await source.query('close indelible_rows');
}

function pageRow(row: readonly (string | null)[], columns: number): PageRow {
  const tuple = row.slice(0, columns);
  return { tuple, bytes: bytesOfRow(tuple), key: row.slice(columns).map((part) => part ?? '') };
}

/** How many rows the planner expects. Fails as reading would when the rows may not be read. */
export async function estimateRows(source: pg.ClientBase, { table, relation }: ReadTable): Promise<number> {
  const answer = await source.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `explain (format json) ${selectOf(table, relation)}`,
  );
  return Math.round(answer.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0);
}

/**
 * Whether the table's rows went elsewhere since the snapshot: to a snapshot from before, a truncated or rewritten table
 * is empty, and a partition that was taken out is not there. To be asked after reading, while the table is still locked.
 */
export async function isRewritten(source: pg.ClientBase, { table }: ReadTable): Promise<boolean> {
  // Columns of pg_class are as they were in the snapshot; functions tell what is now.
  const answer = await source.query<{ rewritten: boolean }>(
    `with recursive part(oid) as (
       select $1::oid union all select i.inhrelid from part p join pg_inherits i on i.inhparent = p.oid where $2
     )
     select exists (
       select from part p join pg_class c on c.oid = p.oid
       where (c.relfilenode <> 0 and c.relfilenode is distinct from pg_relation_filenode(c.oid))
         or ($2 and not exists (select from pg_partition_tree($1::oid) t where t.relid = p.oid))
     ) as rewritten`,
    [table.oid, table.partitioned],
  );
  return answer.rows[0]?.rewritten !== false;
}

/** Gives back the locks of what was read since the snapshot was opened. */
export async function releaseLocks(source: pg.ClientBase): Promise<void> {
  await source.query('rollback to savepoint indelible_page');
}

export type Trouble =
  /** The snapshot does not show the table any more; a newer one will. */
  { readonly kind: 'stale'; readonly reason: string } | { readonly kind: 'refused'; readonly reason: string; readonly remedy?: string };

const INSUFFICIENT_PRIVILEGE = '42501';
// A table or column that is not there (any more), a definition that changed under a statement.
const STALE = new Set(['42P01', '42703', '42P17', '55000', '0A000', '42804', '22P02']);
// The connection is gone or the server goes down: nothing that a single table could be blamed for.
const AWAY = /^(08|57P0|25P0)/;

/**
 * What an error in reading means for the table. Gives back the locks.
 *
 * @param involved the table and those that its rows are led to their tenant through
 * @throws the error itself when it is not about the table
 */
export async function troubleOf(source: pg.ClientBase, involved: readonly CatalogTable[], error: unknown): Promise<Trouble> {
  const code = (error as { code?: unknown }).code;
  if (!(error instanceof Error) || typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || AWAY.test(code)) throw error;
  await releaseLocks(source);
  const reason = error.message;
  if (STALE.has(code)) return { kind: 'stale', reason };
  if (code !== INSUFFICIENT_PRIVILEGE) return { kind: 'refused', reason };
  return { kind: 'refused', reason, remedy: await grantFor(source, involved) };
}

async function grantFor(source: pg.ClientBase, involved: readonly CatalogTable[]): Promise<string> {
  const answer = await source.query<{ role: string; schemas: string[]; tables: string[] }>(
    `select quote_ident(current_user) as role,
       array(select distinct quote_ident(n.nspname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.oid = any($1::oid[]) and not has_schema_privilege(n.oid, 'USAGE')) as schemas,
       array(select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.oid = any($1::oid[]) and not has_table_privilege(c.oid, 'SELECT') order by 1) as tables`,
    [involved.map(({ oid }) => oid)],
  );
  const { role = '', schemas = [], tables = [] } = answer.rows[0] ?? {};
  const grants = [
    ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${schema} TO ${role}`),
    ...(tables.length === 0 ? [] : [`GRANT SELECT ON ${tables.join(', ')} TO ${role}`]),
  ];
  // Nothing to grant: row-level security would hide rows.
  return grants.length > 0 ? grants.join('; ') : `ALTER ROLE ${role} BYPASSRLS`;
}
