// Which tenant a row belongs to: a durable map (source, table, key -> tenant), kept from the stream in the same
// transaction as the events, so that the last rows of a cascade still find the tenant that their parent had.

import type pg from 'pg';
import { TENANT_HOPS_MAX, TRUNCATE_TENANTS_MAX } from '../../limits.ts';
import { hidden } from '../rows/hash-key.ts';
import { type Lsn, lsnText } from '../replication/lsn.ts';
import type { Relation, Tuple } from '../replication/pgoutput.ts';
import type { TableMap } from '../tables/resource-map.ts';
import { keyOf, textOf } from '../rows/row-image.ts';
import type { KeyColumns } from '../tables/secrets.ts';

/** Where a row's tenant is: named by the row itself, or that of another row; undefined when it says nothing. */
export type Way =
  | { readonly kind: 'tenant'; readonly tenant: string }
  | { readonly kind: 'row'; readonly table: string; readonly key: string }
  | undefined;

/** Rows whose tenant cannot be known go to this tenant, tagged and counted. */
export const DEFAULT_TENANT = 'default';

const TENANT_CHARS_MAX = 256;

/** A value of the source that no log may be named after: `_operator` is ours. */
function isTenantName(text: string): boolean {
  return text !== '' && text.length <= TENANT_CHARS_MAX && !text.startsWith('_') && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** The first step of the table that the row has a value for. */
export function wayOf(map: TableMap, relation: Relation, tuple: Tuple): Way {
  return wayFrom(
    map,
    (column) => textOf(relation, tuple, column),
    (key) => keyOf(relation, tuple, key),
  );
}

export function wayFrom(map: TableMap, text: (column: string) => string | null, key: (key: KeyColumns) => string | undefined): Way {
  for (const step of map.tenant) {
    if (step.kind === 'fixed') return { kind: 'tenant', tenant: step.tenant };
    if (step.kind === 'column') {
      const tenant = text(step.column);
      if (tenant !== null && isTenantName(tenant))
        return { kind: 'tenant', tenant: step.secretValue === true ? hidden(tenant, map.hashKey) : tenant };
    } else {
      const found = key(step);
      if (found !== undefined) return { kind: 'row', table: step.label, key: found };
    }
  }
  return undefined;
}

/** The way of rows that say nothing, such as those of a TRUNCATE, where the mapping gives all of them one tenant. */
export function fixedWay({ tenant: [step] }: TableMap): Way {
  return step?.kind === 'fixed' ? { kind: 'tenant', tenant: step.tenant } : undefined;
}

/** Under this name the map holds the rules that its labels are filled by: label -> rule. */
export const RULES_LABEL = '';

/** Before the rule of a label that is not filled yet: it has what the stream has told since, and nothing else. */
export const PENDING = 'pending ';

interface Entry {
  readonly way: Way;
  /** Of an entry that was read from a snapshot: its place. Rows that were committed before may have led elsewhere. */
  readonly since: Lsn;
  readonly deadAt: Lsn | undefined;
  readonly changed: boolean;
}

const SEPARATOR = '\0';

/** The part of the map that one batch of changes needs, with what the batch changes in it. */
export class TenantBatch {
  readonly #sourceId: number;
  readonly #from: Lsn;
  readonly #entries = new Map<string, Entry>();
  readonly #truncated = new Map<string, Lsn>();

  /** @param from where the last hole of the stream ended: what was committed before neither uses the map nor changes it */
  constructor(sourceId: number, from: Lsn) {
    this.#sourceId = sourceId;
    this.#from = from;
  }

  /** Reads the rows that the ways lead to, and those that they lead to in turn. */
  async load(tx: pg.ClientBase, ways: Iterable<Way>): Promise<void> {
    const wanted = new Map<string, { readonly table: string; readonly key: string }>();
    for (const way of ways) if (way?.kind === 'row') wanted.set(way.table + SEPARATOR + way.key, way);
    if (wanted.size === 0) return;
    const answer = await tx.query<{
      table_name: string;
      key: string;
      tenant: string | null;
      parent_table: string | null;
      parent_key: string | null;
      since: string;
    }>(
      `with recursive wanted (table_name, key, hop) as (
         select t, k, 1 from unnest($2::text[], $3::text[]) as w(t, k)
         union
         select m.parent_table, m.parent_key, w.hop + 1 from wanted w
         join indelible.tenant_map m on m.source_id = $1 and m.table_name = w.table_name and m.key = w.key
         where m.parent_table is not null and w.hop < $4
       )
       select distinct m.table_name, m.key, m.tenant, m.parent_table, m.parent_key, coalesce(m.since_lsn - '0/0'::pg_lsn, 0)::text as since from wanted w
       join indelible.tenant_map m on m.source_id = $1 and m.table_name = w.table_name and m.key = w.key`,
      [this.#sourceId, [...wanted.values()].map((way) => way.table), [...wanted.values()].map((way) => way.key), TENANT_HOPS_MAX],
    );
    for (const row of answer.rows) {
      const way: Way =
        row.tenant !== null
          ? { kind: 'tenant', tenant: row.tenant }
          : row.parent_table !== null && row.parent_key !== null
            ? { kind: 'row', table: row.parent_table, key: row.parent_key }
            : undefined;
      this.#entries.set(row.table_name + SEPARATOR + row.key, { way, since: BigInt(row.since), deadAt: undefined, changed: false });
    }
  }

  /** The tenant that a way of a row of this transaction leads to after at most TENANT_HOPS_MAX rows. */
  resolve(way: Way, commitLsn: Lsn): string | undefined {
    let at = way;
    for (let hop = 0; hop < TENANT_HOPS_MAX && at?.kind === 'row'; hop++) at = this.#wayAt(at.table + SEPARATOR + at.key, commitLsn);
    return at?.kind === 'tenant' ? at.tenant : undefined;
  }

  #wayAt(id: string, commitLsn: Lsn): Way {
    const entry = this.#entries.get(id);
    return entry === undefined || commitLsn < this.#from || commitLsn < entry.since ? undefined : entry.way;
  }

  /**
   * What the stream says of a row takes the place of what a snapshot says, also of a later one: whatever happened to the row
   * up to the snapshot is still to come, and the last of it is what the snapshot saw.
   */
  put(label: string, key: string, way: Way, commitLsn: Lsn): void {
    if (commitLsn < this.#from) return;
    this.#entries.set(label + SEPARATOR + key, { way, since: 0n, deadAt: undefined, changed: true });
  }

  /** The row is gone; rows that go with it in the same transaction still find its tenant. */
  bury(label: string, key: string, way: Way, commitLsn: Lsn): void {
    if (commitLsn < this.#from) return;
    this.#entries.set(label + SEPARATOR + key, {
      way: way ?? this.#wayAt(label + SEPARATOR + key, commitLsn),
      since: 0n,
      deadAt: commitLsn,
      changed: true,
    });
  }

  /** All rows of the table are gone. */
  buryAll(label: string, commitLsn: Lsn): void {
    if (commitLsn < this.#from) return;
    this.#truncated.set(label, commitLsn);
    for (const [id, entry] of this.#entries) {
      if (id.startsWith(label + SEPARATOR) && entry.changed) this.#entries.set(id, { ...entry, deadAt: commitLsn });
    }
  }

  /**
   * The tenants that have rows under the labels of a table at this point of the stream; undefined among them stands for rows
   * whose tenant is not known, and for the tenants beyond the first TRUNCATE_TENANTS_MAX.
   */
  async tenantsIn(tx: pg.ClientBase, labels: readonly string[], commitLsn: Lsn): Promise<Set<string | undefined>> {
    if (labels.length === 0) return new Set();
    if (commitLsn < this.#from) return new Set([undefined]);
    await this.flush(tx, undefined);
    const answer = await tx.query<{ tenant: string | null }>(
      `with recursive known as not materialized (
         select table_name, key, tenant, parent_table, parent_key, dead_lsn from indelible.tenant_map
         where source_id = $1 and (since_lsn is null or since_lsn <= $5)
       ), way (tenant, parent_table, parent_key, hop) as (
         select distinct tenant, parent_table, parent_key, 1 from known where table_name = any($2) and dead_lsn is null
         union
         select m.tenant, m.parent_table, m.parent_key, w.hop + 1 from way w
         join known m on m.table_name = w.parent_table and m.key = w.parent_key
         where w.tenant is null and w.hop < $3
       )
       select distinct tenant from way w
       where tenant is not null or hop >= $3
         or not exists (select from known m where m.table_name = w.parent_table and m.key = w.parent_key)
       union
       select null where not exists (select from indelible.tenant_map
           where source_id = $1 and table_name = '${RULES_LABEL}' and key = any($2) and not starts_with(tenant, '${PENDING}'))
         or exists (select from indelible.tenant_map where source_id = $1 and table_name = any($2) and dead_lsn is null and since_lsn > $5)
       order by tenant nulls first limit $4`,
      [this.#sourceId, labels, TENANT_HOPS_MAX, TRUNCATE_TENANTS_MAX + 2, lsnText(commitLsn)],
    );
    const tenants = answer.rows.map(({ tenant }) => tenant ?? undefined);
    const named = tenants.filter((tenant) => tenant !== undefined);
    const more = named.length < tenants.length || named.length > TRUNCATE_TENANTS_MAX;
    return new Set([...named.slice(0, TRUNCATE_TENANTS_MAX), ...(more ? [undefined] : [])]);
  }

  /** Writes what changed; forgets dead rows whose transaction is captured whole. */
  async flush(tx: pg.ClientBase, capturedWhole: Lsn | undefined): Promise<void> {
    for (const [label, lsn] of this.#truncated) {
      await tx.query(
        `update indelible.tenant_map set dead_lsn = $3
         where source_id = $1 and (table_name = $2 or (table_name = '${RULES_LABEL}' and key = $2 and starts_with(tenant, '${PENDING}')))`,
        [this.#sourceId, label, lsnText(lsn)],
      );
    }
    this.#truncated.clear();
    const changed = [...this.#entries].filter(([, entry]) => entry.changed);
    for (const [id, entry] of changed) this.#entries.set(id, { ...entry, changed: false });
    if (changed.length > 0)
      await writeEntries(
        tx,
        this.#sourceId,
        changed.map(([id, entry]) => ({ id, ...entry })),
      );
    if (capturedWhole !== undefined) {
      // Those of a label that is to be filled stay: the snapshot may be older than their end.
      await tx.query(
        `delete from indelible.tenant_map m where source_id = $1 and dead_lsn <= $2 and table_name <> '${RULES_LABEL}'
           and not exists (select from indelible.tenant_map r
             where r.source_id = $1 and r.table_name = '${RULES_LABEL}' and r.key = m.table_name and starts_with(r.tenant, '${PENDING}'))`,
        [this.#sourceId, lsnText(capturedWhole)],
      );
    }
  }
}

interface Written {
  readonly id: string;
  readonly way: Way;
  readonly deadAt: Lsn | undefined;
}

/**
 * Adds rows that a snapshot of the source has. What the stream has told stays.
 *
 * @param since the place of the snapshot; undefined when nothing before it is in the stream
 */
export async function fillTenantMap(
  tx: pg.ClientBase,
  sourceId: number,
  label: string,
  rows: readonly { readonly key: string; readonly way: Way }[],
  since: Lsn | undefined,
): Promise<void> {
  const entries = rows.map(({ key, way }) => ({ id: label + SEPARATOR + key, way, deadAt: undefined }));
  await insertEntries(tx, sourceId, entries, since, 'do nothing');
}

const REPLACE = `(source_id, table_name, key) do update set tenant = excluded.tenant, parent_table = excluded.parent_table,
  parent_key = excluded.parent_key, dead_lsn = excluded.dead_lsn, since_lsn = excluded.since_lsn`;

async function writeEntries(tx: pg.ClientBase, sourceId: number, entries: readonly Written[]): Promise<void> {
  await insertEntries(tx, sourceId, entries, undefined, REPLACE);
}

async function insertEntries(
  tx: pg.ClientBase,
  sourceId: number,
  entries: readonly Written[],
  since: Lsn | undefined,
  onConflict: 'do nothing' | typeof REPLACE,
): Promise<void> {
  const parts = entries.map(({ id }) => id.split(SEPARATOR));
  await tx.query(
    `insert into indelible.tenant_map (source_id, table_name, key, tenant, parent_table, parent_key, dead_lsn, since_lsn)
     select $1, *, $8::pg_lsn from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::pg_lsn[])
     on conflict ${onConflict}`,
    [
      sourceId,
      parts.map(([label]) => label),
      parts.map(([, key]) => key),
      entries.map(({ way }) => (way?.kind === 'tenant' ? way.tenant : null)),
      entries.map(({ way }) => (way?.kind === 'row' ? way.table : null)),
      entries.map(({ way }) => (way?.kind === 'row' ? way.key : null)),
      entries.map(({ deadAt }) => (deadAt === undefined ? null : lsnText(deadAt))),
      since === undefined ? null : lsnText(since),
    ],
  );
}
