// A database may have thousands of tables, and the maps are made on the thread that serves requests.

import { expect, test } from 'vitest';
import type { Catalog, CatalogTable } from '../source/catalog.ts';
import { passingHashKey } from '../rows/hash-key.ts';
import { makeResourceMap } from './resource-map.ts';
import { tableStates } from './table-states.ts';

const TABLES = 5_000;

/** Counts the tables that somebody went through. */
class CountingTables extends Map<number, CatalogTable> {
  visits = 0;

  override *values(): MapIterator<CatalogTable> {
    for (const table of super.values()) {
      this.visits++;
      yield table;
    }
  }
}

function manyTables(): CountingTables {
  const tables = new CountingTables();
  for (let oid = 1; oid <= TABLES; oid++) {
    const refers = oid > 1 && oid % 2 === 0;
    const names = oid === 1 ? ['id', 'name'] : ['id', refers ? 'parent_id' : 'organization_id'];
    tables.set(oid, {
      oid,
      schema: 'public',
      name: oid === 1 ? 'organizations' : `things_${oid}`,
      partitioned: false,
      root: undefined,
      unlogged: false,
      foreign: false,
      identity: 'f',
      published: true,
      publishedAs: oid,
      columns: names.map((name, index) => ({ number: index + 1, name, type: 25, notNull: false, generated: '' })),
      primaryKey: ['id'],
      foreignKeys: refers ? [{ columns: ['parent_id'], target: oid - 1, targetColumns: ['id'] }] : [],
    });
  }
  return tables;
}

test('5,000 tables: each is gone through a few times, not once for every other', () => {
  const tables = manyTables();
  const publication = {
    allTables: false,
    viaRoot: true,
    operations: ['insert', 'update', 'delete', 'truncate'],
    generated: 's',
    narrowed: [],
  };
  const catalog: Catalog = { version: 180_000, tables, types: new Map(), publication };
  const maps = makeResourceMap(catalog, passingHashKey());
  expect(maps.get(1)?.tenant).toEqual([{ kind: 'column', column: 'id' }]);
  expect(maps.get(4)?.tenant).toMatchObject([{ kind: 'reference', table: 'public.things_3' }]);
  expect(tables.visits).toBeLessThan(20 * TABLES);
  tables.visits = 0;
  expect(tableStates(catalog, { publication: 'p' }).every(({ state }) => state === 'captured')).toBe(true);
  expect(tables.visits).toBeLessThan(5 * TABLES);
});
