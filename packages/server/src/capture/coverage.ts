// Which tables were published when the publication was last looked at: kept with the source, so that a table that was
// taken out meanwhile, or put back, is noticed even when nobody was looking at the time.

import type pg from 'pg';
import { type Catalog, qualified } from './catalog.ts';
import { recordCoverage } from './gap.ts';
import { type Lsn, lsnText, parseLsn } from './lsn.ts';
import type { SourceRecord } from './source-record.ts';

/** One text a table: its OID and that of its entry in the publication, which is new whenever the table is put back. */
export function publishedIn(catalog: Catalog): string[] {
  return [...catalog.tables.values()].filter((table) => table.published).map((table) => `${table.oid}:${table.publishedAs}`);
}

/** A table that is out, and whose gap has been put on record. */
function outEntry(oid: number): string {
  return `${oid}:out`;
}

/**
 * Compares the publication with what it was, and puts the difference on record: `capture.coverage` for tables that are
 * new in it, `capture.gap` for tables that had been taken out, or are out. A table that is out stays remembered until it is back.
 *
 * @param tx a transaction of the appender
 * @param before where the source's log ended before the catalog was read: so far the tables in it are covered
 * @param after where it ended afterwards: from there on new ones are
 */
export async function noteCoverage(tx: pg.ClientBase, record: SourceRecord, catalog: Catalog, before: Lsn, after: Lsn): Promise<void> {
  const answer = await tx.query<{ published: string[]; at: string }>(
    'select published, published_lsn::text as at from indelible.capture_source where source_id = $1 for update',
    [record.sourceId],
  );
  const known = answer.rows[0];
  if (known === undefined) return;
  const remembered = new Map(known.published.map((entry) => [Number(entry.split(':')[0]), entry]));
  const now = new Map(publishedIn(catalog).map((entry) => [Number(entry.split(':')[0]), entry]));
  const added: string[] = [];
  const again: string[] = [];
  for (const [oid, entry] of now) {
    const table = catalog.tables.get(oid);
    if (table === undefined || remembered.get(oid) === entry) continue;
    (remembered.has(oid) ? again : added).push(qualified(table));
  }
  const gone = [...remembered.keys()].filter((oid) => !now.has(oid) && catalog.tables.has(oid));
  const out = gone.filter((oid) => remembered.get(oid) !== outEntry(oid)).flatMap((oid) => catalog.tables.get(oid) ?? []);
  const since = parseLsn(known.at);
  await recordCoverage(tx, record, { added, again, out: out.map(qualified) }, since, after);
  await tx.query('update indelible.capture_source set published = $2, published_lsn = $3 where source_id = $1', [
    record.sourceId,
    [...now.values(), ...gone.map(outEntry)].sort(),
    // While a table is out, its gap goes on from where it began.
    lsnText(gone.length > 0 || before < since ? since : before),
  ]);
}
