// What the publication and its tables looked like when they were last looked at: kept with the source, so that what was
// changed meanwhile is noticed, also when it was changed back, and when nobody was looking at the time.

import type pg from 'pg';
import { type Catalog, type CatalogTable, qualified } from './catalog.ts';
import { DDL_SCHEMA } from '../ddl/ddl.ts';
import { type TableChanges, recordDdl, recordTables } from '../gaps/gap.ts';
import { type Lsn, lsnText, parseLsn } from '../replication/lsn.ts';
import type { SourceRecord } from './source-record.ts';

/** Texts, because they are only compared. */
interface TableLook {
  readonly oid: string;
  /** OID of the table's entry in the publication: another one whenever the table is put back; 0 without one. */
  readonly entry: string;
  readonly identity: string;
  /** u: unlogged. */
  readonly persistence: string;
  /** The file that holds the rows: another one after every rewrite, and after TRUNCATE. */
  readonly file: string;
  /** OID of the table for long values. ALTER TABLE makes another one when it rewrites; VACUUM FULL, CLUSTER and TRUNCATE keep it. */
  readonly toast: string;
  /** A digest of the columns' catalog entries and of their versions. */
  readonly columns: string;
  /** Nothing was counted in the file that it has now: so TRUNCATE leaves a table, and nothing else a filled one. */
  readonly uncounted: boolean;
}

export interface Look {
  /** OID and xmin of the publication's row; empty when it is not there. */
  readonly publication: string;
  readonly tables: ReadonlyMap<number, TableLook>;
  /** The event triggers as they are, to be compared; empty while not all are there and enabled. */
  readonly ddl: string;
}

/**
 * ALTER PUBLICATION writes the row anew, and a publication that is made anew has another OID. An xmin outlives freezing.
 * To add or drop a table leaves this row as it is; the tables' own entries tell of that.
 */
export async function publicationVersion(source: pg.ClientBase, name: string): Promise<string> {
  const answer = await source.query<{ version: string }>(
    `select oid::int8::text || ':' || xmin::text as version from pg_publication where pubname = $1`,
    [name],
  );
  return answer.rows[0]?.version ?? '';
}

/** Whoever disables one, or drops it and makes it anew, changes its OID or its xmin. */
const DDL = `
  select case when count(*) = 3 then string_agg(concat_ws(':', e.oid::int8, e.xmin), ',' order by e.evtname) else '' end as ddl
  from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid join pg_namespace n on n.oid = p.pronamespace
  where e.evtname in ('indelible_ddl_command_end', 'indelible_sql_drop', 'indelible_table_rewrite') and e.evtenabled in ('O', 'A') and n.nspname = $1`;

const TABLES = `
  select c.oid::int8::text as oid, coalesce(r.oid::int8, 0)::text as entry, c.relreplident::text as identity, c.relpersistence::text as persistence,
    c.reltuples < 0 as uncounted, c.relfilenode::int8::text as file, c.reltoastrelid::int8::text as toast,
    (select left(md5(coalesce(string_agg(concat_ws(' ', a.attnum, a.atttypid, a.xmin), ',' order by a.attnum), '')), 16)
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_class c left join pg_publication_rel r on r.prrelid = c.oid and r.prpubid = (select oid from pg_publication where pubname = $1)
  where c.oid = any($2::int8[]::oid[])`;

/** Looks at the published tables and at the partitions of such. Somebody may handle them since the catalog was read: see `agrees`. */
export async function lookAt(source: pg.ClientBase, catalog: Catalog, publication: string): Promise<Look> {
  const published = [...catalog.tables.values()].filter((table) => isPublished(table, catalog));
  const answer = await source.query<TableLook>(TABLES, [publication, published.map((table) => table.oid)]);
  const triggers = await source.query<{ ddl: string }>(DDL, [DDL_SCHEMA]);
  return {
    publication: await publicationVersion(source, publication),
    ddl: triggers.rows[0]?.ddl ?? '',
    // An unlogged table may be named by a publication of all tables; nothing of it is in the log.
    tables: new Map(answer.rows.filter((table) => table.persistence !== 'u').map((table) => [Number(table.oid), table])),
  };
}

/** Whether a look and the catalog that was read before it tell of the same publication, and of the same tables in it. */
export function agrees(look: Look, catalog: Catalog): boolean {
  return (
    [...look.tables].every(([oid, { entry }]) => catalog.tables.get(oid)?.publishedAs === Number(entry)) &&
    [...catalog.tables.values()].every((table) => table.unlogged || !isPublished(table, catalog) || look.tables.has(table.oid))
  );
}

function isPublished(table: CatalogTable, catalog: Catalog): boolean {
  return table.published || rootOf(table, catalog)?.published === true;
}

function rootOf(table: CatalogTable, catalog: Catalog): CatalogTable | undefined {
  return table.root === undefined ? undefined : catalog.tables.get(table.root);
}

/** One text a table, as it is stored. */
export function remembered(look: Look): string[] {
  return [...look.tables.values()].map(entryOf).sort();
}

function entryOf({ oid, entry, identity, persistence, file, toast, columns }: TableLook): string {
  return [oid, entry, identity, persistence, file, toast, columns].join(':');
}

/** A trail that was written by an earlier version remembers the first two alone: what is not known is not compared. */
function parseEntry(text: string): Partial<TableLook> & Pick<TableLook, 'oid'> {
  const [oid = '', entry = '', identity, persistence, file, toast, columns] = text.split(':');
  if (identity === undefined || persistence === undefined || file === undefined || toast === undefined || columns === undefined)
    return { oid, entry };
  return { oid, entry, identity, persistence, file, toast, columns };
}

/** In the place of the entry of a partition. */
const NONE = '0';
/** The entry of a table that is out, and whose gap has been put on record. */
const OUT = 'out';

export interface Looks {
  readonly catalog: Catalog;
  /** Before this program mended anything. */
  readonly found: Look;
  /** Afterwards. */
  readonly now: Look;
  /** Whether this program altered the publication between the two. */
  readonly altered: boolean;
}

/** Puts down what the event triggers are where a source begins. */
export async function rememberDdl(tx: pg.ClientBase, sourceId: number, { ddl }: Look): Promise<void> {
  await tx.query('update indelible.capture_source set ddl_was = $2 where source_id = $1', [sourceId, ddl]);
}

/** What is on record of earlier values that are missing, by OID. */
export interface TablesKnown {
  /** Tables without REPLICA IDENTITY FULL. */
  readonly bare: ReadonlySet<number>;
  /** Tables whose gap has been put on record up to here. */
  readonly told: readonly number[];
  readonly upTo: Lsn;
}

/**
 * Compares the tables with what they were, and puts the difference on record: `capture.gap` for what may be missing,
 * `capture.coverage` for what is captured from now on. A table that is out stays remembered until it is back.
 *
 * @param tx a transaction of the appender
 * @param before where the source's log ended before the catalog was read: so far the tables in it are covered
 * @param after where it ended afterwards: from there on new ones are
 */
export async function noteCoverage(tx: pg.ClientBase, record: SourceRecord, looks: Looks, before: Lsn, after: Lsn): Promise<TablesKnown> {
  const answer = await tx.query<{ published: string[]; at: string; ddl: string | null }>(
    'select published, published_lsn::text as at, ddl_was as ddl from indelible.capture_source where source_id = $1 for update',
    [record.sourceId],
  );
  const known = answer.rows[0];
  if (known === undefined) throw new Error('the source is not registered any more');
  const was = new Map(known.published.map(parseEntry).map((entry) => [Number(entry.oid), entry]));
  const { catalog, now } = looks;
  const gone = [...was.keys()].filter((oid) => !now.tables.has(oid) && isLeft(catalog.tables.get(oid), catalog));
  const since = parseLsn(known.at);
  const tracked = known.ddl !== null && known.ddl !== '' && known.ddl === looks.found.ddl;
  await recordDdl(tx, record, known.ddl ?? now.ddl, looks.found.ddl, now.ddl, since, after);
  await recordTables(tx, record, changesOf(was, gone, tracked, looks), since, after);
  await tx.query(
    `update indelible.capture_source set published = $2, published_lsn = $3, publication_was = case when $4 or publication_was = '' then $5 else publication_was end,
       ddl_was = $6
     where source_id = $1`,
    [
      record.sourceId,
      [...remembered(now), ...gone.map((oid) => `${oid}:${OUT}`)].sort(),
      // While a table is out, its gap goes on from where it began.
      lsnText(gone.length > 0 || before < since ? since : before),
      looks.altered && oidOf(now.publication) === oidOf(looks.found.publication),
      now.publication,
      now.ddl,
    ],
  );
  const bare = [...now.tables.values()].filter((table) => table.identity !== 'f');
  const told = [...looks.found.tables.values()].filter((table) => lostIdentity(was.get(Number(table.oid)), table));
  // Rows of a partition come under its table.
  const withRoot = (tables: readonly TableLook[]): number[] =>
    tables.flatMap(({ oid }) => [Number(oid), catalog.tables.get(Number(oid))?.root ?? Number(oid)]);
  return { bare: new Set(withRoot(bare)), told: withRoot(told), upTo: after };
}

/** @param tracked whether the event triggers were there all the time: they publish a table in the command that makes it one */
function changesOf(
  was: ReadonlyMap<number, ReturnType<typeof parseEntry>>,
  gone: readonly number[],
  tracked: boolean,
  looks: Looks,
): TableChanges {
  const { catalog, found, now } = looks;
  const names = (tables: readonly (CatalogTable | undefined)[]): string[] => tables.flatMap((table) => table ?? []).map(qualified);
  const of = (
    choose: (before: ReturnType<typeof parseEntry> | undefined, found: TableLook | undefined, now: TableLook) => boolean,
  ): string[] =>
    names(
      [...now.tables].map(([oid, table]) => (choose(was.get(oid), found.tables.get(oid), table) ? catalog.tables.get(oid) : undefined)),
    );
  const byTrigger = (seen: TableLook | undefined): boolean => tracked && seen !== undefined && seen.entry !== NONE;
  const isNew = (before: unknown, oid: string): boolean => before === undefined && catalog.tables.get(Number(oid))?.root === undefined;
  const fresh = gone.filter((oid) => was.get(oid)?.entry !== OUT).map((oid) => catalog.tables.get(oid));
  return {
    // A partition is covered with its table.
    added: of((before, seen, { oid }) => isNew(before, oid) && !byTrigger(seen)),
    addedByTrigger: of((before, seen, { oid }) => isNew(before, oid) && byTrigger(seen)),
    // A partition has no entry of its own; the command that detaches it gives it one.
    again: of((before, seen, { entry }) => before !== undefined && before.entry !== entry && !(before.entry === NONE && byTrigger(seen))),
    out: names(fresh.filter((table) => table?.unlogged !== true)),
    unlogged: names(fresh.filter((table) => table?.unlogged === true)),
    rewritten: of(
      (before, seen) => before !== undefined && seen !== undefined && before.entry === seen.entry && wasRewritten(before, seen),
    ),
    partitionTruncated: names(truncatedAlone(was, looks).map((oid) => catalog.tables.get(oid))),
    identityMended: of((before, seen, { identity }) => lostIdentity(before, seen) && identity === 'f'),
    identityLost: of((before, seen, { identity }) => lostIdentity(before, seen) && identity !== 'f'),
    identityBack: of((before, _found, { identity }) => before?.identity !== undefined && before.identity !== 'f' && identity === 'f'),
  };
}

/** Whether a table is there and out of the publication; one that is in it and was not seen afterwards, has been dropped meanwhile. */
function isLeft(table: CatalogTable | undefined, catalog: Catalog): boolean {
  return table !== undefined && (table.unlogged || !isPublished(table, catalog));
}

function oidOf(publication: string): string | undefined {
  return publication.split(':')[0];
}

function lostIdentity(before: Partial<TableLook> | undefined, found: TableLook | undefined): boolean {
  return before?.identity === 'f' && found !== undefined && found.identity !== 'f';
}

/**
 * Whether ALTER TABLE wrote the rows anew (another type, a column with a volatile default, SET LOGGED): values changed, or
 * may have, and no row change says so. VACUUM FULL, CLUSTER and TRUNCATE change the file too, and lose nothing. Of a table
 * without long values only the columns tell: a new column and a VACUUM FULL between two looks count as a rewrite.
 */
function wasRewritten(before: Partial<TableLook>, found: TableLook): boolean {
  if (before.file === undefined || before.file === found.file) return false;
  if (before.toast !== '0' && found.toast !== '0') return before.toast !== found.toast;
  return before.columns !== found.columns;
}

/**
 * Partitions that have an empty file of their own while another partition of the table keeps its file: TRUNCATE of the whole
 * table gives each a new one, and is in the stream. With a single partition the two cannot be told apart.
 */
function truncatedAlone(was: ReadonlyMap<number, Partial<TableLook>>, { catalog, found }: Looks): number[] {
  const moved = (oid: number): boolean => {
    const before = was.get(oid)?.file;
    return before !== undefined && before !== found.tables.get(oid)?.file;
  };
  const leaves = [...found.tables.keys()].filter((oid) => {
    const table = catalog.tables.get(oid);
    return table?.root !== undefined && !table.partitioned;
  });
  return leaves.filter((oid) => {
    const look = found.tables.get(oid);
    const before = was.get(oid);
    if (look?.uncounted !== true || !moved(oid) || before === undefined || wasRewritten(before, look)) return false;
    const root = catalog.tables.get(oid)?.root;
    return leaves.some((other) => other !== oid && catalog.tables.get(other)?.root === root && was.has(other) && !moved(other));
  });
}
