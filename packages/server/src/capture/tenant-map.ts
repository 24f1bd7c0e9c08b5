// Which tenant a row belongs to: a durable map (source, table, key -> tenant), kept from the stream in the same
// transaction as the events, so that the last rows of a cascade still find the tenant that their parent had.

import type pg from 'pg';
import { TENANT_HOPS_MAX, TRUNCATE_TENANTS_MAX } from '../limits.ts';
import { type Lsn, lsnText } from './lsn.ts';
import type { Relation, Tuple } from './pgoutput.ts';
import type { TableMap } from './resource-map.ts';
import { hashOf, keyOf, textOf } from './row-image.ts';
import type { KeyColumns } from './secrets.ts';

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
      if (tenant !== null && isTenantName(tenant)) return { kind: 'tenant', tenant: step.secretValue === true ? hashOf(tenant) : tenant };
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

interface Entry {
  readonly way: Way;
  readonly deadAt: Lsn | undefined;
  readonly changed: boolean;
}

const SEPARATOR = '\0';

/** The part of the map that one batch of changes needs, with what the batch changes in it. */
export class TenantBatch {
  readonly #sourceId: number;
  readonly #entries = new Map<string, Entry>();
  readonly #truncated = new Map<string, Lsn>();

  constructor(sourceId: number) {
    this.#sourceId = sourceId;
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
    }>(
      `with recursive wanted (table_name, key, hop) as (
         select t, k, 1 from unnest($2::text[], $3::text[]) as w(t, k)
         union
         select m.parent_table, m.parent_key, w.hop + 1 from wanted w
         join indelible.tenant_map m on m.source_id = $1 and m.table_name = w.table_name and m.key = w.key
         where m.parent_table is not null and w.hop < $4
       )
       select distinct m.table_name, m.key, m.tenant, m.parent_table, m.parent_key from wanted w
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
      this.#entries.set(row.table_name + SEPARATOR + row.key, { way, deadAt: undefined, changed: false });
    }
  }

  /** The tenant that a way leads to after at most TENANT_HOPS_MAX rows. */
  resolve(way: Way): string | undefined {
    let at = way;
    for (let hop = 0; hop < TENANT_HOPS_MAX && at?.kind === 'row'; hop++) at = this.#entries.get(at.table + SEPARATOR + at.key)?.way;
    return at?.kind === 'tenant' ? at.tenant : undefined;
  }

  put(label: string, key: string, way: Way): void {
    this.#entries.set(label + SEPARATOR + key, { way, deadAt: undefined, changed: true });
  }

  /** The row is gone; rows that go with it in the same transaction still find its tenant. */
  bury(label: string, key: string, way: Way, commitLsn: Lsn): void {
    this.#entries.set(label + SEPARATOR + key, {
      way: way ?? this.#entries.get(label + SEPARATOR + key)?.way,
      deadAt: commitLsn,
      changed: true,
    });
  }

  /** All rows of the table are gone. */
  buryAll(label: string, commitLsn: Lsn): void {
    this.#truncated.set(label, commitLsn);
    for (const [id, entry] of this.#entries) {
      if (id.startsWith(label + SEPARATOR) && entry.changed) this.#entries.set(id, { ...entry, deadAt: commitLsn });
    }
  }

  /**
   * The tenants that have rows under the labels at this point of the stream; undefined among them stands for rows whose
   * tenant is not known, and for the tenants beyond the first TRUNCATE_TENANTS_MAX.
   */
  async tenantsIn(tx: pg.ClientBase, labels: readonly string[]): Promise<Set<string | undefined>> {
    if (labels.length === 0) return new Set();
    await this.flush(tx, undefined);
    const answer = await tx.query<{ tenant: string | null }>(
      `with recursive way (tenant, parent_table, parent_key, hop) as (
         select distinct tenant, parent_table, parent_key, 1 from indelible.tenant_map
         where source_id = $1 and table_name = any($2) and dead_lsn is null
         union
         select m.tenant, m.parent_table, m.parent_key, w.hop + 1 from way w
         join indelible.tenant_map m on m.source_id = $1 and m.table_name = w.parent_table and m.key = w.parent_key
         where w.tenant is null and w.hop < $3
       )
       select distinct tenant from way w
       where tenant is not null or hop >= $3
         or not exists (select from indelible.tenant_map m where m.source_id = $1 and m.table_name = w.parent_table and m.key = w.parent_key)
       order by tenant nulls first limit $4`,
      [this.#sourceId, labels, TENANT_HOPS_MAX, TRUNCATE_TENANTS_MAX + 2],
    );
    const tenants = answer.rows.map(({ tenant }) => tenant ?? undefined);
    const named = tenants.filter((tenant) => tenant !== undefined);
    const more = named.length < tenants.length || named.length > TRUNCATE_TENANTS_MAX;
    return new Set([...named.slice(0, TRUNCATE_TENANTS_MAX), ...(more ? [undefined] : [])]);
  }

  /** Writes what changed; forgets dead rows whose transaction is captured whole. */
  async flush(tx: pg.ClientBase, capturedWhole: Lsn | undefined): Promise<void> {
    for (const [label, lsn] of this.#truncated) {
      await tx.query('update indelible.tenant_map set dead_lsn = $3 where source_id = $1 and table_name = $2', [
        this.#sourceId,
        label,
        lsnText(lsn),
      ]);
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
      await tx.query('delete from indelible.tenant_map where source_id = $1 and dead_lsn <= $2', [this.#sourceId, lsnText(capturedWhole)]);
    }
  }
}

interface Written {
  readonly id: string;
  readonly way: Way;
  readonly deadAt: Lsn | undefined;
}

/** Fills the map with rows that a snapshot of the source has, which is never older than what the stream has said. */
export async function fillTenantMap(
  tx: pg.ClientBase,
  sourceId: number,
  label: string,
  rows: readonly { readonly key: string; readonly way: Way }[],
): Promise<void> {
  const unique = new Map(rows.map((row) => [label + SEPARATOR + row.key, row.way]));
  await writeEntries(
    tx,
    sourceId,
    [...unique].map(([id, way]) => ({ id, way, deadAt: undefined })),
  );
}

async function writeEntries(tx: pg.ClientBase, sourceId: number, entries: readonly Written[]): Promise<void> {
  const parts = entries.map(({ id }) => id.split(SEPARATOR));
  await tx.query(
    `insert into indelible.tenant_map (source_id, table_name, key, tenant, parent_table, parent_key, dead_lsn)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::pg_lsn[])
     on conflict (source_id, table_name, key) do update
     set tenant = excluded.tenant, parent_table = excluded.parent_table, parent_key = excluded.parent_key, dead_lsn = excluded.dead_lsn`,
    [
      sourceId,
      parts.map(([label]) => label),
      parts.map(([, key]) => key),
      entries.map(({ way }) => (way?.kind === 'tenant' ? way.tenant : null)),
      entries.map(({ way }) => (way?.kind === 'row' ? way.table : null)),
      entries.map(({ way }) => (way?.kind === 'row' ? way.key : null)),
      entries.map(({ deadAt }) => (deadAt === undefined ? null : lsnText(deadAt))),
    ],
  );
}
