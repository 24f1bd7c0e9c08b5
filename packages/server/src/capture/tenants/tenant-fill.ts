// Fills the tenant map from a snapshot of the source, in pieces, so that no table is held in memory.

import { createHash } from 'node:crypto';
import pg from 'pg';
import { CAPTURE_COMMIT_ROWS_MAX } from '../../limits.ts';
import type { Catalog, CatalogTable } from '../source/catalog.ts';
import { type Lsn, lsnText } from '../replication/lsn.ts';
import { tableName } from '../source/publication-plan.ts';
import type { MapKey, ResourceMap, TableMap } from '../tables/resource-map.ts';
import { keyText } from '../rows/row-image.ts';
import { RAW_TEXT } from '../rows/row-of-table.ts';
import type { KeyColumns } from '../tables/secrets.ts';
import { columnsOfStep } from './tenant-rule.ts';
import { PENDING, RULES_LABEL, fillTenantMap, type Way, wayFrom } from './tenant-map.ts';

/**
 * What the entries of a label are made by: the key, then the way. Other rules than those they were made by, and the entries
 * must be made anew.
 *
 * Columns count by their numbers: after a renaming the entries are what they were, and those of rows that have been deleted
 * since could not be read again. Another type was a rewriting, and a table that was out of the publication for a while has
 * changed unseen: then the entries are of no use.
 *
 * @example fillRule(table, map, key) // "1f0c....9a33..."
 */
function fillRule(table: CatalogTable, map: TableMap, { columns, secret }: MapKey): FillRule {
  const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
  const column = (name: string): (number | undefined)[] => {
    const found = table.columns.find((other) => other.name === name);
    return [found?.number, found?.type];
  };
  const steps = map.tenant.map((step) => {
    if (step.kind === 'fixed') return step;
    return step.kind === 'column'
      ? [column(step.column), step.secretValue === true && map.hashKey.id]
      : [step.label, step.columns.map(column), step.secret ?? []];
  });
  return `${hash([table.oid, table.publishedAs, columns.map(column), secret ?? []])}.${hash(steps)}`;
}

/**
 * Tells of a table whether the stream says everything that changes in it: rows of others do not find their tenant by what grows
 * old unseen.
 */
export function followedIn(catalog: Catalog): (table: CatalogTable) => boolean {
  const unseen = new Set<number>();
  for (const { oid, root, unlogged, foreign } of catalog.tables.values()) if (unlogged || foreign) unseen.add(root ?? oid);
  return ({ oid, root, published }) => published && root === undefined && !unseen.has(oid);
}

/** The rules of a table's labels. */
export function rulesOf(table: CatalogTable, maps: ResourceMap): (readonly [label: string, rule: FillRule])[] {
  const map = maps.get(table.oid);
  return map === undefined ? [] : map.mapKeys.map((key) => [key.label, fillRule(table, map, key)]);
}

type FillRule = `${string}.${string}`;

/** The labels that are filled, each with its rule; PENDING and the rule of one that is yet to be. */
export async function filledLabels(trail: pg.ClientBase, sourceId: number): Promise<Map<string, string>> {
  const answer = await trail.query<{ key: string; tenant: string }>(
    'select key, tenant from indelible.tenant_map where source_id = $1 and table_name = $2',
    [sourceId, RULES_LABEL],
  );
  return new Map(answer.rows.map(({ key, tenant }) => [key, tenant]));
}

/**
 * From now on the labels know what the stream says, and nothing else: what they knew was made by another rule, or may be wrong.
 *
 * @param trail in a transaction
 * @param gone labels that lead nowhere any more
 */
export async function emptyLabels(
  trail: pg.ClientBase,
  sourceId: number,
  pending: readonly (readonly [label: string, rule: string])[],
  gone: readonly string[],
): Promise<void> {
  const labels = [...gone, ...pending.map(([label]) => label)];
  await trail.query(
    'delete from indelible.tenant_map where source_id = $1 and (table_name = any($2) or (table_name = $3 and key = any($2)))',
    [sourceId, labels, RULES_LABEL],
  );
  await writeRules(
    trail,
    sourceId,
    pending.map(([label, rule]) => [label, PENDING + rule]),
  );
}

async function writeRules(
  trail: pg.ClientBase,
  sourceId: number,
  rules: readonly (readonly [label: string, rule: string])[],
): Promise<void> {
  await trail.query(
    `insert into indelible.tenant_map (source_id, table_name, key, tenant) select $1, $2, * from unnest($3::text[], $4::text[])
     on conflict (source_id, table_name, key) do update set tenant = excluded.tenant, dead_lsn = null`,
    [sourceId, RULES_LABEL, rules.map(([label]) => label), rules.map(([, rule]) => rule)],
  );
}

export interface Filling {
  /** Undefined: all. */
  readonly labels?: ReadonlySet<string>;
  /** The place of the snapshot; undefined when nothing before it is in the stream. */
  readonly since?: Lsn;
}

/**
 * Fills the labels of the tables that the stream tells of. What the stream has told since they were emptied stays.
 *
 * @param source in a transaction whose snapshot is read: one that was taken after the labels were emptied
 * @param trail in a transaction
 * @param catalog with the labels
 */
export async function fillFromSource(
  source: pg.ClientBase,
  trail: pg.ClientBase,
  sourceId: number,
  catalog: Catalog,
  maps: ResourceMap,
  { labels, since }: Filling = {},
): Promise<void> {
  const emptied = since === undefined ? new Set() : await truncatedSince(trail, sourceId, since);
  const isFollowed = followedIn(catalog);
  for (const table of catalog.tables.values()) {
    const map = maps.get(table.oid);
    if (map === undefined || !isFollowed(table)) continue;
    const wanted = map.mapKeys.filter((key) => labels === undefined || labels.has(key.label));
    const mapKeys = wanted.filter(({ label }) => !emptied.has(label));
    if (mapKeys.length > 0) await fillTable(source, trail, sourceId, table, { ...map, mapKeys }, since);
    await writeRules(
      trail,
      sourceId,
      wanted.map((key) => [key.label, fillRule(table, map, key)]),
    );
  }
}

/** Labels whose table was emptied by a change that the snapshot does not see and the stream has told: the stream knows all its rows. */
async function truncatedSince(trail: pg.ClientBase, sourceId: number, since: Lsn): Promise<Set<string>> {
  const answer = await trail.query<{ key: string }>(
    'select key from indelible.tenant_map where source_id = $1 and table_name = $2 and dead_lsn >= $3',
    [sourceId, RULES_LABEL, lsnText(since)],
  );
  return new Set(answer.rows.map(({ key }) => key));
}

async function fillTable(
  source: pg.ClientBase,
  trail: pg.ClientBase,
  sourceId: number,
  table: CatalogTable,
  map: TableMap,
  since: Lsn | undefined,
): Promise<void> {
  const columns = [...new Set([...map.mapKeys.flatMap((key) => key.columns), ...map.tenant.flatMap(columnsOfStep)])];
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
  await source.query(
    `declare indelible_fill no scroll cursor for select ${list} from ${table.partitioned ? '' : 'only '}${tableName(table)}`,
  );
  for (;;) {
    const piece = await source.query<(string | null)[]>({
      text: `fetch ${CAPTURE_COMMIT_ROWS_MAX} from indelible_fill`,
      rowMode: 'array',
      types: RAW_TEXT,
    });
    if (piece.rows.length === 0) break;
    const rows = piece.rows.map((row) => reader(columns, row));
    for (const mapKey of map.mapKeys) {
      const entries: { key: string; way: Way }[] = [];
      for (const { text, key } of rows) {
        const found = key(mapKey);
        if (found !== undefined) entries.push({ key: found, way: wayFrom(map, text, key) });
      }
      await fillTenantMap(trail, sourceId, mapKey.label, entries, since);
    }
  }
  await source.query('close indelible_fill');
}

interface RowReader {
  readonly text: (column: string) => string | null;
  readonly key: (key: KeyColumns) => string | undefined;
}

function reader(columns: readonly string[], row: readonly (string | null)[]): RowReader {
  const text = (column: string): string | null => row[columns.indexOf(column)] ?? null;
  const key = ({ columns: names, secret }: KeyColumns): string | undefined => {
    const parts = names.map(text);
    return parts.every((part) => part !== null) ? keyText(parts, secret) : undefined;
  };
  return { text, key };
}
