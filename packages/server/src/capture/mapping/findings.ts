// What a mapping names and the source does not have: no fault, for it may appear later, but told with its place in the file.

import { editDistance, nearest } from '@indelible/core';
import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import { type Check, warning } from '../source/source-checks.ts';
import { NO_MAPPING, type SourceMapping, type TableMapping } from './mapping.ts';
import type { Path } from './place.ts';

/** Words further apart are no misspellings of each other. */
const MISSPELT_MAX = 2;

export interface MappingFinding {
  /** file:line:column */
  readonly place: string;
  readonly found: string;
  readonly remedy: string;
}

export function mappingFindings(catalog: Catalog, mapping: SourceMapping): MappingFinding[] {
  const tables = new Map([...catalog.tables.values()].map((table) => [qualified(table), table]));
  return [...mapping.tables].flatMap(([name, said]) => {
    const place = (path?: Path): string => mapping.place(name, path);
    const table = tables.get(name);
    if (table === undefined) return [{ place: place(), found: `the source has no table ${name}`, remedy: meant(name, [...tables.keys()]) }];
    const root = table.root === undefined ? undefined : catalog.tables.get(table.root);
    if (root !== undefined) {
      const found = `${name} is a partition, and its rows come as those of ${qualified(root)}`;
      return [{ place: place(), found, remedy: `name ${qualified(root)}` }];
    }
    return columnsOf(said).flatMap(({ path, column }) => columnFinding(table, column, place(path)));
  });
}

/** The same for the doctor, and what is skipped. */
export function mappingChecks(catalog: Catalog, mapping: SourceMapping = NO_MAPPING): Check[] {
  const skipped = [...catalog.tables.values()].map(qualified).filter((name) => mapping.tables.get(name)?.skip === true);
  return [
    ...mappingFindings(catalog, mapping).map(({ place, found, remedy }) => warning('mapping', `${place}: ${found}`, remedy)),
    ...skipped.map((name) =>
      warning(
        'mapping',
        `${mapping.place(name, ['skip'])}: changes of ${name} make no events`,
        'take "skip" out of the file to capture them',
      ),
    ),
  ];
}

function columnFinding(table: CatalogTable, column: string, place: string): MappingFinding[] {
  const names = table.columns.map(({ name }) => name);
  if (names.includes(column)) return [];
  return [{ place, found: `the table ${qualified(table)} has no column ${column}`, remedy: meant(column, names) }];
}

function meant(word: string, known: readonly string[]): string {
  const found = nearest(word, known);
  const close = found !== undefined && editDistance(word.toLowerCase(), found.toLowerCase()) <= MISSPELT_MAX;
  return close ? `write ${found}, or take it out of the file` : 'take it out of the file, unless it is still to come';
}

function columnsOf({ id, name, tenant, noise, redact }: TableMapping): { path: Path; column: string }[] {
  const list = (key: string, columns: readonly string[] = []) => columns.map((column, index) => ({ path: [key, index], column }));
  return [
    ...list('id', id),
    ...(name === undefined ? [] : [{ path: ['name'], column: name }]),
    ...(tenant === undefined || 'fixed' in tenant ? [] : [{ path: ['tenant', 'column'], column: tenant.column }]),
    ...list('noise', noise),
    ...list('redact', redact),
  ];
}
