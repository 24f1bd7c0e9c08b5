// What a table's map says of rows as the stream describes them: secrets, skipping and tenant also go by the names that the
// table and its columns had when the rows were written, whatever the catalog says by now. Pure.

import type { Redaction } from '@indelible/core';
import { qualified } from '../source/catalog.ts';
import type { SourceMapping } from '../mapping/mapping.ts';
import type { Relation } from '../replication/pgoutput.ts';
import type { TableMap } from './resource-map.ts';
import { CARD_RULE } from '../rows/secret-text.ts';
import { type Secrets, ruleOfNames } from './secrets.ts';
import type { TenantStep } from '../tenants/tenant-rule.ts';
import { relationOf, resourceType, snakeCase } from './table-words.ts';

/** What is in force for all tables of a source. */
export interface Rules {
  readonly mapping: SourceMapping;
  readonly tenantColumns: readonly string[];
  readonly redaction: Redaction;
}

/** What is known of the table that the stream describes. */
export interface Described {
  readonly relation: Relation;
  /** Full names: that of the stream, and all that the table is known to have had. */
  readonly names: readonly string[];
  /** Columns of all shapes that were seen; empty for a table that never was. */
  readonly columns: ReadonlySet<string>;
  /** The catalog has the table just so. */
  readonly isPresent: boolean;
}

export function mapAsDescribed(map: TableMap, described: Described, rules: Rules): TableMap {
  const { relation, names } = described;
  const said = names.flatMap((name) => rules.mapping.tables.get(name) ?? []);
  const own = rules.mapping.tables.get(qualified(relation));
  const secrets = secretsAsDescribed(
    map.secrets,
    described,
    said.flatMap(({ redact = [] }) => redact),
    rules.redaction,
  );
  const skip = own?.skip ?? (map.skip || said.some((table) => table.skip === true));
  const tenant = described.isPresent ? map.tenant : tenantAsDescribed(map, relation, names, rules);
  return {
    ...map,
    skip,
    secrets,
    key: { ...map.key, ...hiddenParts(map, secrets) },
    tenant: tenant.map((step) => (step.kind === 'column' && secrets.has(step.column) ? { ...step, secretValue: true } : step)),
  };
}

/** A column that nobody has seen may be a renamed one: in a table that has a secret by the mapping, it counts as one. */
function secretsAsDescribed(known: Secrets, { relation, columns }: Described, redacted: readonly string[], redaction: Redaction): Secrets {
  const secrets = new Map(known);
  for (const { name } of relation.columns) {
    const unseen = redacted.length > 0 && columns.size > 0 && !columns.has(name);
    const rule = ruleOfNames([name], redaction, unseen ? [name] : redacted);
    if (rule !== undefined && (secrets.get(name) ?? CARD_RULE) === CARD_RULE) secrets.set(name, rule);
  }
  return secrets;
}

function hiddenParts({ key, hashKey }: TableMap, secrets: Secrets): Pick<TableMap['key'], 'secret'> {
  const rules = key.columns.map((column, index) => {
    const known = key.secret?.rules[index] ?? '';
    return known === '' ? (secrets.get(column) ?? '') : known;
  });
  return rules.every((rule) => rule === '') ? {} : { secret: { rules, hashKey } };
}

/** What the mapping says of the table under the name that it had; else its own columns of then, the weightiest first. */
function tenantAsDescribed(map: TableMap, relation: Relation, names: readonly string[], rules: Rules): readonly TenantStep[] {
  const has = (column: string): boolean => relation.columns.some(({ name }) => name === column);
  for (const name of names) {
    const said = rules.mapping.tables.get(name)?.tenant;
    if (said !== undefined && 'fixed' in said) return [{ kind: 'fixed', tenant: said.fixed }];
    if (said !== undefined && has(said.column)) return [{ kind: 'column', column: said.column }];
  }
  const former = columnsThen(relation, rules.tenantColumns);
  const steps = map.tenant.filter((step) => step.kind === 'column');
  // A column that is no tenant column by its name is the row's own name: it is a tenant.
  const isTenant = steps.some(({ column }) => has(column) && !former.includes(column));
  if (isTenant || map.tenant.some(({ kind }) => kind === 'fixed')) return map.tenant;
  return [...former.map((column) => ({ kind: 'column', column }) as const), ...map.tenant.filter(({ kind }) => kind === 'reference')];
}

function columnsThen({ name: table, columns }: Relation, tenantColumns: readonly string[]): string[] {
  return tenantColumns
    .filter((wanted) => relationOf(wanted) !== resourceType(table))
    .flatMap((wanted) => columns.filter(({ name }) => snakeCase(name) === wanted).map(({ name }) => name));
}
