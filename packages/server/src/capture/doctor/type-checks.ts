// Whether each table has a resource type of its own: rows of two tables with one type and one id have one history.

import { type Catalog, qualified } from '../source/catalog.ts';
import type { MapOptions } from '../tables/resource-map.ts';
import { typesOf } from '../tables/resource-map.ts';
import { NO_MAPPING } from '../mapping/mapping.ts';
import { type Check, warning } from '../source/source-checks.ts';
import { UNNAMED, snakeCase } from '../tables/table-words.ts';

const REMEDY = 'give the table a type of its own in the mapping file: INDELIBLE_CAPTURE_MAPPING';

export function typeChecks(catalog: Catalog, options: MapOptions): Check[] {
  const mapping = options.mapping?.() ?? NO_MAPPING;
  const types = typesOf(catalog, mapping);
  const tables = [...catalog.tables.values()].filter(
    (table) => table.root === undefined && mapping.tables.get(qualified(table))?.skip !== true,
  );
  const named = new Map<string, string[]>();
  for (const table of tables) {
    const type = types.get(table.oid) ?? '';
    named.set(type, [...(named.get(type) ?? []), qualified(table)]);
  }
  const shared = [...named].filter(([, names]) => names.length > 1);
  const unnamed = tables.filter((table) => snakeCase(table.name) === UNNAMED && table.name !== UNNAMED && types.get(table.oid) === UNNAMED);
  return [
    ...shared.map(([type, names]) =>
      warning('resource type', `${names.join(', ')}: all have the type ${type}, and rows with the same id share a history`, REMEDY),
    ),
    ...unnamed.map((table) =>
      warning('resource type', `no letter of the name of ${qualified(table)} is Latin: its type is ${UNNAMED}`, REMEDY),
    ),
  ];
}
