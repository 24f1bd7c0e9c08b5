// What must be said to the source so that every change of every table arrives whole: the statements that are missing now.
// REPLICA IDENTITY FULL comes before a table is published: an UPDATE of a published table without an identity fails.

import pg from 'pg';
import { type Catalog, type CatalogTable, type Publication, qualified } from './catalog.ts';

export interface Plan {
  /** Everything, to be run one by one in this order: `first`, the steps, and `create`. */
  readonly statements: readonly string[];
  /** For the publication as a whole. */
  readonly first: readonly string[];
  /** What single tables need. Each stands alone, so that a table that cannot be altered keeps no other one out. */
  readonly steps: readonly TableStep[];
  /** Makes the publication, with these tables in it; undefined when it is there. */
  readonly create: ((tables: readonly CatalogTable[]) => string) | undefined;
  /** The tables that `create` is for. */
  readonly created: readonly CatalogTable[];
  /** Tables that the publication lacks, whoever may add them. */
  readonly added: readonly CatalogTable[];
  readonly uncovered: readonly Uncovered[];
  /** Tables of other roles, which this one may not alter. Nothing is tried on them. */
  readonly refused: readonly Uncovered[];
}

/** A table is never published before its identity, and that of its partitions, is whole. */
export interface TableStep {
  readonly table: CatalogTable;
  readonly statements: readonly string[];
}

export const NO_PLAN: Plan = {
  statements: [],
  first: [],
  steps: [],
  create: undefined,
  created: [],
  added: [],
  uncovered: [],
  refused: [],
};

export interface Uncovered {
  readonly table: string;
  readonly what: string;
  readonly remedy: string;
}

const GENERATED_SINCE = 180_000;

export function planPublication(catalog: Catalog, publication: string): Plan {
  const { version, publication: existing } = catalog;
  const name = pg.escapeIdentifier(publication);
  const stored = version >= GENERATED_SINCE;
  // Before any table is set to FULL: an identity with a stored generated column that is not published makes UPDATE fail.
  const unsettled = existing !== undefined && stored && existing.generated !== 's';
  const first = unsettled ? [`ALTER PUBLICATION ${name} SET (publish_generated_columns = stored)`] : [];
  const steps: TableStep[] = [];
  const added: CatalogTable[] = [];
  const refused: Uncovered[] = [];
  const ours: CatalogTable[] = [];
  for (const [table, ...partitions] of families(catalog)) {
    const adds = !table.published && isCapturable(table, version);
    const needed = [table, ...partitions].map((each) => ({ each, statements: memberStatements(each, version, name) }));
    const touched = needed.filter(({ each, statements }) => statements.length > 0 || (adds && each === table));
    if (adds) added.push(table);
    const other = touched.find(({ each }) => each.otherOwner !== undefined);
    if (other !== undefined) {
      refused.push(notOurs(other.each, adds));
      continue;
    }
    if (adds) ours.push(table);
    const statements = touched.flatMap((each) => each.statements);
    if (adds && existing !== undefined) statements.push(addTable(table, name));
    if (statements.length > 0) steps.push({ table, statements });
  }
  const create = existing === undefined ? creation(name, stored) : undefined;
  return {
    statements: [...first, ...steps.flatMap((step) => step.statements), ...(create === undefined ? [] : [create(ours)])],
    first,
    steps,
    create,
    created: ours,
    added,
    uncovered: [...catalog.tables.values()].flatMap((table) => uncoveredIn(table, version)),
    refused,
  };
}

/** Each table that is no partition, with all its partitions after it. */
function families(catalog: Catalog): Iterable<readonly [CatalogTable, ...CatalogTable[]]> {
  const found = new Map<number, [CatalogTable, ...CatalogTable[]]>();
  for (const table of catalog.tables.values()) if (table.root === undefined) found.set(table.oid, [table]);
  for (const table of catalog.tables.values()) if (table.root !== undefined) found.get(table.root)?.push(table);
  return found.values();
}

function memberStatements(table: CatalogTable, version: number, publication: string): string[] {
  const full = wantsFull(table, version);
  const identity =
    full === (table.identity === 'f') ? [] : [`ALTER TABLE ${tableName(table)} REPLICA IDENTITY ${full ? 'FULL' : 'DEFAULT'}`];
  return [
    // Before a table loses its identity: without one, an UPDATE of a published table fails too.
    ...(table.publishedAs !== 0 && !table.foreign && !isCapturable(table, version)
      ? [`ALTER PUBLICATION ${publication} DROP TABLE ${listed(table)}`]
      : []),
    ...(table.foreign || table.unlogged || (!full && table.identity !== 'f') ? [] : identity),
  ];
}

function creation(publication: string, stored: boolean): (tables: readonly CatalogTable[]) => string {
  const settings = `publish_via_partition_root = true${stored ? ', publish_generated_columns = stored' : ''}`;
  return (tables) =>
    `CREATE PUBLICATION ${publication}${tables.length === 0 ? '' : ` FOR TABLE ${tables.map(listed).join(', ')}`} WITH (${settings})`;
}

/** @param publication as it is written in SQL */
export function addTable(table: CatalogTable, publication: string): string {
  return `ALTER PUBLICATION ${publication} ADD TABLE ${listed(table)}`;
}

function listed(table: CatalogTable): string {
  return `${table.partitioned ? '' : 'ONLY '}${tableName(table)}`;
}

function notOurs(table: CatalogTable, adds: boolean): Uncovered {
  const owner = table.otherOwner ?? '';
  return {
    table: qualified(table),
    what: `belongs to the role ${owner}, and this one may not alter it: ${adds ? 'not captured' : 'earlier values are not covered'}`,
    remedy: `GRANT ${pg.escapeIdentifier(owner)} to the role that captures, or run "indelible capture setup" as a superuser`,
  };
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
