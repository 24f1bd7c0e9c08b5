// What is captured of each table, from the catalog alone: the words of the coverage report and of doctor. Pure.

import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import { narrowedBy, tableName, wantsFull } from '../source/publication-plan.ts';

export const TABLE_STATES = [
  'captured',
  'earlier values missing',
  'skipped by configuration',
  'not covered',
  'dropped',
  'unknown',
] as const;
export type TableState = (typeof TABLE_STATES)[number];

/** Why a table is not captured whole, for programs. */
export type TableCause =
  | 'foreign'
  | 'unlogged'
  | 'virtual_column'
  | 'no_publication'
  | 'publication_narrowed'
  | 'unpublished'
  | 'no_identity'
  | 'no_primary_key'
  | 'stopped'
  | 'gone'
  | 'unanswered';

export interface TableStatus {
  /** schema.table; partitions come under the name of their table. */
  readonly table: string;
  readonly state: TableState;
  readonly cause?: TableCause;
  /** Why it is not captured whole, or what its events lack. */
  readonly why?: string;
  /** SQL for the source that mends it, to be run in this order; empty when there is none. */
  readonly statements: readonly string[];
}

export interface StateSettings {
  readonly publication: string;
  /** Whether the configuration says that the table shall not be captured. */
  readonly skipped?: (table: string) => boolean;
}

/** Every table of the source, once, in the order of the names. Leaves of partitioned tables stand alone only when they are not covered. */
export function tableStates(catalog: Catalog, settings: StateSettings): TableStatus[] {
  const { publication } = catalog;
  const hidden = publication === undefined ? [] : narrowedBy({ ...publication, narrowed: [] });
  const bare = bareOf(catalog);
  return [...catalog.tables.values()].flatMap((table): TableStatus[] => {
    const name = qualified(table);
    const root = table.root === undefined ? undefined : catalog.tables.get(table.root);
    if (settings.skipped?.(qualified(root ?? table)) === true)
      return root === undefined ? [{ table: name, state: 'skipped by configuration', statements: [] }] : [];
    const lost = uncapturable(table, catalog.version);
    if (lost !== undefined) return [{ table: name, state: 'not covered', ...lost }];
    if (table.root !== undefined) return [];
    if (publication === undefined)
      return [
        {
          table: name,
          state: 'not covered',
          cause: 'no_publication',
          why: `there is no publication ${settings.publication}`,
          statements: [],
        },
      ];
    if (hidden.length > 0)
      return [
        {
          table: name,
          state: 'not covered',
          cause: 'publication_narrowed',
          why: `the publication hides changes: ${hidden.join('; ')}`,
          statements: [],
        },
      ];
    if (!table.published)
      return [
        { table: name, state: 'not covered', ...unpublished(table, bare.get(table.oid) ?? [], catalog.version, settings.publication) },
      ];
    return [{ table: name, ...published(table, bare.get(table.oid) ?? [], catalog.version) }];
  });
}

type Reason = Required<Pick<TableStatus, 'cause' | 'why' | 'statements'>>;

function uncapturable(table: CatalogTable, version: number): Reason | undefined {
  if (table.foreign)
    return { cause: 'foreign', why: 'a foreign table: its rows live in another database; capture that one', statements: [] };
  if (table.unlogged)
    return {
      cause: 'unlogged',
      why: 'an unlogged table: its changes are not in the write-ahead log',
      statements: [`ALTER TABLE ${tableName(table)} SET LOGGED;`],
    };
  if (!wantsFull(table, version) && table.primaryKey.length === 0)
    return { cause: 'virtual_column', why: 'a virtual generated column and no primary key: it cannot be published', statements: [] };
  return undefined;
}

function unpublished(table: CatalogTable, bare: readonly CatalogTable[], version: number, publication: string): Reason {
  const only = table.partitioned ? '' : 'ONLY ';
  const name = `"${publication.replaceAll('"', '""')}"`;
  return {
    cause: 'unpublished',
    why: 'not in the publication: the server that captures the source adds it within ten seconds, when its role owns the table',
    statements: [
      ...(wantsFull(table, version) ? bare : []).map(fullStatement),
      `ALTER PUBLICATION ${name} ADD TABLE ${only}${tableName(table)};`,
    ],
  };
}

function published(table: CatalogTable, bare: readonly CatalogTable[], version: number): Omit<TableStatus, 'table'> {
  if (!wantsFull(table, version))
    return {
      state: 'earlier values missing',
      cause: 'virtual_column',
      why: 'a virtual generated column: the identity of the table cannot be FULL',
      statements: [],
    };
  if (bare.length > 0)
    return {
      state: 'earlier values missing',
      cause: 'no_identity',
      why: `without REPLICA IDENTITY FULL: ${bare.map(qualified).join(', ')}`,
      statements: bare.map(fullStatement),
    };
  if (table.primaryKey.length === 0)
    return {
      state: 'captured',
      cause: 'no_primary_key',
      why: 'no primary key: its events carry the row and no resource id',
      statements: [],
    };
  return { state: 'captured', statements: [] };
}

export function fullStatement(table: CatalogTable): string {
  return `ALTER TABLE ${tableName(table)} REPLICA IDENTITY FULL;`;
}

/** By OID of a table: itself and its leaves, as far as an update of them would not tell the row before. */
function bareOf(catalog: Catalog): Map<number, CatalogTable[]> {
  const bare = new Map<number, CatalogTable[]>();
  for (const table of catalog.tables.values()) {
    if (table.identity === 'f' || table.foreign || table.unlogged) continue;
    const top = table.root ?? table.oid;
    bare.set(top, [...(bare.get(top) ?? []), table]);
  }
  return bare;
}
