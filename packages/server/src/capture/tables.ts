// The tables of a source as capture knows them now. Read anew when the stream describes a table that is not among them,
// and every ten seconds: then tables that appeared are published. And read anew when the mapping file says something else.

import type pg from 'pg';
import { type Catalog, loadCatalog, qualified } from './catalog.ts';
import { MapHistory, withTenantColumn } from './map-history.ts';
import { mappingFindings } from './mapping/findings.ts';
import { NO_MAPPING, type SourceMapping } from './mapping/mapping.ts';
import { recordMapping } from './mapping/record.ts';
import { type Plan, planPublication } from './publication-plan.ts';
import type { Relation } from './pgoutput.ts';
import { type MapOptions, type ResourceMap, TENANT_COLUMNS, type TableMap, makeResourceMap, mapUnknown } from './resource-map.ts';
import { logEnd } from './replication.ts';
import { ShapeMemory } from './shape-memory.ts';
import type { SourceRecord } from './source-record.ts';
import { fillFromSource, filledLabels, rulesOf } from './tenant-fill.ts';
import type { TypeMap } from './values.ts';

export interface TablesOptions extends MapOptions {
  readonly log?: { warn(fields: object, message: string): void };
}

export class SourceTables {
  readonly #options: TablesOptions;
  readonly #record: SourceRecord;
  readonly #maps = new MapHistory();
  #shapes: ShapeMemory | undefined;
  /** Labels of the tenant map, each with the rule by which it was filled. */
  #filled: Map<string, string> | undefined;
  #catalog: Catalog | undefined;
  #mapping: SourceMapping | undefined;
  readonly #told = new Set<string>();

  constructor(record: SourceRecord, options: TablesOptions) {
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
    return this.#maps.of(relation, () => {
      const unknown = mapUnknown(qualified(relation), relation.name, this.#mapping);
      return withTenantColumn(unknown, relation, this.#mapping?.tenantColumns ?? this.#options.tenantColumns ?? TENANT_COLUMNS);
    });
  }

  /** Whether the mapping file says something else than what is in force: `refresh` then, before the next row is written. */
  get mappingChanged(): boolean {
    return this.#mapping !== this.#mappingNow();
  }

  #mappingNow(): SourceMapping {
    return this.#options.mapping?.() ?? NO_MAPPING;
  }

  /** Whether the stream describes the table as it is known here. */
  knows(relation: Relation): boolean {
    const table = this.#catalog?.tables.get(relation.oid);
    return (
      table !== undefined &&
      table.name === relation.name &&
      table.schema === relation.schema &&
      relation.columns.every(({ name, type }) => table.columns.some((column) => column.name === name && column.type === type))
    );
  }

  /**
   * Reads the catalog, and takes up the mapping, which is on record before it is in force. Rows that now lead others to their
   * tenant, and did not before or did so otherwise, are added to the tenant map.
   *
   * @param trail a connection of the appender, outside a transaction
   */
  async refresh(source: pg.ClientBase, trail: pg.ClientBase): Promise<void> {
    const mapping = this.#mappingNow();
    const catalog = await loadCatalog(source, this.#record.publication);
    const shapes = (this.#shapes ??= await ShapeMemory.load(trail, this.#record.sourceId));
    await shapes.see(trail, catalog, () => logEnd(source));
    await shapes.forget(trail);
    const extended = shapes.extend(catalog);
    const maps = makeResourceMap(extended.catalog, { ...this.#options, mapping: () => mapping });
    if (mapping !== this.#mapping) await recordMapping(trail, this.#record, mapping);
    await this.#fill(source, trail, catalog, extended.catalog, maps);
    this.#catalog = catalog;
    this.#maps.take(extended, maps);
    this.#mapping = mapping;
    this.#tell(catalog, mapping);
  }

  /** What the file names and the source does not have is told once. */
  #tell(catalog: Catalog, mapping: SourceMapping): void {
    for (const { place, found, remedy } of mappingFindings(catalog, mapping)) {
      const message = `${place}: ${found}; ${remedy}`;
      if (!this.#told.has(message)) this.#options.log?.warn({ source: this.#record.name, place }, message);
      this.#told.add(message);
    }
  }

  /** What the source must be told so that tables which appeared, or changed, are covered. */
  missing(): Plan {
    return this.#catalog === undefined
      ? { statements: [], added: [], uncovered: [] }
      : planPublication(this.#catalog, this.#record.publication);
  }

  /** @param extended the catalog with tables that are gone, too: their rows cannot be read any more */
  async #fill(source: pg.ClientBase, trail: pg.ClientBase, catalog: Catalog, extended: Catalog, maps: ResourceMap): Promise<void> {
    const { sourceId } = this.#record;
    const filled = (this.#filled ??= await filledLabels(trail, sourceId));
    const present = [...extended.tables.values()].filter(({ oid }) => catalog.tables.has(oid));
    const rules = new Map(present.flatMap((table) => rulesOf(table, maps)));
    const wanted = [...rules].filter(([label, rule]) => filled.get(label) !== rule);
    if (wanted.length === 0) return;
    // Keys that are written otherwise now would never be found again, and may be secrets.
    const rewritten = wanted.flatMap(([label, rule]) => (filled.get(label)?.split('.')[0] === rule.split('.')[0] ? [] : [label]));
    await source.query('begin isolation level repeatable read read only');
    await trail.query('begin');
    await trail.query('delete from indelible.tenant_map where source_id = $1 and table_name = any($2)', [sourceId, rewritten]);
    await fillFromSource(source, trail, sourceId, present, maps, new Set(wanted.map(([label]) => label)));
    await trail.query('commit');
    await source.query('commit');
    for (const [label, rule] of wanted) filled.set(label, rule);
  }
}
