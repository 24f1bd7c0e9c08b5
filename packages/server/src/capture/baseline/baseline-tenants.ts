// Whose a row was in a snapshot: the same ways as in the stream, followed within the snapshot. The tenant map is of no use
// here: it is kept from the stream, which may be ahead of the snapshot, and then no longer knows what was deleted since.

import pg from 'pg';
import { BASELINE_TENANTS_KEPT_MAX, TENANT_HOPS_MAX } from '../../limits.ts';
import { type KeyTypes, wantedKeys } from './baseline-key.ts';
import { type Catalog, type CatalogTable, qualified } from '../source/catalog.ts';
import type { Relation, Tuple } from '../replication/pgoutput.ts';
import { tableName } from '../source/publication-plan.ts';
import type { ResourceMap, TableMap } from '../tables/resource-map.ts';
import { keyText, textOf } from '../rows/row-image.ts';
import { RAW_TEXT } from '../rows/row-of-table.ts';
import type { KeyColumns } from '../tables/secrets.ts';
import { wayFrom } from '../tenants/tenant-map.ts';
import { type ReferenceStep, columnsOfStep } from '../tenants/tenant-rule.ts';

/** Where a row's way leads: to a tenant, or to the row that `parts` are the key of. */
type Lead =
  | { readonly kind: 'tenant'; readonly tenant: string }
  | { readonly kind: 'row'; readonly id: string; readonly step: ReferenceStep; readonly parts: readonly string[] }
  | undefined;

type TextOf = (column: string) => string | null;

export class SnapshotTenants {
  readonly #source: pg.ClientBase;
  readonly #maps: ResourceMap;
  readonly #types: KeyTypes;
  readonly #tables: ReadonlyMap<string, CatalogTable>;
  /** What rows led to, by their label and key; many rows have one parent. */
  readonly #known = new Map<string, string | undefined>();

  /** @param source in the snapshot's transaction */
  constructor(source: pg.ClientBase, catalog: Catalog, maps: ResourceMap, types: KeyTypes) {
    this.#source = source;
    this.#maps = maps;
    this.#types = types;
    this.#tables = new Map([...catalog.tables.values()].map((table) => [qualified(table), table]));
  }

  /** The tenant of each row, undefined where the row leads to none. */
  async of(map: TableMap, relation: Relation, tuples: readonly Tuple[]): Promise<(string | undefined)[]> {
    if (this.#known.size > BASELINE_TENANTS_KEPT_MAX) this.#known.clear();
    const leads = tuples.map((tuple) => leadOf(map, (column) => textOf(relation, tuple, column)));
    const unknown = leads.filter((lead) => lead?.kind === 'row' && !this.#known.has(lead.id));
    for (const [id, tenant] of await this.#follow(unknown, TENANT_HOPS_MAX)) this.#known.set(id, tenant);
    return leads.map((lead) => (lead?.kind === 'row' ? this.#known.get(lead.id) : lead?.tenant));
  }

  /** What the rows that are led to lead to in turn. */
  async #follow(leads: readonly Lead[], hops: number): Promise<Map<string, string | undefined>> {
    const tenants = new Map<string, string | undefined>();
    const wanted = new Map<string, { readonly step: ReferenceStep; readonly keys: Map<string, readonly string[]> }>();
    for (const lead of leads) {
      if (lead?.kind !== 'row') continue;
      tenants.set(lead.id, undefined);
      const { label } = lead.step;
      const list = wanted.get(label) ?? { step: lead.step, keys: new Map<string, readonly string[]>() };
      wanted.set(label, list);
      list.keys.set(lead.id, lead.parts);
    }
    if (hops === 0) return tenants;
    for (const { step, keys } of wanted.values()) {
      const found = await this.#lookUp(step, keys);
      const further = await this.#follow([...found.values()], hops - 1);
      for (const [id, lead] of found) tenants.set(id, lead?.kind === 'row' ? further.get(lead.id) : lead?.tenant);
    }
    return tenants;
  }

  async #lookUp(step: ReferenceStep, keys: ReadonlyMap<string, readonly string[]>): Promise<Map<string, Lead>> {
    const table = this.#tables.get(step.table);
    const map = table === undefined ? undefined : this.#maps.get(table.oid);
    if (table === undefined || map === undefined) return new Map();
    const target = step.target.columns;
    const columns = [...new Set(map.tenant.flatMap(columnsOfStep))];
    const { from, on } = wantedKeys(table, target, this.#types);
    const ids = [...keys.keys()];
    const answer = await this.#source.query<(string | null)[]>({
      text: `select ${[...target.map((_, index) => `wanted.k${index + 1}`), ...columns.map((column) => `t.${pg.escapeIdentifier(column)}`)].join(', ')}
        from ${from} join ${table.partitioned ? '' : 'only '}${tableName(table)} as t on ${on}`,
      values: target.map((_, index) => ids.map((id) => keys.get(id)?.[index] ?? null)),
      rowMode: 'array',
      types: RAW_TEXT,
    });
    return new Map(
      answer.rows.map((row) => {
        const parts = row.slice(0, target.length).map((part) => part ?? '');
        const text: TextOf = (column) => row[target.length + columns.indexOf(column)] ?? null;
        return [idOf(step.label, keyText(parts, step.secret) ?? ''), leadOf(map, text)];
      }),
    );
  }
}

/** Every table whose rows are read to find the tenant of a table's rows. */
export function tablesLedTo(map: TableMap, catalog: Catalog, maps: ResourceMap): CatalogTable[] {
  const found = new Map<number, CatalogTable>();
  const visit = (at: TableMap, hops: number): void => {
    for (const step of at.tenant) {
      if (step.kind !== 'reference' || hops === 0) continue;
      for (const table of catalog.tables.values()) {
        const next = qualified(table) === step.table ? maps.get(table.oid) : undefined;
        if (next === undefined) continue;
        found.set(table.oid, table);
        visit(next, hops - 1);
      }
    }
  };
  visit(map, TENANT_HOPS_MAX);
  return [...found.values()];
}

function leadOf(map: TableMap, text: TextOf): Lead {
  const way = wayFrom(map, text, (key) => keyFrom(key, text));
  if (way?.kind !== 'row') return way;
  const step = map.tenant.find((other) => other.kind === 'reference' && other.label === way.table && keyFrom(other, text) === way.key);
  if (step?.kind !== 'reference') return undefined;
  return { kind: 'row', id: idOf(way.table, way.key), step, parts: step.columns.map((column) => text(column) ?? '') };
}

function keyFrom({ columns, secret }: KeyColumns, text: TextOf): string | undefined {
  const parts = columns.map(text);
  return parts.every((part) => part !== null) ? keyText(parts, secret) : undefined;
}

function idOf(label: string, key: string): string {
  return `${label}\0${key}`;
}
