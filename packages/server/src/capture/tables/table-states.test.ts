import { expect, test } from 'vitest';
import type { Catalog, CatalogTable, Publication } from '../source/catalog.ts';
import { tableStates } from './table-states.ts';

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
  columns: [],
  primaryKey: ['id'],
  foreignKeys: [],
};
const WHOLE: Publication = {
  allTables: false,
  viaRoot: true,
  operations: ['insert', 'update', 'delete', 'truncate'],
  generated: 's',
  narrowed: [],
};
const VIRTUAL = [{ number: 1, name: 'gross', type: 23, notNull: false, generated: 'v' }];

function catalog(tables: readonly Partial<CatalogTable>[], publication: Publication | undefined = WHOLE, version = 180_000): Catalog {
  return { version, types: new Map(), publication, tables: new Map(tables.map((table, oid) => [oid, { ...TABLE, oid, ...table }])) };
}

test.each([
  ['whole', {}, 'captured', undefined, []],
  ['without a key', { primaryKey: [] }, 'captured', 'no_primary_key', []],
  ['default identity', { identity: 'd' }, 'earlier values missing', 'no_identity', ['ALTER TABLE "public"."bots" REPLICA IDENTITY FULL;']],
  ['virtual column', { identity: 'd', columns: VIRTUAL }, 'earlier values missing', 'virtual_column', []],
  ['virtual column, no key', { columns: VIRTUAL, primaryKey: [] }, 'not covered', 'virtual_column', []],
  ['unlogged', { unlogged: true, published: false }, 'not covered', 'unlogged', ['ALTER TABLE "public"."bots" SET LOGGED;']],
  ['foreign', { foreign: true, published: false }, 'not covered', 'foreign', []],
  [
    'new',
    { published: false, identity: 'd' },
    'not covered',
    'unpublished',
    ['ALTER TABLE "public"."bots" REPLICA IDENTITY FULL;', 'ALTER PUBLICATION "indelible_a-b" ADD TABLE ONLY "public"."bots";'],
  ],
] as const)('%s', (_name, table, state, cause, statements) => {
  const [found] = tableStates(catalog([table]), { publication: 'indelible_a-b' });
  expect(found).toMatchObject({ table: 'public.bots', state, statements });
  expect(found?.cause).toBe(cause);
});

test('a partition is told with its table, and by itself only when it is not covered', () => {
  const root = { name: 'lines', partitioned: true };
  const leaf = { name: 'lines_1', root: 0, published: false };
  const states = (tables: readonly Partial<CatalogTable>[]) =>
    tableStates(catalog(tables), { publication: 'p' }).map(({ table, state }) => [table, state]);
  expect(states([root, leaf])).toEqual([['public.lines', 'captured']]);
  expect(states([root, { ...leaf, identity: 'd' }])).toEqual([['public.lines', 'earlier values missing']]);
  expect(states([root, { ...leaf, unlogged: true }])).toEqual([
    ['public.lines', 'captured'],
    ['public.lines_1', 'not covered'],
  ]);
});

test('no publication, or one that hides changes, covers nothing; what is skipped is not amiss', () => {
  const missing = { ...catalog([{}]), publication: undefined };
  expect(tableStates(missing, { publication: 'p' })[0]?.cause).toBe('no_publication');
  const narrow = catalog([{}], { ...WHOLE, operations: ['insert'] });
  expect(tableStates(narrow, { publication: 'p' })[0]).toMatchObject({ state: 'not covered', cause: 'publication_narrowed' });
  const skipped = (table: string): boolean => table === 'public.bots';
  expect(tableStates(catalog([{ unlogged: true }]), { publication: 'p', skipped })).toEqual([
    { table: 'public.bots', state: 'skipped by configuration', statements: [] },
  ]);
});
