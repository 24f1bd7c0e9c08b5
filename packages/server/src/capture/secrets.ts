// Which columns hold secrets: those whose name the redaction knows, those that the mapping names, and those that refer to one. A secret may be a key, and
// keys become ids of resources; then its hash stands in its place, the same wherever the key is written.

import type { Redaction } from '@indelible/core';
import { type Catalog, qualified } from './catalog.ts';
import type { SourceMapping } from './mapping/mapping.ts';

/** Column -> the redaction rule that it falls under. */
export type Secrets = ReadonlyMap<string, string>;

/** The columns whose values name a row or lead to another, in order. */
export interface KeyColumns {
  readonly columns: readonly string[];
  /** For each column whether its value is a secret; left out when none is. */
  readonly secret?: readonly boolean[];
}

/** The rule under which a column falls that the mapping file names. */
export const MAPPING_RULE = 'mapping';

export function secretsOf(catalog: Catalog, redaction: Redaction, mapping: SourceMapping): ReadonlyMap<number, Secrets> {
  const found = new Map<number, Map<string, string>>();
  for (const table of catalog.tables.values()) {
    // A value is as secret under the name that its column had before.
    const redacted = [qualified(table), ...(table.formerly ?? [])].flatMap((full) => mapping.tables.get(full)?.redact ?? []);
    const rules = table.columns.flatMap(({ name, formerly = [] }) => {
      const ruleOf = (each: string): string | undefined => redaction.ruleOf(each) ?? (redacted.includes(each) ? MAPPING_RULE : undefined);
      const rule = [name, ...formerly].map(ruleOf).find((found) => found !== undefined);
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
          if (own === undefined || rule === undefined || own.has(column)) return;
          own.set(column, rule);
          grown = true;
        });
      }
    }
  }
  return found;
}

/**
 * Key columns with their secrets marked.
 *
 * @param named what the columns are called where the key belongs: that table decides, so that both sides write it alike
 */
export function keyColumns(columns: readonly string[], named: readonly string[], secrets: Secrets | undefined): KeyColumns {
  const secret = named.map((name) => secrets?.has(name) === true);
  return secret.includes(true) ? { columns, secret } : { columns };
}
