import { expect, test } from 'vitest';
import type { Catalog, CatalogTable } from '../source/catalog.ts';
import { LastMaps } from './last-maps.ts';
import { NO_MAPPING } from '../mapping/mapping.ts';

const TABLE: CatalogTable = {
  oid: 1,
  schema: 'public',
  name: 'bots',
  partitioned: false,
  root: undefined,
  unlogged: false,
  foreign: false,
  identity: 'f',
  published: true,
  publishedAs: 1,
  columns: [{ number: 1, name: 'id', type: 25, notNull: true, generated: '' }],
  primaryKey: ['id'],
  foreignKeys: [],
};

const catalogOf = (...tables: readonly CatalogTable[]): Catalog => ({
  version: 180_000,
  tables: new Map(tables.map((table) => [table.oid, table])),
  types: new Map(),
  publication: undefined,
});

test('maps are made anew for another table, column, former name or mapping, and for nothing else', () => {
  const last = new LastMaps();
  const made: string[] = [];
  const ask = (what: string, catalog: Catalog, mapping = NO_MAPPING): unknown =>
    last.of(catalog, mapping, () => {
      made.push(what);
      return new Map();
    });
  const first = ask('first', catalogOf(TABLE));
  // Read anew, every object is another one.
  expect(ask('same', catalogOf(structuredClone(TABLE)))).toBe(first);
  ask('key', catalogOf({ ...TABLE, primaryKey: [] }));
  ask('former name', catalogOf({ ...TABLE, primaryKey: [], formerly: ['public.robots'] }));
  ask('two tables', catalogOf(TABLE, { ...TABLE, oid: 2, name: 'skills' }));
  ask('mapping', catalogOf(TABLE, { ...TABLE, oid: 2, name: 'skills' }), { ...NO_MAPPING });
  expect(made).toEqual(['first', 'key', 'former name', 'two tables', 'mapping']);
});
