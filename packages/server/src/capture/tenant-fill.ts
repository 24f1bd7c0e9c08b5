// Fills the tenant map from a snapshot of the source, in pieces, so that no table is held in memory.

import { createHash } from 'node:crypto';
import pg from 'pg';
import { CAPTURE_COMMIT_ROWS_MAX } from '../limits.ts';
import type { CatalogTable } from './catalog.ts';
import { tableName } from './publication-plan.ts';
import type { MapKey, ResourceMap, TableMap } from './resource-map.ts';
import { keyText } from './row-image.ts';
import { RAW_TEXT } from './row-of-table.ts';
import type { KeyColumns } from './secrets.ts';
import { columnsOfStep } from './tenant-rule.ts';
import { fillTenantMap, type Way, wayFrom } from './tenant-map.ts';

/** Under this name the tenant map holds the rules that its labels were filled under: label -> `fillRule`. */
const RULES_LABEL = '';

/**
 * What the entries of a label are made by: the key, then the way. Other rules than those they were made by, and the entries
 * must be made anew.
 *
 * Columns count by their numbers: after a renaming the entries are what they were, and those of rows that have been deleted
 * since could not be read again.
 *
 * @example fillRule(table, map, key) // "1f0c....9a33..."
 */
function fillRule(table: CatalogTable, map: TableMap, { columns, secret }: MapKey): FillRule {
  const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
  const number = (name: string): number | undefined => table.columns.find((column) => column.name === name)?.number;
  const steps = map.tenant.map((step) => {
    if (step.kind === 'fixed') return step;
    return step.kind === 'column'
      ? [number(step.column), step.secretValue === true]
      : [step.label, step.columns.map(number), step.secret ?? []];
  });
  return `${hash([columns.map(number), secret ?? []])}.${hash(steps)}`;
}

/** The rules of a table's labels. */
export function rulesOf(table: CatalogTable, maps: ResourceMap): (readonly [label: string, rule: FillRule])[] {
  const map = maps.get(table.oid);
  return map === undefined ? [] : map.mapKeys.map((key) => [key.label, fillRule(table, map, key)]);
}

type FillRule = `${string}.${string}`;

/** The labels that are filled, each with its rule. */
export async function filledLabels(trail: pg.ClientBase, sourceId: number): Promise<Map<string, string>> {
  const answer = await trail.query<{ key: string; tenant: string }>(
    'select key, tenant from indelible.tenant_map where source_id = $1 and table_name = $2',
    [sourceId, RULES_LABEL],
  );
  return new Map(answer.rows.map(({ key, tenant }) => [key, tenant]));
}

/**
 * @param source in a transaction whose snapshot is read
 * @param trail in a transaction, or not: pieces may be written on their own, because a repeated fill changes nothing
 */
export async function fillFromSource(
  source: pg.ClientBase,
  trail: pg.ClientBase,
  sourceId: number,
  tables: Iterable<CatalogTable>,
  maps: ResourceMap,
  labels?: ReadonlySet<string>,
): Promise<void> {
  for (const table of tables) {
    const map = maps.get(table.oid);
    if (map === undefined || table.root !== undefined) continue;
    const wanted = map.mapKeys.filter((key) => labels === undefined || labels.has(key.label));
    if (wanted.length === 0) continue;
    await fillTable(source, trail, sourceId, table, { ...map, mapKeys: wanted });
    const rules = wanted.map((key) => ({ key: key.label, way: { kind: 'tenant', tenant: fillRule(table, map, key) } as const }));
    await fillTenantMap(trail, sourceId, RULES_LABEL, rules);
  }
}

async function fillTable(source: pg.ClientBase, trail: pg.ClientBase, sourceId: number, table: CatalogTable, map: TableMap): Promise<void> {
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
      await fillTenantMap(trail, sourceId, mapKey.label, entries);
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
