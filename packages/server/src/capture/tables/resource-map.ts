// What a captured table means: its resource type, where its id and name are, which columns are noise, and which
// resources it refers to. Everything comes from the catalog; nothing has to be written by hand, and a mapping file may
// override it.

import { type Redaction, makeRedaction } from '@indelible/core';
import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import { NO_MAPPING, type SourceMapping, type TableMapping } from '../mapping/mapping.ts';
import type { HashKey } from '../rows/hash-key.ts';
import { type KeyColumns, MAPPING_RULE, NO_SECRETS, type Secrets, type SourceSecrets, keyColumns, secretsOf } from './secrets.ts';
import { wantsFull } from '../source/publication-plan.ts';
import { relationOf, resourceType, snakeCase } from './table-words.ts';
import { type TenantStep, labelOf, tenantSteps } from '../tenants/tenant-rule.ts';

const NAME_COLUMNS = ['name', 'title', 'label', 'email', 'slug'];

/** Columns that change without anybody having changed anything. */
export const NOISE_COLUMNS: readonly string[] = [
  'updated_at',
  'modified_at',
  'last_modified_at',
  'last_seen_at',
  'last_active_at',
  'last_used_at',
  'last_accessed_at',
];
export const TENANT_COLUMNS: readonly string[] = [
  'tenant_id',
  'organization_id',
  'organisation_id',
  'org_id',
  'workspace_id',
  'account_id',
];

export interface MapOptions {
  /** Column names, as snake_case, that name the tenant; the first that a table has counts. */
  readonly tenantColumns?: readonly string[];
  /** Column names, as snake_case, whose changes alone make no event. */
  readonly noiseColumns?: readonly string[];
  /** Names the columns whose values are secrets; the built-in rules by default. */
  readonly redaction?: Redaction;
  /** What the mapping file says of this source now; a running capture takes up every other answer. */
  readonly mapping?: () => SourceMapping;
}

export interface Reference extends KeyColumns {
  readonly relation: string;
  readonly type: string;
}

export interface TableMap {
  readonly table: string;
  readonly resourceType: string;
  /** The columns of the resource id. Empty when the table has no primary key: its rows have no resource id. */
  readonly key: KeyColumns;
  /** Columns that hold secrets, by their own name or that of the column they refer to. */
  readonly secrets: Secrets;
  /** By it a secret is hidden that is a name or a tenant. */
  readonly hashKey: HashKey;
  readonly nameColumn: string | undefined;
  readonly noise: ReadonlySet<string>;
  readonly related: readonly Reference[];
  /** Where the tenant of a row is found, in this order. */
  readonly tenant: readonly TenantStep[];
  /** The column sets by which rows are led to their tenant through this table. */
  readonly mapKeys: readonly MapKey[];
  /** Where a row that is deleted by its key alone finds the tenant that it had. */
  readonly ownKey: MapKey | undefined;
  /** The mapping says so: its rows make no events. */
  readonly skip: boolean;
}

export interface MapKey extends KeyColumns {
  /** The label of the tenant map: schema.table, with the columns when they are not the primary key. */
  readonly label: string;
}

export type ResourceMap = ReadonlyMap<number, TableMap>;

/** @param hashKey of the source's record, wherever what comes of the maps is kept */
export function makeResourceMap(catalog: Catalog, hashKey: HashKey, options: MapOptions = {}): ResourceMap {
  const mapping = options.mapping?.() ?? NO_MAPPING;
  const secrets = secretsOf(catalog, options.redaction ?? makeRedaction(), mapping, hashKey);
  const steps = tenantSteps(catalog, mapping.tenantColumns ?? options.tenantColumns ?? TENANT_COLUMNS, secrets, mapping);
  const types = typesOf(catalog, mapping);
  const targets = new Map<number, Map<string, MapKey>>();
  for (const table of catalog.tables.values()) {
    const own = ownKeyOf(table, catalog.version, secrets);
    if (own !== undefined && table.root === undefined) mapOf(targets, table.oid).set(own.label, own);
  }
  for (const list of steps.values()) {
    for (const step of list) {
      if (step.kind === 'reference') mapOf(targets, step.oid).set(step.label, { ...step.target, label: step.label });
    }
  }
  const noise = new Set(mapping.noiseColumns ?? options.noiseColumns ?? NOISE_COLUMNS);
  const maps = new Map<number, TableMap>();
  for (const table of catalog.tables.values()) {
    const said = mapping.tables.get(qualified(table)) ?? {};
    const id = idColumns(table, mapping);
    maps.set(table.oid, {
      table: qualified(table),
      resourceType: types.get(table.oid) ?? resourceType(table.name),
      key: keyColumns(id, id, secrets, table.oid),
      secrets: secrets.byTable.get(table.oid) ?? new Map(),
      hashKey,
      nameColumn: nameColumn(table, said),
      noise: new Set(
        table.columns.map((column) => column.name).filter((name) => noise.has(snakeCase(name)) || said.noise?.includes(name) === true),
      ),
      related: referencesOf(table, catalog, types, secrets, mapping),
      tenant: steps.get(table.oid) ?? [],
      mapKeys: [...(targets.get(table.oid)?.values() ?? [])],
      ownKey: ownKeyOf(table, catalog.version, secrets),
      // What was not to be seen under its former name is not either under a new one that the mapping does not know.
      skip: said.skip ?? (table.formerly ?? []).some((name) => mapping.tables.get(name)?.skip === true),
    });
  }
  return maps;
}

function has(table: CatalogTable, name: string): boolean {
  return table.columns.some((column) => column.name === name);
}

/** Columns that the table does not have make no id; the doctor and the log name them. */
function idColumns(table: CatalogTable, mapping: SourceMapping): readonly string[] {
  const said = mapping.tables.get(qualified(table))?.id;
  return said?.every((name) => has(table, name)) === true ? said : table.primaryKey;
}

function nameColumn(table: CatalogTable, said: TableMapping): string | undefined {
  if (said.name !== undefined && has(table, said.name)) return said.name;
  const found = NAME_COLUMNS.map((name) => table.columns.find((column) => snakeCase(column.name) === name)?.name);
  return found.find((name) => name !== undefined);
}

/** A table that cannot have REPLICA IDENTITY FULL tells the key of a deleted row and nothing else. */
function ownKeyOf(table: CatalogTable, version: number, secrets: SourceSecrets): MapKey | undefined {
  return wantsFull(table, version) || table.primaryKey.length === 0
    ? undefined
    : { ...keyColumns(table.primaryKey, table.primaryKey, secrets, table.oid), label: labelOf(table) };
}

/** A table that the catalog does not know, because it was dropped before its last rows were read. */
export function mapUnknown(
  table: string,
  name: string,
  mapping: SourceMapping = NO_MAPPING,
  hashKey: HashKey = NO_SECRETS.hashKey,
): TableMap {
  const said = mapping.tables.get(table) ?? {};
  return {
    table,
    resourceType: said.type ?? resourceType(name),
    key: { columns: [] },
    secrets: new Map(said.redact?.map((column) => [column, MAPPING_RULE])),
    hashKey,
    nameColumn: undefined,
    noise: new Set(),
    related: [],
    tenant: [],
    mapKeys: [],
    ownKey: undefined,
    skip: said.skip === true,
  };
}

/** Two tables of one name in two schemas are told apart by the schema; "public" goes without saying. */
export function typesOf(catalog: Catalog, mapping: SourceMapping): ReadonlyMap<number, string> {
  const count = new Map<string, number>();
  // By its name, so that a table which was dropped and made again is one.
  const roots = new Map([...catalog.tables.values()].filter((table) => table.root === undefined).map((table) => [qualified(table), table]));
  for (const table of roots.values()) count.set(resourceType(table.name), (count.get(resourceType(table.name)) ?? 0) + 1);
  return new Map(
    [...catalog.tables.values()].map((table) => {
      const said = mapping.tables.get(qualified(table))?.type;
      if (said !== undefined) return [table.oid, said];
      const type = resourceType(table.name);
      const clash = (count.get(type) ?? 0) > 1 && table.schema !== 'public';
      return [table.oid, clash ? resourceType(`${table.schema}_${table.name}`) : type];
    }),
  );
}

/** A reference is a related resource only when it holds the columns of the other's resource id. */
function referencesOf(
  table: CatalogTable,
  catalog: Catalog,
  types: ReadonlyMap<number, string>,
  secrets: SourceSecrets,
  mapping: SourceMapping,
): Reference[] {
  return table.foreignKeys.flatMap((key) => {
    const target = catalog.tables.get(key.target);
    if (target === undefined) return [];
    // In the order of the other's id, so that both write a composite id alike.
    const id = idColumns(target, mapping);
    const columns = id.map((name) => key.columns[key.targetColumns.indexOf(name)]);
    if (columns.length === 0 || !columns.every((name) => name !== undefined)) return [];
    const telling = columns.length === 1 ? columns[0] : columns.at(-1);
    return [
      {
        relation: relationOf(telling ?? ''),
        type: key.type ?? types.get(target.oid) ?? resourceType(target.name),
        ...keyColumns(columns, id, secrets, target.oid),
      },
    ];
  });
}

function mapOf(all: Map<number, Map<string, MapKey>>, oid: number): Map<string, MapKey> {
  let found = all.get(oid);
  if (found === undefined) {
    found = new Map();
    all.set(oid, found);
  }
  return found;
}
