// SQL that compares columns with texts of their values. Operators are named with their schema: under the fixed search path
// a type of an extension (citext) would be compared as the type that it is stored like.

import pg from 'pg';
import type { Catalog, CatalogTable } from '../source/catalog.ts';

interface Operators {
  /** The type to cast a text to; of a domain the type that it is made of. */
  readonly type: string;
  readonly equal: string;
  readonly greater: string;
  readonly notLess: string;
}

/** By OID of the column's type. */
export type KeyTypes = ReadonlyMap<number, Operators>;

const PLAIN = 'operator(pg_catalog.';

// Strategies of a btree: 3 is equal, 4 greater or equal, 5 greater. Enums, arrays and the like are compared by operators of
// pg_catalog, which are not listed under their own type.
const TYPES = `
  select t.oid::int8::text as oid, format('%I.%I', n.nspname, t.typname) as type,
    (select json_object_agg(a.amopstrategy, format('operator(%I.%s)', s.nspname, p.oprname))
       from pg_opclass o join pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
       join pg_amop a on a.amopfamily = o.opcfamily and a.amoplefttype = t.oid and a.amoprighttype = t.oid
       join pg_operator p on p.oid = a.amopopr join pg_namespace s on s.oid = p.oprnamespace
       where o.opcintype = t.oid and o.opcdefault) as operators
  from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.oid = any($1::oid[])`;

export async function loadKeyTypes(source: pg.ClientBase, catalog: Catalog): Promise<KeyTypes> {
  const bases = new Map<number, number>();
  for (const table of catalog.tables.values()) {
    const targets = [...catalog.tables.values()].flatMap(({ foreignKeys }) => foreignKeys).filter(({ target }) => target === table.oid);
    const names = new Set([...table.primaryKey, ...targets.flatMap(({ targetColumns }) => targetColumns)]);
    for (const { name, type } of table.columns) if (names.has(name)) bases.set(type, baseOf(type, catalog));
  }
  const answer = await source.query<{ oid: string; type: string; operators: Record<string, string> | null }>(TYPES, [
    [...new Set(bases.values())],
  ]);
  const operators = new Map(
    answer.rows.map((row) => [
      Number(row.oid),
      {
        type: row.type,
        equal: row.operators?.['3'] ?? `${PLAIN}=)`,
        notLess: row.operators?.['4'] ?? `${PLAIN}>=)`,
        greater: row.operators?.['5'] ?? `${PLAIN}>)`,
      },
    ]),
  );
  return new Map([...bases].flatMap(([type, base]) => (operators.has(base) ? [[type, operators.get(base) as Operators] as const] : [])));
}

function baseOf(type: number, catalog: Catalog): number {
  const made = catalog.types.get(type);
  return made?.kind === 'domain' ? baseOf(made.of, catalog) : type;
}

function operatorsOf(table: CatalogTable, column: string, types: KeyTypes): Operators {
  const type = table.columns.find(({ name }) => name === column)?.type;
  const found = type === undefined ? undefined : types.get(type);
  if (found === undefined) throw new Error(`the type of ${table.schema}.${table.name}.${column} is not known`);
  return found;
}

/**
 * The rows after a key, in the order of the columns.
 *
 * @returns a condition on $1, $2, ...: the key's texts
 * @example afterKey(bots, ['id'], types) // "id" operator(pg_catalog.>) $1::pg_catalog.int4
 */
export function afterKey(table: CatalogTable, columns: readonly string[], types: KeyTypes): string {
  const parts = columns.map((column, index) => {
    const operators = operatorsOf(table, column, types);
    return { column: pg.escapeIdentifier(column), value: `$${index + 1}::${operators.type}`, ...operators };
  });
  if (parts.every(({ greater }) => greater === `${PLAIN}>)`))
    return `(${parts.map(({ column }) => column).join(', ')}) ${PLAIN}>) (${parts.map(({ value }) => value).join(', ')})`;
  // The same, spelt out; the first term lets an index be used.
  const first = parts[0];
  const after = parts.reduceRight<string>((rest, { column, value, equal, greater }) => {
    const more = `${column} ${greater} ${value}`;
    return rest === '' ? more : `(${more} or (${column} ${equal} ${value} and ${rest}))`;
  }, '');
  return first === undefined ? 'true' : `${first.column} ${first.notLess} ${first.value} and ${after}`;
}

/**
 * A list of keys as a table `wanted` with the columns k1, k2, ..., and the condition that a row of `of` has one of them.
 * The keys' texts are $1, $2, ...: an array for each column.
 */
export function wantedKeys(
  table: CatalogTable,
  columns: readonly string[],
  types: KeyTypes,
): { readonly from: string; readonly on: string } {
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const names = columns.map((_, index) => `k${index + 1}`).join(', ');
  const on = columns.map((column, index) => {
    const { type, equal } = operatorsOf(table, column, types);
    return `t.${pg.escapeIdentifier(column)} ${equal} wanted.k${index + 1}::${type}`;
  });
  return { from: `unnest(${arrays}) as wanted(${names})`, on: on.join(' and ') };
}
