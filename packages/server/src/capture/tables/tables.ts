// The tables of a source as capture knows them now. Read anew when the stream describes a table that is not among them,
// and every ten seconds: then tables that appeared are published. And read anew when the mapping file says something else.

import type pg from 'pg';
import { type Redaction, makeRedaction } from '@indelible/core';
import { type Catalog, loadCatalog, qualified } from '../source/catalog.ts';
import { type ToldShape, readDdl } from '../ddl/ddl-message.ts';
import { FillSnapshot } from '../tenants/fill-snapshot.ts';
import { LastMaps } from './last-maps.ts';
import { MapHistory } from './map-history.ts';
import { mappingFindings } from '../mapping/findings.ts';
import { NO_MAPPING, type SourceMapping } from '../mapping/mapping.ts';
import { recordMapping } from '../mapping/record.ts';
import { NO_PLAN, type Plan, planPublication } from '../source/publication-plan.ts';
import type { Relation } from '../replication/pgoutput.ts';
import { type MapOptions, type ResourceMap, TENANT_COLUMNS, type TableMap, makeResourceMap, mapUnknown } from './resource-map.ts';
import { logEnd } from '../replication/replication.ts';
import { isHiddenBy } from './secrets.ts';
import { ShapeMemory } from './shape-memory.ts';
import type { SourceRecord } from '../source/source-record.ts';
import { emptyLabels, fillFromSource, filledLabels, followedIn, rulesOf } from '../tenants/tenant-fill.ts';
import { PENDING } from '../tenants/tenant-map.ts';
import type { TypeMap } from '../values/values.ts';

export interface TablesOptions extends MapOptions {
  readonly sourceUrl: string;
  readonly log?: { warn(fields: object, message: string): void };
}

/** As long as rows wait for the snapshot that says whose they are; a transaction that writes in the source may hold it up longer. */
const SNAPSHOT_WAIT_MS = 3_000;
/** More commands than that between two looks at the catalog are not remembered one by one. */
const HEARD_MAX = 200;

export class SourceTables {
  readonly #options: TablesOptions;
  readonly #record: SourceRecord;
  readonly #redaction: Redaction;
  readonly #maps = new MapHistory();
  readonly #lastMaps = new LastMaps();
  #shapes: ShapeMemory | undefined;
  /** What the event trigger said since the last look. */
  #heard: ToldShape[] = [];
  /** Labels of the tenant map, each with the rule by which it was filled. */
  #filled: Map<string, string> | undefined;
  #catalog: Catalog | undefined;
  #mapping: SourceMapping | undefined;
  readonly #told = new Set<string>();
  readonly #snapshot: FillSnapshot;

  constructor(record: SourceRecord, options: TablesOptions) {
    this.#record = record;
    this.#options = options;
    this.#redaction = options.redaction ?? makeRedaction();
    this.#snapshot = new FillSnapshot(options.sourceUrl, record, ({ message }) => {
      const told = `the tenants of rows that lead to others are not known until a snapshot can be taken: ${message}`;
      if (!this.#told.has(told)) this.#options.log?.warn({ source: record.name, error: message }, told);
      this.#told.add(told);
    });
  }

  /** As it was last read; undefined before the first `refresh`. */
  get catalog(): Catalog | undefined {
    return this.#catalog;
  }

  get types(): TypeMap {
    return this.#catalog?.types ?? new Map();
  }

  mapOf(relation: Relation): TableMap {
    return this.#maps.of(relation, () => mapUnknown(qualified(relation), relation.name, this.#mapping, this.#record.hashKey));
  }

  /**
   * Whether the mapping file says something else than what is in force, or the snapshot has come that the tenant map waits
   * for: `refresh` then, before the next row is written.
   */
  get mappingChanged(): boolean {
    return this.#mapping !== this.#mappingNow() || this.#snapshot.ready;
  }

  #mappingNow(): SourceMapping {
    return this.#options.mapping?.() ?? NO_MAPPING;
  }

  /** Takes note of what the source's event trigger says of a table; to be called in the order of the stream. */
  hear(message: string): void {
    const shape = readDdl(message)?.shape;
    if (shape !== null && shape !== undefined) this.#heard = [...this.#heard.slice(1 - HEARD_MAX), shape];
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
    const heard = this.#heard;
    this.#heard = [];
    const catalog = await loadCatalog(source, this.#record.publication);
    const shapes = (this.#shapes ??= await ShapeMemory.load(trail, this.#record.sourceId));
    await shapes.see(trail, catalog, () => logEnd(source), heard);
    await shapes.forget(trail, (was, now) => isHiddenBy(mapping, was, now));
    const extended = shapes.extend(catalog);
    const make = (): ResourceMap => makeResourceMap(extended.catalog, this.#record.hashKey, { ...this.#options, mapping: () => mapping });
    const maps = this.#lastMaps.of(extended.catalog, mapping, make);
    if (mapping !== this.#mapping) await recordMapping(trail, this.#record, mapping);
    await this.#fill(trail, catalog, extended.catalog, maps);
    this.#catalog = catalog;
    const tenantColumns = mapping.tenantColumns ?? this.#options.tenantColumns ?? TENANT_COLUMNS;
    this.#maps.take(extended, maps, { mapping, tenantColumns, redaction: this.#redaction });
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
    return this.#catalog === undefined ? NO_PLAN : planPublication(this.#catalog, this.#record.publication);
  }

  /**
   * Labels that are new, or made by another rule, know what the stream says from now on; the rows that were there before are
   * read at a snapshot whose place in the stream is known, and rows that were committed before it do not use them: their
   * parents may have belonged to another tenant then.
   *
   * @param extended the catalog with tables that are gone, too: what leads to them does so for rows that are on their way
   */
  async #fill(trail: pg.ClientBase, catalog: Catalog, extended: Catalog, maps: ResourceMap): Promise<void> {
    const { sourceId } = this.#record;
    const filled = (this.#filled ??= await filledLabels(trail, sourceId));
    const present = { ...extended, tables: new Map([...extended.tables].filter(([oid]) => catalog.tables.has(oid))) };
    const { rules, gone } = labelsOf(present, extended, maps);
    const pending = [...rules].filter(([label, rule]) => filled.get(label) !== rule && filled.get(label) !== PENDING + rule);
    const lost = [...filled.keys()].filter((label) => !rules.has(label) && gone(label));
    if (pending.length > 0 || lost.length > 0) {
      await this.#snapshot.discard();
      await inOne(trail, () => emptyLabels(trail, sourceId, pending, lost));
      for (const label of lost) filled.delete(label);
      for (const [label, rule] of pending) filled.set(label, PENDING + rule);
    }
    const wanted = [...rules].filter(([label, rule]) => filled.get(label) !== rule);
    const snapshot = wanted.length === 0 ? undefined : await this.#snapshot.take(SNAPSHOT_WAIT_MS);
    if (snapshot === undefined) return;
    try {
      // Rows that a policy hides lead to no tenant; a baseline would refuse the table.
      await snapshot.source.query('set local row_security = on');
      const filling = { labels: new Set(wanted.map(([label]) => label)), since: snapshot.lsn };
      await inOne(trail, () => fillFromSource(snapshot.source, trail, sourceId, present, maps, filling));
      for (const [label, rule] of wanted) filled.set(label, rule);
    } finally {
      await snapshot.close();
    }
  }

  /** Lets go of what it holds in the source. */
  async close(): Promise<void> {
    await this.#snapshot.discard();
  }
}

/** The rules of the labels that can be filled, and which labels are of no use any more. */
function labelsOf(
  present: Catalog,
  extended: Catalog,
  maps: ResourceMap,
): { readonly rules: ReadonlyMap<string, string>; readonly gone: (label: string) => boolean } {
  const rules = new Map<string, string>();
  const led = new Set<string>();
  const unseen = new Set<string>();
  const isFollowed = followedIn(present);
  for (const table of extended.tables.values()) {
    for (const [label, rule] of rulesOf(table, maps)) {
      led.add(label);
      if (!present.tables.has(table.oid) || table.root !== undefined) continue;
      if (isFollowed(table)) rules.set(label, rule);
      else unseen.add(label);
    }
  }
  return { rules, gone: (label) => unseen.has(label) || !led.has(label) };
}

async function inOne(trail: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await trail.query('begin');
  try {
    await work();
  } catch (error) {
    await trail.query('rollback').catch(() => {});
    throw error;
  }
  const answer = await trail.query('commit');
  if (answer.command !== 'COMMIT') throw new Error('the trail rolled the tenant map back');
}
