// Which tables a baseline reads: those that are captured.

import { Failure } from '@indelible/core';
import { type ReadTable, readTable } from './baseline-read.ts';
import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import { isCapturable } from '../source/publication-plan.ts';
import type { ResourceMap } from '../tables/resource-map.ts';

/** Tables whose changes are captured, under the name of the topmost one of a partitioned table. */
export function readableTables(catalog: Catalog, maps: ResourceMap): ReadTable[] {
  return [...catalog.tables.values()].flatMap((table) => {
    const map = maps.get(table.oid);
    return map === undefined || reasonAgainst(table, map.skip, catalog) !== undefined ? [] : [readTable(table, map, catalog)];
  });
}

function reasonAgainst(table: CatalogTable, skip: boolean, catalog: Catalog): string | undefined {
  if (table.root !== undefined) {
    const root = catalog.tables.get(table.root);
    return `is a partition; name the table that it belongs to${root === undefined ? '' : `, ${qualified(root)}`}`;
  }
  if (skip) return 'is skipped by the mapping file';
  return isCapturable(table, catalog.version) ? undefined : 'is not captured; "indelible capture doctor" says why';
}

/**
 * The tables that somebody named, as schema.table, or without the schema when that is `public`.
 *
 * @throws Failure `parameter_invalid` for a name that is none of them
 */
export function chosenTables(catalog: Catalog, maps: ResourceMap, names: readonly string[]): ReadTable[] {
  const readable = readableTables(catalog, maps);
  return [...new Set(names)].map((name) => {
    const wanted = new Set([name, `public.${name}`]);
    const found = readable.find((table) => wanted.has(table.name));
    if (found !== undefined) return found;
    const table = [...catalog.tables.values()].find((other) => wanted.has(qualified(other)));
    const reason = table === undefined ? undefined : reasonAgainst(table, maps.get(table.oid)?.skip === true, catalog);
    throw new Failure(
      'parameter_invalid',
      table === undefined
        ? `--table ${name}: the source has no such table; write it as schema.table, the way PostgreSQL stores the name`
        : `--table ${name}: the table ${reason ?? 'cannot be read'}`,
    );
  });
}
