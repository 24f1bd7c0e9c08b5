// Fills the tenant map from a snapshot of the source, in pieces, so that no table is held in memory.

import pg from 'pg';
import { CAPTURE_COMMIT_ROWS_MAX } from '../limits.ts';
import { type Catalog, type CatalogTable } from './catalog.ts';
import { tableName } from './publication-plan.ts';
import type { TableMap } from './resource-map.ts';
import { keyText } from './row-image.ts';
import type { KeyColumns } from './secrets.ts';
import { fillTenantMap, type Way, wayFrom } from './tenant-map.ts';

/** The text that the stream would send: what the type's output function gives, without the driver's parsers. */
const RAW_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value };

/**
 * @param source in a transaction whose snapshot is read
 * @param trail in a transaction, or not: pieces may be written on their own, because a repeated fill changes nothing
 */
export async function fillFromSource(
  source: pg.ClientBase,
  trail: pg.ClientBase,
  sourceId: number,
  catalog: Catalog,
  maps: ReadonlyMap<number, TableMap>,
  labels?: ReadonlySet<string>,
): Promise<void> {
  for (const table of catalog.tables.values()) {
    const map = maps.get(table.oid);
    if (map === undefined || table.root !== undefined) continue;
    const wanted = map.mapKeys.filter((key) => labels === undefined || labels.has(key.label));
    if (wanted.length > 0) await fillTable(source, trail, sourceId, table, { ...map, mapKeys: wanted });
  }
}

async function fillTable(source: pg.ClientBase, trail: pg.ClientBase, sourceId: number, table: CatalogTable, map: TableMap): Promise<void> {
  const columns = [
    ...new Set([
      ...map.mapKeys.flatMap((key) => key.columns),
      ...map.tenant.flatMap((step) => (step.kind === 'column' ? [step.column] : step.columns)),
    ]),
  ];
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
