// What the rows of a source would look like as events, by the same code as capture and with nothing written anywhere.

import type pg from 'pg';
import { Failure, type NewEvent, makeRedaction, nearest } from '@indelible/core';
import { PREVIEW_STATEMENT_MS_MAX } from '../../limits.ts';
import { UNATTRIBUTED } from '../attribution/attribution.ts';
import { loadKeyTypes } from '../baseline/baseline-key.ts';
import { SnapshotTenants } from '../baseline/baseline-tenants.ts';
import { type Catalog, type CatalogTable, loadCatalog, qualified } from '../source/catalog.ts';
import { passingHashKey } from '../rows/hash-key.ts';
import { mappingFindings, type MappingFinding } from '../mapping/findings.ts';
import { NO_MAPPING } from '../mapping/mapping.ts';
import type { Relation, Tuple } from '../replication/pgoutput.ts';
import { isCapturable } from '../source/publication-plan.ts';
import { type MapOptions, type TableMap, makeResourceMap } from '../tables/resource-map.ts';
import { type EventSettings, rowEvent } from '../rows/row-event.ts';
import { RAW_TEXT, bytesOfRow, observedImages, relationOfTable, selectOf } from '../rows/row-of-table.ts';
import { keyOf, textOf } from '../rows/row-image.ts';
import { openSource } from '../source/source-client.ts';
import { namesOf } from '../source/source-record.ts';
import { DEFAULT_TENANT, wayFrom } from '../tenants/tenant-map.ts';
import type { TenantStep } from '../tenants/tenant-rule.ts';

export interface CapturePreview extends MapOptions {
  readonly sourceUrl: string;
  readonly name: string;
  /** One table alone: schema.table, or table in the schema public. */
  readonly table?: string;
  /** How many rows of each table. */
  readonly limit: number;
}

export interface PreviewedEvent extends Pick<NewEvent, 'action' | 'resource' | 'related' | 'change' | 'tags'> {
  readonly tenant: string;
  /** How the tenant was found. @example "organization_id" or "dataset_id -> public.datasets" */
  readonly tenantBy: string;
}

export interface PreviewedTable {
  readonly table: string;
  /** not_covered: its changes are not in the stream; unreadable: this role could not read it now, and `reason` says why. */
  readonly state: 'captured' | 'skipped' | 'not_covered' | 'unreadable';
  readonly reason?: string;
  readonly resourceType: string;
  readonly id: readonly string[];
  readonly name?: string;
  /** The ways by which the tenant is looked for, in this order. */
  readonly tenant: readonly string[];
  readonly related: readonly string[];
  readonly noise: readonly string[];
  /** Column -> rule. */
  readonly redacted: Readonly<Record<string, string>>;
  readonly events: readonly PreviewedEvent[];
}

export interface CapturePreviewResult {
  readonly tables: readonly PreviewedTable[];
  /** What the mapping file names and the source does not have. */
  readonly findings: readonly MappingFinding[];
}

interface Reading {
  readonly source: pg.ClientBase;
  readonly catalog: Catalog;
  readonly tenants: SnapshotTenants;
  readonly settings: EventSettings;
  readonly limit: number;
}

/**
 * Reads a few rows of each table in read-only transactions. Needs no trail, and no setup.
 *
 * @throws Failure `capture_invalid` when the source does not answer; `parameter_invalid` for a table that is not there
 * @example
 * const { tables } = await capturePreview({ sourceUrl: 'postgres://app:secret@db/app', name: 'app', limit: 3 });
 */
export async function capturePreview(preview: CapturePreview): Promise<CapturePreviewResult> {
  const { publication } = namesOf(preview.name);
  const redaction = preview.redaction ?? makeRedaction();
  const source = await openSource(preview.sourceUrl);
  try {
    await source.query(`set statement_timeout = ${PREVIEW_STATEMENT_MS_MAX}`);
    const catalog = await loadCatalog(source, publication);
    const maps = makeResourceMap(catalog, passingHashKey(), { ...preview, redaction });
    const settings = { name: preview.name, systemIdentifier: '', timeline: 0, era: 0, nowMs: Date.now(), types: catalog.types, redaction };
    const tenants = new SnapshotTenants(source, catalog, maps, await loadKeyTypes(source, catalog));
    const tables: PreviewedTable[] = [];
    for (const table of wantedTables(catalog, preview.table)) {
      const map = maps.get(table.oid);
      if (map !== undefined) tables.push(await previewTable({ source, catalog, tenants, settings, limit: preview.limit }, table, map));
    }
    return { tables, findings: mappingFindings(catalog, preview.mapping?.() ?? NO_MAPPING) };
  } finally {
    await source.end();
  }
}

/** Partitions come through their topmost table. */
function wantedTables(catalog: Catalog, name: string | undefined): CatalogTable[] {
  const tables = [...catalog.tables.values()].filter(({ root }) => root === undefined);
  if (name === undefined) return tables;
  const found = tables.filter((table) => [name, `public.${name}`].includes(qualified(table)));
  if (found.length > 0) return found;
  const meant = nearest(name, tables.map(qualified));
  throw new Failure('parameter_invalid', `the source has no table ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

async function previewTable(reading: Reading, table: CatalogTable, map: TableMap): Promise<PreviewedTable> {
  const said: Omit<PreviewedTable, 'state'> = {
    table: map.table,
    resourceType: map.resourceType,
    id: map.key.columns,
    ...(map.nameColumn === undefined ? {} : { name: map.nameColumn }),
    tenant: map.tenant.map(wordsOf),
    related: map.related.map(({ columns, type }) => `${columns.join(', ')} -> ${type}`),
    noise: [...map.noise],
    redacted: Object.fromEntries(map.secrets),
    events: [],
  };
  if (map.skip) return { ...said, state: 'skipped', reason: 'the mapping file says so' };
  if (!isCapturable(table, reading.catalog.version)) {
    return { ...said, state: 'not_covered', reason: 'its changes are not in the stream; "indelible capture doctor" says why' };
  }
  const { source } = reading;
  await source.query('begin isolation level repeatable read read only');
  try {
    return { ...said, state: 'captured', events: await readEvents(reading, table, map) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...said, state: 'unreadable', reason: error.message };
  } finally {
    await source.query('rollback');
  }
}

async function readEvents(reading: Reading, table: CatalogTable, map: TableMap): Promise<PreviewedEvent[]> {
  const { source, catalog, tenants, limit } = reading;
  const relation = relationOfTable(table, catalog);
  const { rows } = await source.query<(string | null)[]>({
    text: `${selectOf(table, relation)} limit ${limit}`,
    rowMode: 'array',
    types: RAW_TEXT,
  });
  const found = await tenants.of(map, relation, rows);
  return rows.map((row, index) => previewEvent(reading.settings, map, relation, row, found[index]));
}

function previewEvent(
  settings: EventSettings,
  map: TableMap,
  relation: Relation,
  row: readonly (string | null)[],
  tenant: string | undefined,
): PreviewedEvent {
  const images = observedImages(relation, row);
  const item = {
    kind: 'row',
    begin: { kind: 'begin', commitLsn: 0n, committedAt: settings.nowMs, xid: 0 },
    ordinal: 0,
    change: { kind: 'insert', relation, after: row },
    message: undefined,
    bytes: bytesOfRow(row),
  } as const;
  const { action, resource, related, change, tags } = rowEvent(item, images, map, UNATTRIBUTED, tenant !== undefined, settings);
  return {
    action,
    tenant: tenant ?? DEFAULT_TENANT,
    tenantBy: tenant === undefined ? 'the row leads to no tenant' : tenantBy(map, relation, row),
    ...(resource === undefined ? {} : { resource }),
    ...(related === undefined ? {} : { related }),
    ...(change === undefined ? {} : { change }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** The first step that the row has a value for, which is the one that capture takes. */
function tenantBy(map: TableMap, relation: Relation, row: Tuple): string {
  const taken = map.tenant.find(
    (step) =>
      wayFrom(
        { ...map, tenant: [step] },
        (column) => textOf(relation, row, column),
        (key) => keyOf(relation, row, key),
      ) !== undefined,
  );
  return taken === undefined ? 'the row leads to no tenant' : wordsOf(taken);
}

function wordsOf(step: TenantStep): string {
  switch (step.kind) {
    case 'fixed':
      return `${step.tenant}, by the mapping file`;
    case 'column':
      return step.column;
    case 'reference':
      return `${step.columns.join(', ')} -> ${step.table}${step.label.endsWith(')') ? `(${step.target.columns.join(', ')})` : ''}`;
  }
}
