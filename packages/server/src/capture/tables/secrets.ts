// Which columns hold secrets: those whose name the redaction knows, those that the mapping names, and those that refer to one. A secret may be a key, and
// keys become ids of resources; then its hash stands in its place, the same wherever the key is written.

import type { Redaction } from '@indelible/core';
import { type Catalog, qualified } from '../source/catalog.ts';
import { type HashKey, passingHashKey } from '../rows/hash-key.ts';
import type { SourceMapping } from '../mapping/mapping.ts';
import { CARD_RULE, goesByValue } from '../rows/secret-text.ts';
import type { Shape } from './shape.ts';

/** Column -> the redaction rule that it falls under. Of the rule for card numbers only those values that are one are secrets. */
export type Secrets = ReadonlyMap<string, string>;

/** The columns whose values name a row or lead to another, in order. */
export interface KeyColumns {
  readonly columns: readonly string[];
  /** Left out when no value is a secret. */
  readonly secret?: SecretParts;
}

export interface SecretParts {
  /** For each column the rule that it falls under; empty: none. */
  readonly rules: readonly string[];
  readonly hashKey: HashKey;
}

/** The rule under which a column falls that the mapping file names. */
export const MAPPING_RULE = 'mapping';

/** The secrets of all tables of a source, and how they are hidden. */
export interface SourceSecrets {
  /** By OID. */
  readonly byTable: ReadonlyMap<number, Secrets>;
  readonly hashKey: HashKey;
}

/** Of tables without any; the key is never used. */
export const NO_SECRETS: SourceSecrets = { byTable: new Map(), hashKey: passingHashKey() };

export function secretsOf(catalog: Catalog, redaction: Redaction, mapping: SourceMapping, hashKey: HashKey): SourceSecrets {
  const found = new Map<number, Map<string, string>>();
  for (const table of catalog.tables.values()) {
    // A value is as secret under the name that its column had before.
    const redacted = [qualified(table), ...(table.formerly ?? [])].flatMap((full) => mapping.tables.get(full)?.redact ?? []);
    const rules = table.columns.flatMap(({ name, formerly = [] }) => {
      const rule = ruleOfNames([name, ...formerly], redaction, redacted);
      return rule === undefined ? [] : [[name, rule] as const];
    });
    found.set(table.oid, new Map(rules));
  }
  // A reference to a secret is that secret, over any number of hops.
  for (let grown = true; grown;) {
    grown = false;
    for (const table of catalog.tables.values()) {
      const own = found.get(table.oid);
      for (const { target, columns, targetColumns } of table.foreignKeys) {
        columns.forEach((column, index) => {
          const rule = found.get(target)?.get(targetColumns[index] ?? '');
          if (own === undefined || rule === undefined || own.get(column) === rule) return;
          if (own.has(column) && own.get(column) !== CARD_RULE) return;
          own.set(column, rule);
          grown = true;
        });
      }
    }
  }
  return { byTable: found, hashKey };
}

/**
 * Whether the mapping says of a table or column to hide it, under a name that it has no more. Whoever renames something in the
 * source seldom thinks of this file: it stays hidden until somebody changes the file.
 *
 * @param was a former shape of the table
 */
export function isHiddenBy(mapping: SourceMapping, was: Shape, now: Shape): boolean {
  const { skip = false, redact = [] } = mapping.tables.get(qualified(was)) ?? {};
  if (qualified(was) !== qualified(now)) return skip || redact.length > 0;
  return was.columns.some(
    ({ number, name }) => redact.includes(name) && now.columns.some((column) => column.number === number && column.name !== name),
  );
}

/**
 * Key columns with their secrets marked.
 *
 * @param named what the columns are called where the key belongs
 * @param oid of the table where the key belongs: it decides, so that both sides write it alike
 */
export function keyColumns(
  columns: readonly string[],
  named: readonly string[],
  { byTable, hashKey }: SourceSecrets,
  oid: number,
): KeyColumns {
  const rules = named.map((name) => byTable.get(oid)?.get(name) ?? '');
  return rules.every((rule) => rule === '') ? { columns } : { columns, secret: { rules, hashKey } };
}

/** A rule for whatever value counts for more than the one for card numbers. */
export function ruleOfNames(names: readonly string[], redaction: Redaction, redacted: readonly string[]): string | undefined {
  const ruleOf = (name: string): string | undefined => redaction.ruleOf(name) ?? (redacted.includes(name) ? MAPPING_RULE : undefined);
  const whole = names.map(ruleOf).find((rule) => rule !== undefined);
  return whole ?? (names.some((name) => goesByValue(name, redaction)) ? CARD_RULE : undefined);
}
