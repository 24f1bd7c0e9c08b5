// Reads what the source's system catalog knows of its tables: keys, references, replica identity, generated columns.

import type pg from 'pg';
import type { Attribute, MadeType, TypeMap } from '../values/values.ts';

export interface CatalogColumn {
  /** From 1; it outlives every renaming. */
  readonly number: number;
  readonly name: string;
  /** OID. */
  readonly type: number;
  readonly notNull: boolean;
  /** Empty, s (stored) or v (virtual). */
  readonly generated: string;
  /** Names that it had before, as long as rows may come under them. */
  readonly formerly?: readonly string[];
}

export interface ForeignKey {
  readonly columns: readonly string[];
  /** OID of the referenced table. */
  readonly target: number;
  readonly targetColumns: readonly string[];
  /** The resource type of the referenced table then, where it has had another name. */
  readonly type?: string;
}

export interface CatalogTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly partitioned: boolean;
  /** OID of the topmost partitioned table when this is a partition of it. */
  readonly root: number | undefined;
  readonly unlogged: boolean;
  readonly foreign: boolean;
  /** d: default, n: nothing, f: full, i: index. */
  readonly identity: string;
  /** Another publication leaves out a column of it, by a list or because the column is generated: the identity cannot be FULL. */
  readonly narrowedElsewhere?: boolean;
  /** The role that owns it, where this session's role may not act as that one. */
  readonly otherOwner?: string;
  readonly published: boolean;
  /** OID of the table's entry in the publication: another one when the table was taken out and put back; 0 without an entry. */
  readonly publishedAs: number;
  readonly columns: readonly CatalogColumn[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Full names that it had before, as long as rows may come under them. */
  readonly formerly?: readonly string[];
  /** Under this name the tenant map knows it; its full name when it is left out. */
  readonly label?: string;
}

export interface Publication {
  readonly allTables: boolean;
  readonly viaRoot: boolean;
  readonly operations: readonly string[];
  /** n: none, s: stored; undefined before PostgreSQL 18. */
  readonly generated: string | undefined;
  /** Tables of it that have a column list or a row filter, which would hide changes. */
  readonly narrowed: readonly string[];
}

export interface Catalog {
  /** For example 180004. */
  readonly version: number;
  readonly tables: ReadonlyMap<number, CatalogTable>;
  readonly types: TypeMap;
  readonly publication: Publication | undefined;
}

/** What a name may hold and still not be taken for two names, or for what is put behind a name. */
const PLAIN = /^[^."(),#]+$/;

/**
 * The name of a table as mapping files, counters and the tenant map know it. A part with a dot and the like is quoted as in SQL,
 * so that no two tables have one name.
 *
 * @example qualified({schema: 'public', name: 'bots'}) // "public.bots"
 * @example qualified({schema: 'public', name: 'a.b'}) // 'public."a.b"'
 */
export function qualified(table: { readonly schema: string; readonly name: string }): string {
  return [table.schema, table.name].map((part) => (PLAIN.test(part) ? part : `"${part.replaceAll('"', '""')}"`)).join('.');
}

// Both run every ten seconds in somebody's database, which may have thousands of tables that were never analysed: what does
// not depend on the table is worked out once, whatever the planner thinks of it.

/** Tables of the trail itself are never captured, nor those that an extension owns. */
const TABLES = `
  with publication as (select oid, puballtables from pg_publication where pubname = $1),
  trail as (select to_regclass('indelible.trail') is not null as here),
  elsewhere as materialized (
    select distinct c.oid from pg_publication_tables t join pg_namespace n on n.nspname = t.schemaname join pg_class c on c.relnamespace = n.oid and c.relname = t.tablename
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where t.pubname <> $1 and not a.attname = any(t.attnames) and (a.attgenerated = '' or (a.attgenerated = 's' and current_setting('server_version_num')::int >= 180000)))
  select c.oid::int8::text as oid, n.nspname as schema, c.relname as name, c.relkind = 'p' as partitioned, c.relkind = 'f' as foreign,
    case when c.relispartition then (select a.relid from pg_partition_ancestors(c.oid) with ordinality as a(relid, nr) order by nr desc limit 1)::oid::int8::text end as root,
    c.relpersistence = 'u' as unlogged, c.relreplident::text as identity,
    (c.oid in (select oid from elsewhere) or (c.relispartition and exists (select from pg_partition_ancestors(c.oid) a where a.relid in (select oid from elsewhere)))) as "narrowedElsewhere",
    case when not pg_has_role(c.relowner, 'USAGE') then pg_get_userbyid(c.relowner)::text end as other_owner,
    exists (select from publication p where p.puballtables or exists (select from pg_publication_rel r where r.prpubid = p.oid and r.prrelid = c.oid)) as published,
    coalesce((select r.oid::int8 from publication p join pg_publication_rel r on r.prpubid = p.oid and r.prrelid = c.oid), 0)::text as published_as,
    (select coalesce(json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'type', a.atttypid::int8, 'notNull', a.attnotnull, 'generated', a.attgenerated) order by a.attnum), '[]')
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select coalesce(json_agg(a.attname order by k.nr), '[]') from pg_constraint x
       cross join unnest(x.conkey) with ordinality as k(num, nr) join pg_attribute a on a.attrelid = x.conrelid and a.attnum = k.num
       where x.conrelid = c.oid and x.contype = 'p') as primary_key,
    (select coalesce(json_agg(json_build_object('target', x.confrelid::int8,
         'columns', (select json_agg(a.attname order by k.nr) from unnest(x.conkey) with ordinality as k(num, nr) join pg_attribute a on a.attrelid = x.conrelid and a.attnum = k.num),
         'targetColumns', (select json_agg(a.attname order by k.nr) from unnest(x.confkey) with ordinality as k(num, nr) join pg_attribute a on a.attrelid = x.confrelid and a.attnum = k.num)
       ) order by x.conkey, x.conname), '[]') from pg_constraint x where x.conrelid = c.oid and x.contype = 'f' and x.conparentid = 0) as foreign_keys
  from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join trail
  where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema', 'indelible') and n.nspname not like 'pg\\_%'
    and not (trail.here and (n.nspname = 'auth' or (n.nspname = 'public' and c.relname = 'indelible_migration')))
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by n.nspname, c.relname`;

const TYPES = `
  with used as materialized (select distinct atttypid as type from pg_attribute where attnum > 0)
  select t.oid::int8::text as oid, case when typtype = 'd' then 'domain' when typcategory = 'A' then 'array' when typtype = 'c' then 'composite' else 'hstore' end as kind,
    (case when typtype = 'd' then typbasetype else typelem end)::int8::text as "of", typdelim as delimiter,
    case when typtype = 'c' then (select coalesce(json_agg(json_build_object('name', a.attname, 'type', a.atttypid::int8) order by a.attnum), '[]')
      from pg_attribute a where a.attrelid = typrelid and a.attnum > 0 and not a.attisdropped) end as fields
  from pg_type t
  where typtype = 'd' or (typcategory = 'A' and typelem <> 0) or typname = 'hstore'
    or (typtype = 'c' and typnamespace <> 'pg_catalog'::regnamespace
        and (exists (select from pg_class c where c.oid = typrelid and c.relkind = 'c')
          or t.oid in (select type from used) or t.typarray in (select type from used)))`;

interface TypeRow {
  readonly oid: string;
  readonly kind: MadeType['kind'];
  readonly of: string;
  readonly delimiter: string;
  readonly fields: Attribute[] | null;
}

function typeFrom({ kind, of, delimiter, fields }: TypeRow): MadeType {
  switch (kind) {
    case 'domain':
      return { kind, of: Number(of) };
    case 'array':
      return { kind, of: Number(of), delimiter };
    case 'composite':
      return { kind, fields: fields ?? [] };
    case 'hstore':
      return { kind };
  }
}

interface TableRow extends Omit<CatalogTable, 'oid' | 'root' | 'otherOwner' | 'publishedAs' | 'primaryKey' | 'foreignKeys'> {
  readonly oid: string;
  readonly root: string | null;
  readonly other_owner: string | null;
  readonly published_as: string;
  readonly primary_key: string[];
  readonly foreign_keys: ForeignKey[];
}

/** @param publication the name of the publication whose tables are marked as published */
export async function loadCatalog(source: pg.ClientBase, publication: string): Promise<Catalog> {
  const version = await source.query<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  const number = version.rows[0]?.version ?? 0;
  const tables = await source.query<TableRow>(TABLES, [publication]);
  const types = await source.query<TypeRow>(TYPES);
  return {
    version: number,
    tables: new Map(tables.rows.map((row) => [Number(row.oid), tableFrom(row)])),
    types: new Map(types.rows.map((row) => [Number(row.oid), typeFrom(row)])),
    publication: await loadPublication(source, publication),
  };
}

function tableFrom(row: TableRow): CatalogTable {
  const { primary_key: primaryKey, foreign_keys: foreignKeys, published_as: publishedAs, other_owner: otherOwner, root, ...rest } = row;
  return {
    ...rest,
    oid: Number(row.oid),
    root: root === null ? undefined : Number(root),
    ...(otherOwner === null ? {} : { otherOwner }),
    publishedAs: Number(publishedAs),
    primaryKey,
    foreignKeys,
  };
}

export async function loadPublication(source: pg.ClientBase, name: string): Promise<Publication | undefined> {
  const answer = await source.query<{
    all_tables: boolean;
    via_root: boolean;
    operations: string[];
    generated: string | null;
    narrowed: string[];
  }>(
    `select puballtables as all_tables, pubviaroot as via_root, to_jsonb(p) ->> 'pubgencols' as generated,
       array_remove(array[case when pubinsert then 'insert' end, case when pubupdate then 'update' end, case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end], null) as operations,
       array(select r.prrelid::regclass::text from pg_publication_rel r where r.prpubid = p.oid and (r.prattrs is not null or r.prqual is not null)) as narrowed
     from pg_publication p where pubname = $1`,
    [name],
  );
  const row = answer.rows[0];
  if (row === undefined) return undefined;
  return {
    allTables: row.all_tables,
    viaRoot: row.via_root,
    operations: row.operations,
    generated: row.generated ?? undefined,
    narrowed: row.narrowed,
  };
}
