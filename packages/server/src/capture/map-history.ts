// What a table meant under each name and each set of columns that it had: rows from before a renaming are still on their
// way when the catalog knows the new names alone.

import { type Catalog, type CatalogTable, qualified } from './catalog.ts';
import type { Relation } from './pgoutput.ts';
import type { TableMap } from './resource-map.ts';
import { snakeCase } from './table-words.ts';

interface Shape {
  /** By it two shapes are told apart. */
  readonly text: string;
  readonly columns: ReadonlySet<string>;
  readonly map: TableMap;
}

/** A table that is altered more often than that between two rows is taken for what it was last. */
const SHAPES_MAX = 16;

export class MapHistory {
  /** Newest first. Grows by tables: rows of a dropped one may still be on their way. */
  readonly #shapes = new Map<number, readonly Shape[]>();
  /** One look for all rows that follow a description. */
  #found = new WeakMap<Relation, TableMap>();

  /** @param forget former shapes: they follow a mapping that is not in force any more */
  take(catalog: Catalog, maps: ReadonlyMap<number, TableMap>, forget: boolean): void {
    this.#found = new WeakMap();
    if (forget) for (const [oid, [newest]] of this.#shapes) this.#shapes.set(oid, newest === undefined ? [] : [newest]);
    for (const [oid, map] of maps) {
      const table = catalog.tables.get(oid);
      if (table === undefined) continue;
      const shape = shapeOf(table, map);
      const former = (this.#shapes.get(oid) ?? []).filter(({ text }) => text !== shape.text);
      this.#shapes.set(oid, [shape, ...(forget ? [] : former)].slice(0, SHAPES_MAX));
    }
  }

  /**
   * The map for rows that the stream describes like this: that of the table under this name with these columns, or else
   * the newest one that has the columns of its key.
   *
   * @param unknown what is made of the relation's name alone
   */
  of(relation: Relation, unknown: () => TableMap): TableMap {
    const found = this.#found.get(relation);
    if (found !== undefined) return found;
    const map = this.#look(relation, unknown);
    this.#found.set(relation, map);
    return map;
  }

  #look(relation: Relation, unknown: () => TableMap): TableMap {
    const shapes = this.#shapes.get(relation.oid) ?? [];
    const name = qualified(relation);
    const names = relation.columns.map((column) => column.name);
    const fitting = shapes.filter(({ columns }) => names.every((column) => columns.has(column)));
    const whole = fitting.find(({ map }) => map.table === name);
    if (whole !== undefined) return whole.map;
    const keyed = shapes.filter(({ map }) => map.key.columns.every((column) => names.includes(column)));
    const named = keyed.find(({ map }) => map.table === name);
    if (named !== undefined) return named.map;
    const other = fitting[0] ?? keyed[0] ?? shapes[0];
    // A resource is called after its table as it was then; where the table leads to, it leads under every name.
    const { table, resourceType } = unknown();
    return other === undefined ? unknown() : { ...other.map, table, resourceType };
  }
}

/** A table that was dropped before the catalog was read keeps its rows' tenant, where a column says it. */
export function withTenantColumn(map: TableMap, relation: Relation, tenantColumns: readonly string[]): TableMap {
  if (map.tenant.length > 0) return map;
  const names = relation.columns.map(({ name }) => name);
  const column = tenantColumns.map((wanted) => names.find((name) => snakeCase(name) === wanted)).find((name) => name !== undefined);
  return column === undefined ? map : { ...map, tenant: [{ kind: 'column', column }] };
}

function shapeOf(table: CatalogTable, map: TableMap): Shape {
  const names = table.columns.map((column) => column.name);
  return { text: JSON.stringify([map.table, ...names]), columns: new Set(names), map };
}
