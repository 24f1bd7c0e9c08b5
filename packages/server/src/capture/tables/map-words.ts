// A table's map in other words: the same columns under the names that they had in another shape. Pure.

import type { TableMap } from './resource-map.ts';
import type { KeyColumns } from './secrets.ts';
import type { Words } from './shape.ts';

/** @param words from the names that the map has to those that it shall have; a name that is not among them stays */
export function inOwnWords(map: TableMap, words: Words): TableMap {
  const said = (name: string): string => words.get(name) ?? name;
  const key = <Key extends KeyColumns>(columns: Key): Key => ({ ...columns, columns: columns.columns.map(said) });
  return {
    ...map,
    key: key(map.key),
    secrets: new Map([...map.secrets].map(([name, rule]) => [said(name), rule])),
    nameColumn: map.nameColumn === undefined ? undefined : said(map.nameColumn),
    // What is noise under one name need not be under another.
    noise: new Set([...map.noise].filter((name) => said(name) === name)),
    related: map.related.map(key),
    tenant: map.tenant.map((step) => {
      if (step.kind === 'fixed') return step;
      return step.kind === 'column' ? { ...step, column: said(step.column) } : key(step);
    }),
    mapKeys: map.mapKeys.map(key),
    ownKey: map.ownKey === undefined ? undefined : key(map.ownKey),
  };
}
