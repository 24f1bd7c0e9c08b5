// Observes one table: page by page in the order of its key, or, without a key, whole in one transaction.

import type pg from 'pg';
import { BASELINE_PAGE_ROWS_MAX, BASELINE_WHOLE_BYTES_MAX, BASELINE_WHOLE_ROWS_MAX } from '../../limits.ts';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { inTransaction } from '../../store/pool.ts';
import type { KeyTypes } from './baseline-key.ts';
import {
  type PageRow,
  PageSize,
  type ReadTable,
  type Trouble,
  isRewritten,
  readPage,
  readWhole,
  releaseLocks,
  troubleOf,
} from './baseline-read.ts';
import type { TableProgress } from './baseline-record.ts';
import type { SnapshotTenants } from './baseline-tenants.ts';
import { type Observed, type WriteSettings, writePage } from './baseline-write.ts';
import type { CatalogTable } from '../source/catalog.ts';
import { DEFAULT_TENANT } from '../tenants/tenant-map.ts';

export interface Round {
  readonly source: pg.ClientBase;
  readonly appender: pg.Pool;
  readonly keyTypes: KeyTypes;
  readonly tenants: SnapshotTenants;
  readonly settings: WriteSettings;
  readonly signal: AbortSignal | undefined;
  /** Told what has become durable. */
  readonly written: (progress: TableProgress, rows: readonly Observed[]) => Promise<void>;
}

const REWRITTEN: Trouble = { kind: 'stale', reason: 'it was truncated or rewritten while the baseline ran' };
const OTHER_KEY: Trouble = {
  kind: 'refused',
  reason: 'its primary key is another one than when its baseline began',
  remedy: 'take it anew with --again',
};
const TOO_LARGE: Trouble = {
  kind: 'refused',
  reason: `it has no key to read it by in parts, and is larger than ${BASELINE_WHOLE_ROWS_MAX} rows or ${BASELINE_WHOLE_BYTES_MAX / 1024 ** 2} MiB`,
  remedy: 'add a primary key that is no secret',
};

/**
 * @param involved the table and those that its rows are led to their tenant through
 * @returns undefined when it came to its end, or was interrupted
 */
export async function observeTable(
  round: Round,
  read: ReadTable,
  from: TableProgress,
  involved: readonly CatalogTable[],
): Promise<Trouble | undefined> {
  if (from.lastKey !== undefined && from.lastKey.length !== read.order.length) return OTHER_KEY;
  return read.order.length > 0 ? observePages(round, read, from, involved) : observeWhole(round, read, from, involved);
}

async function observePages(
  round: Round,
  read: ReadTable,
  from: TableProgress,
  involved: readonly CatalogTable[],
): Promise<Trouble | undefined> {
  const size = new PageSize();
  for (let progress = from; progress.finishedAt === undefined && round.signal?.aborted !== true;) {
    const { limit } = size;
    const rows = await lookedAt(round, read, involved, async () => {
      const page = await readPage(round.source, read, round.keyTypes, progress.lastKey, limit);
      return withTenants(round, read, page);
    });
    if (!Array.isArray(rows)) return rows;
    size.seen(rows.map(({ row }) => row));
    const finished = rows.length < limit;
    const step = { lastKey: finished ? undefined : rows.at(-1)?.row.key, rows: rows.length, finished };
    progress = await inTransaction(round.appender, (tx) => writePage(tx, read, progress, rows, step, round.settings));
    await round.written(progress, rows);
  }
  return undefined;
}

/** An interrupted table without a key could not go on: nothing says which of its rows are in the log. */
async function observeWhole(
  round: Round,
  read: ReadTable,
  from: TableProgress,
  involved: readonly CatalogTable[],
): Promise<Trouble | undefined> {
  const rows = await lookedAt(round, read, involved, async () => {
    const all: Observed[] = [];
    let bytes = 0;
    for await (const page of readWhole(round.source, read)) {
      bytes += page.reduce((sum, row) => sum + row.bytes, 0);
      if (all.length + page.length > BASELINE_WHOLE_ROWS_MAX || bytes > BASELINE_WHOLE_BYTES_MAX) return TOO_LARGE;
      all.push(...(await withTenants(round, read, page)));
    }
    return all;
  });
  if (!Array.isArray(rows)) return rows;
  const progress = await inTransaction(round.appender, async (tx) => {
    // All logs are locked in the order of their names, before the first page is written to some of them.
    const tenants = new Set([OPERATOR_TENANT, ...rows.map(({ tenant }) => tenant ?? DEFAULT_TENANT)]);
    for (const tenant of [...tenants].sort()) await appendIn(tx, tenant, []);
    let at = from;
    for (let start = 0; at.finishedAt === undefined; start += BASELINE_PAGE_ROWS_MAX) {
      const page = rows.slice(start, start + BASELINE_PAGE_ROWS_MAX);
      const finished = start + page.length === rows.length;
      at = await writePage(tx, read, at, page, { lastKey: undefined, rows: page.length, finished }, round.settings);
    }
    return at;
  });
  await round.written(progress, rows);
  return undefined;
}

/** Reads, makes sure that what was read is what the snapshot has, and gives the locks back. */
async function lookedAt(
  { source }: Round,
  read: ReadTable,
  involved: readonly CatalogTable[],
  look: () => Promise<Observed[] | Trouble>,
): Promise<Observed[] | Trouble> {
  try {
    const found = await look();
    const stale = await isRewritten(source, read);
    await releaseLocks(source);
    return stale ? REWRITTEN : found;
  } catch (error) {
    return troubleOf(source, involved, error);
  }
}

async function withTenants({ tenants }: Round, { map, relation }: ReadTable, page: readonly PageRow[]): Promise<Observed[]> {
  const found = await tenants.of(
    map,
    relation,
    page.map(({ tuple }) => tuple),
  );
  return page.map((row, index) => ({ row, tenant: found[index] }));
}
