// What must be said to the source so that every change of every table arrives whole: the statements that are missing now.
// REPLICA IDENTITY FULL comes before a table is published: an UPDATE of a published table without an identity fails.

import pg from 'pg';
import { type Catalog, type CatalogTable, type Publication, qualified } from './catalog.ts';

export interface Plan {
  /** To be run one by one, in this order. */
  readonly statements: readonly string[];
  /** Tables that the publication gets by them. */
  readonly added: readonly CatalogTable[];
  readonly uncovered: readonly Uncovered[];
}

export interface Uncovered {
  readonly table: string;
  readonly what: string;
  readonly remedy: string;
}

const GENERATED_SINCE = 180_000;

export function planPublication(catalog: Catalog, publication: string): Plan {
  const statements: string[] = [];
  const uncovered = [...catalog.tables.values()].flatMap((table) => uncoveredIn(table, catalog.version));
  const tables = [...catalog.tables.values()].filter((table) => isCapturable(table, catalog.version));
  const name = pg.escapeIdentifier(publication);
  const existing = catalog.publication;
  const stored = catalog.version >= GENERATED_SINCE;
  // Before any table is set to FULL: an identity with a stored generated column that is not published makes UPDATE fail.
  if (existing !== undefined && stored && existing.generated !== 's')
    statements.push(`ALTER PUBLICATION ${name} SET (publish_generated_columns = stored)`);
  // Before a table loses its identity: without one, an UPDATE of a published table fails too.
  for (const table of catalog.tables.values()) {
    if (table.publishedAs !== 0 && !table.foreign && !isCapturable(table, catalog.version))
      statements.push(`ALTER PUBLICATION ${name} DROP TABLE ${table.partitioned ? '' : 'ONLY '}${tableName(table)}`);
  }
  for (const table of catalog.tables.values()) {
    if (table.foreign || table.unlogged) continue;
    const full = wantsFull(table, catalog.version);
    if (!full && table.identity === 'f') statements.push(`ALTER TABLE ${tableName(table)} REPLICA IDENTITY DEFAULT`);
    if (full && table.identity !== 'f') statements.push(`ALTER TABLE ${tableName(table)} REPLICA IDENTITY FULL`);
  }
  // A partition is published through its topmost table, so that its rows come under one name.
  const added = tables.filter((table) => table.root === undefined && !table.published);
  const list = added.map((table) => (table.partitioned ? tableName(table) : `ONLY ${tableName(table)}`)).join(', ');
  if (existing === undefined) {
    const settings = `publish_via_partition_root = true${stored ? ', publish_generated_columns = stored' : ''}`;
    statements.push(`CREATE PUBLICATION ${name}${list === '' ? '' : ` FOR TABLE ${list}`} WITH (${settings})`);
  } else if (list !== '') statements.push(`ALTER PUBLICATION ${name} ADD TABLE ${list}`);
  return { statements, added, uncovered };
}

const OPERATIONS = ['insert', 'update', 'delete', 'truncate'];

/** How a publication hides changes, each way in words; empty when it is whole. */
export function narrowedBy(publication: Publication): string[] {
  const missing = OPERATIONS.filter((operation) => !publication.operations.includes(operation));
  return [
    ...(missing.length === 0 ? [] : [`it leaves out ${missing.join(', ')}`]),
    ...(publication.viaRoot ? [] : ['publish_via_partition_root is off']),
    ...publication.narrowed.map((table) => `${table} has a column list or a row filter`),
  ];
}

/** The statements that make a narrowed publication whole. They are for setup alone: at run time narrowing is a gap. */
export function widening(publication: Publication | undefined, name: string): string[] {
  if (publication === undefined) return [];
  const quoted = pg.escapeIdentifier(name);
  const whole = OPERATIONS.every((operation) => publication.operations.includes(operation)) && publication.viaRoot;
  return [
    ...(whole ? [] : [`ALTER PUBLICATION ${quoted} SET (publish = '${OPERATIONS.join(', ')}', publish_via_partition_root = true)`]),
    // A table's column list and filter go with its entry; PostgreSQL quotes the name.
    ...publication.narrowed.flatMap((table) => [
      `ALTER PUBLICATION ${quoted} DROP TABLE ${table}`,
      `ALTER PUBLICATION ${quoted} ADD TABLE ${table}`,
    ]),
  ];
}

export function tableName(table: CatalogTable): string {
  return `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
}

/** Whether changes of the table can be captured at all. */
export function isCapturable(table: CatalogTable, version: number): boolean {
  if (table.foreign || table.unlogged) return false;
  return wantsFull(table, version) || table.primaryKey.length > 0;
}

export function wantsFull(table: CatalogTable, version: number): boolean {
  return whyNotFull(table, version) === undefined;
}

/** PostgreSQL refuses an UPDATE when a publication leaves out a column of the identity. */
export function whyNotFull(table: CatalogTable, version: number): { readonly what: string; readonly remedy: string } | undefined {
  if (version >= GENERATED_SINCE && table.columns.some((column) => column.generated === 'v'))
    return { what: 'has a virtual generated column', remedy: 'make the column STORED, or leave it out of the table' };
  if (table.narrowedElsewhere === true)
    return {
      what: 'is in another publication that leaves out some of its columns',
      remedy: 'take the list of columns out of that publication, or SET (publish_generated_columns = stored) in it',
    };
  return undefined;
}

function uncoveredIn(table: CatalogTable, version: number): Uncovered[] {
  const name = qualified(table);
  if (table.foreign) return [{ table: name, what: 'a foreign table: its rows live in another database', remedy: 'capture that database' }];
  if (table.unlogged) {
    return [
      {
        table: name,
        what: 'an unlogged table: its changes are not in the write-ahead log',
        remedy: `ALTER TABLE ${tableName(table)} SET LOGGED, then run capture setup again`,
      },
    ];
  }
  const notFull = whyNotFull(table, version);
  if (notFull !== undefined) {
    return table.primaryKey.length > 0
      ? [{ table: name, what: `${notFull.what}: earlier values are not covered`, remedy: notFull.remedy }]
      : [{ table: name, what: `${notFull.what}, and has no primary key: not captured`, remedy: `add a primary key, or ${notFull.remedy}` }];
  }
  if (table.root === undefined && table.primaryKey.length === 0)
    return [{ table: name, what: 'has no primary key: its events carry the row and no resource id', remedy: 'add a primary key' }];
  if (version < GENERATED_SINCE && table.columns.some((column) => column.generated !== '')) {
    return [
      {
        table: name,
        what: 'has generated columns: this version of PostgreSQL does not publish them',
        remedy: 'none needed: they follow from the other columns',
      },
    ];
  }
  return [];
}
