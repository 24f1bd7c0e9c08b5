// Where the tenant of a table's rows is found: as the mapping says, by a column of its own, or a way along foreign keys to a
// table that has one.

import { TENANT_HOPS_MAX } from '../../limits.ts';
import { type Catalog, type CatalogTable, type ForeignKey, qualified } from '../source/catalog.ts';
import { NO_MAPPING, type SourceMapping, type TableMapping } from '../mapping/mapping.ts';
import { type KeyColumns, NO_SECRETS, type SourceSecrets, keyColumns } from '../tables/secrets.ts';
import { relationOf, resourceType, snakeCase } from '../tables/table-words.ts';

export type TenantStep =
  /** The column's value is the tenant. */
  | { readonly kind: 'column'; readonly column: string; readonly secretValue?: true }
  /** All rows have one tenant, because the mapping says so. Rows that refer to them are not led there. */
  | { readonly kind: 'fixed'; readonly tenant: string }
  /** The row belongs where the row that these columns point to belongs. */
  | ReferenceStep;

export interface ReferenceStep extends KeyColumns {
  readonly kind: 'reference';
  /** OID of the other table. */
  readonly oid: number;
  readonly table: string;
  readonly label: string;
  /** The same key as the other table calls it. */
  readonly target: KeyColumns;
}

/** The name by which the tenant map knows a table. */
export function labelOf(table: CatalogTable): string {
  return table.label ?? qualified(table);
}

/** The columns of a row that a step looks at. */
export function columnsOfStep(step: TenantStep): readonly string[] {
  if (step.kind === 'fixed') return [];
  return step.kind === 'column' ? [step.column] : step.columns;
}

/**
 * The steps of every table, to be tried in order until one gives a value. An empty list: the tenant cannot be known.
 *
 * @param tenantColumns names of tenant columns as snake_case, the weightiest first
 * @param secrets a tenant is never named by one
 */
export function tenantSteps(
  catalog: Catalog,
  tenantColumns: readonly string[],
  secrets: SourceSecrets = NO_SECRETS,
  mapping: SourceMapping = NO_MAPPING,
): Map<number, TenantStep[]> {
  const own = new Map<number, TenantStep[]>();
  const fixed = new Map<number, TenantStep[]>();
  const pointers = pointersOf(catalog, tenantColumns, mapping);
  // Tables whose own rule is the last word.
  const final = new Set<number>();
  for (const table of catalog.tables.values()) {
    const said = mappedTenant(table, mapping);
    if (said !== undefined && 'fixed' in said) {
      fixed.set(table.oid, [{ kind: 'fixed', tenant: said.fixed }]);
      continue;
    }
    const self = said === undefined ? selfColumn(table, tenantColumns, pointers) : undefined;
    const single = said?.column ?? self;
    if (single !== undefined) final.add(table.oid);
    const columns = single === undefined ? columnsOf(table, tenantColumns) : [single];
    if (columns.length > 0)
      own.set(
        table.oid,
        columns.map((name) => ({
          kind: 'column',
          column: name,
          ...(secrets.byTable.get(table.oid)?.has(name) === true ? { secretValue: true } : {}),
        })),
      );
  }
  const distance = distances(catalog, own, fixed);
  const steps = new Map<number, TenantStep[]>();
  for (const table of catalog.tables.values()) {
    const direct = own.get(table.oid) ?? [];
    const led = final.has(table.oid) ? direct : [...direct, ...references(table, catalog, distance, secrets)];
    steps.set(table.oid, fixed.get(table.oid) ?? led);
  }
  return steps;
}

/** A column that the table does not have says nothing; the doctor and the log name it. */
function mappedTenant(table: CatalogTable, mapping: SourceMapping): TableMapping['tenant'] {
  const said = mapping.tables.get(qualified(table))?.tenant;
  return said !== undefined && 'column' in said && !table.columns.some(({ name }) => name === said.column) ? undefined : said;
}

/** What points to tables as to a tenant: worked out once, because there may be thousands of them. */
interface Pointers {
  /** By OID of the table: the column that a tenant column of another one refers to. */
  readonly byReference: ReadonlyMap<number, string>;
  /** By name of a tenant column: tables that have one which refers to nothing. */
  readonly byName: ReadonlyMap<string, ReadonlySet<number>>;
}

function pointersOf(catalog: Catalog, tenantColumns: readonly string[], mapping: SourceMapping): Pointers {
  const byReference = new Map<number, string>();
  const byName = new Map<string, Set<number>>(tenantColumns.map((column) => [column, new Set()]));
  for (const table of catalog.tables.values()) {
    const said = mappedTenant(table, mapping);
    const names = (column: string): boolean =>
      said === undefined ? byName.has(snakeCase(column)) : 'column' in said && said.column === column;
    for (const { target, columns, targetColumns } of table.foreignKeys) {
      const [column, pointedTo] = [columns[0], targetColumns[0]];
      if (target === table.oid || columns.length !== 1 || column === undefined || pointedTo === undefined) continue;
      if (!byReference.has(target) && names(column)) byReference.set(target, pointedTo);
    }
    const referring = new Set(table.foreignKeys.flatMap(({ columns }) => columns));
    for (const { name } of table.columns) if (!referring.has(name)) byName.get(snakeCase(name))?.add(table.oid);
  }
  return { byReference, byName };
}

/** The row of a table that tenant columns point to is the tenant itself: the column that they point to holds its name. */
function selfColumn(table: CatalogTable, tenantColumns: readonly string[], { byReference, byName }: Pointers): string | undefined {
  const pointedTo = byReference.get(table.oid);
  if (pointedTo !== undefined || table.primaryKey.length !== 1) return pointedTo;
  // Applications without foreign keys: organization_id points to organizations all the same.
  const type = plainType(resourceType(table.name));
  const others = tenantColumns.filter((column) => plainType(relationOf(column)) === type).map((column) => byName.get(column));
  return others.some((oids) => oids !== undefined && oids.size > (oids.has(table.oid) ? 1 : 0)) ? table.primaryKey[0] : undefined;
}

function plainType(type: string): string {
  return type.replace(/^organisation$|^org$/, 'organization');
}

/** A column named after its own table (account.account_id) is a foreign number of the row, not its tenant. */
function columnsOf(table: CatalogTable, tenantColumns: readonly string[]): string[] {
  return tenantColumns
    .filter((wanted) => relationOf(wanted) !== resourceType(table.name))
    .flatMap((wanted) => table.columns.filter((column) => snakeCase(column.name) === wanted).map((column) => column.name));
}

/** How many references away the nearest table with a tenant of its own is: 0 for itself, at most TENANT_HOPS_MAX. */
function distances(catalog: Catalog, own: ReadonlyMap<number, unknown>, fixed: ReadonlyMap<number, unknown>): Map<number, number> {
  const distance = new Map<number, number>([...own.keys()].map((oid) => [oid, 0]));
  for (let hop = 1; hop <= TENANT_HOPS_MAX; hop++) {
    for (const table of catalog.tables.values()) {
      if (!distance.has(table.oid) && !fixed.has(table.oid) && table.foreignKeys.some((key) => distance.get(key.target) === hop - 1))
        distance.set(table.oid, hop);
    }
  }
  return distance;
}

function references(table: CatalogTable, catalog: Catalog, distance: ReadonlyMap<number, number>, secrets: SourceSecrets): TenantStep[] {
  const hops = (key: ForeignKey): number => distance.get(key.target) ?? Number.POSITIVE_INFINITY;
  return table.foreignKeys
    .filter((key) => key.target !== table.oid && hops(key) < TENANT_HOPS_MAX)
    .sort((a, b) => hops(a) - hops(b))
    .flatMap((key) => {
      const target = catalog.tables.get(key.target);
      return target === undefined ? [] : [reference(key, target, secrets)];
    });
}

function reference(key: ForeignKey, target: CatalogTable, secrets: SourceSecrets): TenantStep {
  // Columns in one order per target, whatever the order in the constraint, so that one label means one key. By their numbers,
  // because a name may be another tomorrow.
  const byKey =
    target.primaryKey.length === key.targetColumns.length && target.primaryKey.every((name) => key.targetColumns.includes(name));
  const number = (name: string): number => target.columns.find((column) => column.name === name)?.number ?? 0;
  const targetColumns = byKey ? target.primaryKey : [...key.targetColumns].sort((a, b) => number(a) - number(b));
  const columns = targetColumns.map((name) => key.columns[key.targetColumns.indexOf(name)] ?? '');
  const label = byKey ? labelOf(target) : `${labelOf(target)}(${targetColumns.map(number).join(',')})`;
  return {
    kind: 'reference',
    oid: target.oid,
    ...keyColumns(columns, targetColumns, secrets, target.oid),
    table: qualified(target),
    label,
    target: keyColumns(targetColumns, targetColumns, secrets, target.oid),
  };
}
