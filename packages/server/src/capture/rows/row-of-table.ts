// Rows that are read by SELECT in place of the stream: the same columns, the same texts, the same way to an event.
// For the baseline and for the preview.

import pg from 'pg';
import type { Catalog, CatalogTable } from '../source/catalog.ts';
import type { Relation } from '../replication/pgoutput.ts';
import { tableName } from '../source/publication-plan.ts';
import type { RowImages } from './row-image.ts';

/**
 * The text that the stream would send: what the type's output function gives, without the driver's parsers. Not a cast:
 * `true::text` is "true" where the stream says "t", and a cast of char(n) takes its blanks away. Texts of dates, floats and
 * bytea follow the settings of the session: `connectSource` sets them as for the stream.
 */
export const RAW_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value };

const GENERATED_SINCE = 180_000;

/** The table as the stream describes it: the columns that are published, in their order. */
export function relationOfTable(table: CatalogTable, catalog: Catalog): Relation {
  const stored = catalog.publication === undefined ? catalog.version >= GENERATED_SINCE : catalog.publication.generated === 's';
  const columns = table.columns.filter(({ generated }) => generated === '' || (generated === 's' && stored));
  return {
    kind: 'relation',
    oid: table.oid,
    schema: table.schema,
    name: table.name,
    identity: table.identity,
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

/**
 * A SELECT of every column of the relation, without an end: the caller adds `where`, `order by` and `limit`. To be run with
 * `rowMode: 'array'` and `types: RAW_TEXT`. Rows of a partitioned table come through it; those of a child that inherits come
 * under its own name.
 *
 * @example selectOf(bots, relationOfTable(bots, catalog)) // select "id", "name" from only "public"."bots"
 */
export function selectOf(table: CatalogTable, relation: Relation): string {
  const list = relation.columns.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  return `select ${list} from ${table.partitioned ? '' : 'only '}${tableName(table)}`;
}

/** @param row as `selectOf` gives it, in the order of the relation's columns */
export function observedImages(relation: Relation, row: readonly (string | null)[]): RowImages {
  return { kind: 'observe', relation, before: undefined, wholeBefore: false, after: row };
}

/** What the stream would have sent for the row, roughly: by it small rows are known to fit into an event. */
export function bytesOfRow(row: readonly (string | null)[]): number {
  return row.reduce((sum, cell) => sum + 5 + (cell === null ? 0 : Buffer.byteLength(cell)), 0);
}
