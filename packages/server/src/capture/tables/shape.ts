// The shape of a table at one time: its name, its columns by their numbers, which outlive every renaming, its key and its
// references. Pure.

import { canonical } from '@indelible/core';
import { type CatalogColumn, type CatalogTable, type ForeignKey, qualified } from '../source/catalog.ts';
import type { ToldShape } from '../ddl/ddl-message.ts';
import { resourceType } from './table-words.ts';

interface ShapeReference extends ForeignKey {
  /** Numbers of `targetColumns`: the other table may have renamed them since. */
  readonly targetNumbers: readonly number[];
  /** What the other table was called. */
  readonly targetName: string;
}

/** What does not change with the publication, as it is stored. */
export interface Shape extends Pick<
  CatalogTable,
  'oid' | 'schema' | 'name' | 'partitioned' | 'root' | 'unlogged' | 'foreign' | 'narrowedElsewhere' | 'columns' | 'primaryKey'
> {
  readonly foreignKeys: readonly ShapeReference[];
  /** Under this name the tenant map knows the table: the first that it was seen under, and that no other table has. */
  readonly label: string;
  /** Of a message of the event trigger alone: no look at the catalog has shown the table yet. */
  readonly told?: true;
}

/** @param tables those that it refers to, by OID, as they are at the same time */
export function shapeOf(table: CatalogTable, tables: ReadonlyMap<number, Pick<CatalogTable, 'name' | 'columns'>>, label: string): Shape {
  const { oid, schema, name, partitioned, root, unlogged, foreign, narrowedElsewhere, columns, primaryKey } = table;
  return {
    oid,
    schema,
    name,
    partitioned,
    root,
    unlogged,
    foreign,
    ...(narrowedElsewhere === true ? { narrowedElsewhere } : {}),
    columns: columns.map(({ number, name: own, type, notNull, generated }) => ({ number, name: own, type, notNull, generated })),
    primaryKey,
    foreignKeys: table.foreignKeys.map(({ columns: from, target, targetColumns }) => {
      const there = tables.get(target);
      const targetNumbers = targetColumns.map((column) => numberOf(there?.columns ?? [], column));
      return { columns: from, target, targetColumns, targetNumbers, targetName: there?.name ?? '' };
    }),
    label,
  };
}

/** A shape that the source's event trigger tells of, as a table of the catalog that it was in. */
export function tableTold({ columns, root, ...told }: ToldShape): CatalogTable {
  return {
    ...told,
    root: root ?? undefined,
    unlogged: false,
    foreign: false,
    identity: 'f',
    published: false,
    publishedAs: 0,
    columns: columns.map(([number, name, type, notNull, generated]) => ({ number, name, type, notNull, generated })),
  };
}

/** Compared, to tell one shape from another: the same for a shape that was stored and read again. */
export function shapeText(shape: Shape): string {
  return canonical(JSON.parse(JSON.stringify(shape)));
}

/** What names of one shape mean in another. */
export type Words = ReadonlyMap<string, string>;

/** What the columns of a shape are called in a later one; a column that is not there any more keeps a name of its own. */
export function wordsBetween(from: Shape, to: Shape): Words {
  const taken = new Set(to.columns.map(({ name }) => name));
  return new Map(
    from.columns.map(({ number, name }) => {
      const later = to.columns.find((column) => column.number === number)?.name;
      return [name, later ?? (taken.has(name) ? `${name}\0${number}` : name)];
    }),
  );
}

/**
 * A shape as a table of today's catalog: under the latest names of itself, of its columns, and of those that it refers to,
 * so that the tenant map knows each row under one label, whenever it was written.
 *
 * @param latest the last known shape of each table, by OID
 * @param oid that the table shall have
 */
export function inWords(shape: Shape, words: Words, latest: ReadonlyMap<number, Shape>, oid: number): CatalogTable {
  const said = (name: string): string => words.get(name) ?? name;
  const { schema, name } = latest.get(shape.oid) ?? shape;
  return {
    ...shape,
    oid,
    schema,
    name,
    root: shape.root ?? (oid === shape.oid ? undefined : shape.oid),
    identity: 'f',
    published: false,
    publishedAs: 0,
    columns: shape.columns.map((column) => ({ ...column, name: said(column.name) })),
    primaryKey: shape.primaryKey.map(said),
    foreignKeys: shape.foreignKeys.map(({ columns, target, targetColumns, targetNumbers, targetName }) => {
      const there = latest.get(target);
      const named = targetNumbers.map(
        (number, index) => there?.columns.find((column) => column.number === number)?.name ?? targetColumns[index] ?? '',
      );
      const renamed = there !== undefined && there.name !== targetName;
      return { columns: columns.map(said), target, targetColumns: named, ...(renamed ? { type: resourceType(targetName) } : {}) };
    }),
  };
}

/** Adds the names that a table and its columns have had in these shapes: what was a secret then is one still. */
export function withFormerNames(table: CatalogTable, shapes: readonly Shape[]): CatalogTable {
  const names = (number: number): string[] =>
    shapes.flatMap(({ columns }) => columns.filter((column) => column.number === number).map(({ name }) => name));
  return {
    ...table,
    formerly: [...new Set(shapes.map(qualified))],
    columns: table.columns.map((column) => ({ ...column, formerly: [...new Set(names(column.number))] })),
  };
}

function numberOf(columns: readonly CatalogColumn[], name: string): number {
  return columns.find((column) => column.name === name)?.number ?? 0;
}
