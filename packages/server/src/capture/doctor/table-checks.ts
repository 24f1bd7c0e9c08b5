// Which tables are captured whole, which are not and what would mend it, and which rows lead to no tenant.

import pg from 'pg';
import { makeRedaction } from '@indelible/core';
import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import { type Uncovered, planPublication, tableName, wantsFull } from '../source/publication-plan.ts';
import { passingHashKey } from '../rows/hash-key.ts';
import { type MapOptions, makeResourceMap } from '../tables/resource-map.ts';
import { type Check, failed, fine, warning } from '../source/source-checks.ts';
import { fullStatement, tableStates } from '../tables/table-states.ts';

export async function tableChecks(source: pg.ClientBase, catalog: Catalog, publication: string): Promise<Check[]> {
  const tables = [...catalog.tables.values()];
  const plan = planPublication(catalog, publication);
  const checks: Check[] = [];
  for (const table of tables) {
    const full = table.identity === 'f' || !wantsFull(table, catalog.version) || table.foreign || table.unlogged;
    if (full || !(table.published || table.root !== undefined)) continue;
    const found = `${qualified(table)} does not have REPLICA IDENTITY FULL: earlier values are missing`;
    checks.push(failed('replica identity', found, 'as the owner of the table', [fullStatement(table)]));
  }
  for (const table of plan.added) checks.push(notYet(table, catalog, publication));
  const virtual = await virtualColumns(source, tables);
  for (const uncovered of plan.uncovered) checks.push(uncoveredCheck(uncovered, tables, virtual));
  if (tables.some((table) => table.partitioned)) {
    const found = 'TRUNCATE of a single partition, and ATTACH or DETACH, are not captured';
    checks.push(warning('table', found, 'TRUNCATE or DELETE through the partitioned table'));
  }
  if (checks.every((check) => check.verdict !== 'failed'))
    checks.unshift(fine('tables', `${tables.filter((table) => table.published).length} tables are captured`));
  return checks;
}

function notYet(table: CatalogTable, catalog: Catalog, publication: string): Check {
  const found = `${qualified(table)} is not captured yet`;
  const states = tableStates(catalog, { publication });
  const own = states.find((state) => state.cause === 'unpublished' && state.table === qualified(table));
  return failed(
    'table',
    found,
    'the server does it by itself within ten seconds, when its role owns the table; otherwise, as the owner',
    own?.statements,
  );
}

function uncoveredCheck({ table: name, what, remedy }: Uncovered, tables: readonly CatalogTable[], virtual: VirtualColumns): Check {
  const table = tables.find((each) => qualified(each) === name);
  const found = `${name}: ${what}`;
  if (table === undefined || table.foreign) return warning('table', found, remedy);
  if (table.unlogged)
    return warning('table', found, 'the rows are written anew; the server publishes the table within ten seconds', [
      `ALTER TABLE ${tableName(table)} SET LOGGED;`,
    ]);
  const columns = virtual.get(table.oid) ?? [];
  if (columns.length > 0) {
    const parts = columns.map(({ name: column, type, expression }) => {
      const quoted = pg.escapeIdentifier(column);
      return `DROP COLUMN ${quoted}, ADD COLUMN ${quoted} ${type} GENERATED ALWAYS AS (${expression}) STORED`;
    });
    const statement = `ALTER TABLE ${tableName(table)} ${parts.join(', ')};`;
    return warning('table', found, 'store the column: the rows are written anew, and views of the column must be made again', [statement]);
  }
  if (table.primaryKey.length === 0 && !table.columns.some((column) => column.name === 'id'))
    return warning('table', found, 'a primary key of columns that the table has, or a new one: the rows are written anew', [
      `ALTER TABLE ${tableName(table)} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;`,
    ]);
  return warning('table', found, remedy);
}

type VirtualColumns = ReadonlyMap<number, readonly { readonly name: string; readonly type: string; readonly expression: string }[]>;

/** Generated columns that are not stored, with what they are made of. */
async function virtualColumns(source: pg.ClientBase, tables: readonly CatalogTable[]): Promise<VirtualColumns> {
  const owners = tables.filter((table) => table.columns.some((column) => column.generated === 'v')).map((table) => table.oid);
  const found = new Map<number, { name: string; type: string; expression: string }[]>();
  if (owners.length === 0) return found;
  const answer = await source.query<{ oid: string; name: string; type: string; expression: string }>(
    `select a.attrelid::int8::text as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, pg_get_expr(d.adbin, d.adrelid) as expression
     from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = any($1::int8[]::oid[]) and a.attgenerated = 'v' and not a.attisdropped order by a.attnum`,
    [owners],
  );
  for (const { oid, ...column } of answer.rows) found.set(Number(oid), [...(found.get(Number(oid)) ?? []), column]);
  return found;
}

export function tenantChecks(catalog: Catalog, options: MapOptions): Check[] {
  const maps = makeResourceMap(catalog, passingHashKey(), { ...options, redaction: options.redaction ?? makeRedaction() });
  return [...catalog.tables.values()]
    .filter((table) => table.root === undefined && (maps.get(table.oid)?.tenant.length ?? 0) === 0)
    .map((table) =>
      warning(
        'tenant',
        `rows of ${qualified(table)} do not lead to a tenant: they go to the tenant "default"`,
        'add a tenant column or a foreign key that leads to one within three hops',
      ),
    );
}
