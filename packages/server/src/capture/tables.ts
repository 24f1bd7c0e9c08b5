// The tables of a source as capture knows them now. Read anew when the stream describes a table that is not among them,
// and every ten seconds: then tables that appeared are published.

import type pg from 'pg';
import { type Catalog, loadCatalog, qualified } from './catalog.ts';
import { type Plan, planPublication } from './publication-plan.ts';
import type { Relation } from './pgoutput.ts';
import { type MapOptions, type TableMap, makeResourceMap, mapUnknown } from './resource-map.ts';
import type { SourceRecord } from './source-record.ts';
import { fillFromSource } from './tenant-fill.ts';
import type { TypeMap } from './values.ts';

export class SourceTables {
  readonly #options: MapOptions;
  readonly #record: SourceRecord;
  /** Grows only: rows of a dropped table may still be on their way. */
  readonly #maps = new Map<number, TableMap>();
  readonly #filled = new Set<string>();
  #catalog: Catalog | undefined;

  constructor(record: SourceRecord, options: MapOptions) {
    this.#record = record;
    this.#options = options;
  }

  /** As it was last read; undefined before the first `refresh`. */
  get catalog(): Catalog | undefined {
    return this.#catalog;
  }

  get types(): TypeMap {
    return this.#catalog?.types ?? new Map();
  }

  mapOf(relation: Relation): TableMap {
    return this.#maps.get(relation.oid) ?? mapUnknown(qualified(relation), relation.name);
  }

  /** Whether the stream describes the table as it is known here. */
  knows(relation: Relation): boolean {
    const table = this.#catalog?.tables.get(relation.oid);
    return (
      table !== undefined &&
      table.name === relation.name &&
      table.schema === relation.schema &&
      relation.columns.every(({ name }) => table.columns.some((column) => column.name === name))
    );
  }

  /**
   * Reads the catalog. Rows that now lead others to their tenant, and did not before, are added to the tenant map.
   *
   * @param trail a connection of the appender, outside a transaction
   */
  async refresh(source: pg.ClientBase, trail: pg.ClientBase): Promise<void> {
    const catalog = await loadCatalog(source, this.#record.publication);
    const maps = makeResourceMap(catalog, this.#options);
    const labels = new Set([...maps.values()].flatMap((map) => map.mapKeys.map((key) => key.label)));
    const missing = new Set([...labels].filter((label) => !this.#filled.has(label)));
    if (missing.size > 0) await this.#fill(source, trail, catalog, maps, missing);
    this.#catalog = catalog;
    for (const [oid, map] of maps) this.#maps.set(oid, map);
  }

  /** What the source must be told so that tables which appeared, or changed, are covered. */
  missing(): Plan {
    return this.#catalog === undefined
      ? { statements: [], added: [], uncovered: [] }
      : planPublication(this.#catalog, this.#record.publication);
  }

  async #fill(
    source: pg.ClientBase,
    trail: pg.ClientBase,
    catalog: Catalog,
    maps: ReadonlyMap<number, TableMap>,
    labels: ReadonlySet<string>,
  ): Promise<void> {
    const known = await trail.query<{ label: string }>(
      'select l as label from unnest($2::text[]) as w(l) where exists (select from indelible.tenant_map m where m.source_id = $1 and m.table_name = l)',
      [this.#record.sourceId, [...labels]],
    );
    for (const { label } of known.rows) this.#filled.add(label);
    const empty = new Set([...labels].filter((label) => !this.#filled.has(label)));
    if (empty.size > 0) {
      // Whole or not at all: a label that has one row counts as filled.
      await source.query('begin isolation level repeatable read read only');
      await trail.query('begin');
      await fillFromSource(source, trail, this.#record.sourceId, catalog, maps, empty);
      await trail.query('commit');
      await source.query('commit');
    }
    for (const label of empty) this.#filled.add(label);
  }
}
