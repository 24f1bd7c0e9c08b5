// Whether a table as the stream describes it is one of its known shapes, or what it was renamed from. The stream does not tell
// the numbers of columns, but it has them in their order. Pure.

import type { CatalogColumn } from '../source/catalog.ts';
import type { Column, Relation } from '../replication/pgoutput.ts';
import type { Shape, Words } from './shape.ts';

/** Whether names and types are the same. Generated columns may be left out of the stream. */
export function isSame({ columns }: Shape, relation: Relation): boolean {
  const own = new Map(columns.map((column) => [column.name, column.type]));
  const names = new Set(relation.columns.map(({ name }) => name));
  return (
    relation.columns.every(({ name, type }) => own.get(name) === type) &&
    columns.every(({ name, generated }) => generated !== '' || names.has(name))
  );
}

/**
 * The names of the stream for those of the shape, where nothing but names differs: as many columns, of the same types, in the
 * same order, and no name at another place than before. Undefined otherwise.
 */
export function renamedAlone({ columns }: Shape, relation: Relation): Words | undefined {
  const streamed = columns.filter(({ name, generated }) => generated === '' || relation.columns.some((column) => column.name === name));
  return pairs(streamed, relation.columns);
}

/**
 * The names of the stream for those of the key: between two columns that have kept their names, as many columns of the same
 * types are the same ones. Undefined when a column of the key is not found so.
 */
export function alignKey({ columns, primaryKey }: Shape, relation: Relation): Words | undefined {
  const words = new Map<string, string>();
  let [from, to] = [0, 0];
  for (let index = 0; index <= columns.length; index++) {
    const name = columns[index]?.name;
    const at = name === undefined ? relation.columns.length : relation.columns.findIndex((column) => column.name === name);
    if (at === -1) continue;
    // A name that has moved is another column's now.
    if (at < to) return undefined;
    for (const [was, is] of pairs(columns.slice(from, index), relation.columns.slice(to, at)) ?? []) words.set(was, is);
    if (name !== undefined) words.set(name, name);
    [from, to] = [index + 1, at + 1];
  }
  return primaryKey.length > 0 && primaryKey.every((name) => words.has(name)) ? words : undefined;
}

function pairs(columns: readonly CatalogColumn[], streamed: readonly Column[]): Words | undefined {
  if (columns.length !== streamed.length || !columns.every(({ type }, index) => streamed[index]?.type === type)) return undefined;
  const words = new Map(columns.map(({ name }, index) => [name, streamed[index]?.name ?? name]));
  const moved = columns.some(({ name }, index) => streamed.some((column, other) => column.name === name && other !== index));
  return moved ? undefined : words;
}
