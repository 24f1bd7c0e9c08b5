import { expect, test } from 'vitest';
import type { Catalog, CatalogTable, ForeignKey } from './catalog.ts';
import { makeResourceMap } from './resource-map.ts';
import { relationOf, resourceType, snakeCase } from './table-words.ts';

let oid = 0;

function table(
  name: string,
  columns: string,
  foreignKeys: readonly ForeignKey[] = [],
  primaryKey: readonly string[] = ['id'],
  schema = 'public',
): CatalogTable {
  return {
    oid: ++oid,
    schema,
    name,
    partitioned: false,
    root: undefined,
    unlogged: false,
    foreign: false,
    identity: 'f',
    published: true,
    publishedAs: 0,
    columns: columns.split(' ').map((column) => ({ name: column, notNull: false, generated: '' })),
    primaryKey,
    foreignKeys,
  };
}

const key = (target: CatalogTable, ...columns: string[]): ForeignKey => ({ target: target.oid, columns, targetColumns: target.primaryKey });

function mapsOf(...tables: readonly CatalogTable[]): (found: CatalogTable) => ReturnType<ReturnType<typeof makeResourceMap>['get']> {
  const catalog: Catalog = {
    version: 180_000,
    tables: new Map(tables.map((each) => [each.oid, each])),
    types: new Map(),
    publication: undefined,
  };
  const maps = makeResourceMap(catalog);
  return (found) => maps.get(found.oid);
}

test.each([
  ['bots', 'bot'],
  ['api_tokens', 'api_token'],
  ['BotDataset', 'bot_dataset'],
  ['companies', 'company'],
  ['addresses', 'address'],
  ['statuses', 'status'],
  ['user_status', 'user_status'],
  ['people', 'person'],
  ['data', 'data'],
  ['boxes', 'box'],
  ['knowledge_bases', 'knowledge_base'],
  ['Ünïts', 'unit'],
  ['日本', 'unnamed'],
  ['x'.repeat(80), 'x'.repeat(64)],
])('the resource type of %s is %s', (name, type) => {
  expect(resourceType(name)).toBe(type);
});

test('words of columns', () => {
  expect(snakeCase('lastSeenAt')).toBe('last_seen_at');
  expect(relationOf('ownerId')).toBe('owner');
  expect(relationOf('id')).toBe('id');
});

const organizations = table('organizations', 'id name');
const users = table('users', 'id organization_id email updated_at', [key(organizations, 'organization_id')]);
const datasets = table('datasets', 'id organization_id title', [key(organizations, 'organization_id')]);
const records = table('records', 'id dataset_id body', [key(datasets, 'dataset_id')]);
const chunks = table('record_chunks', 'record_id nr', [key(records, 'record_id')], ['record_id', 'nr']);
const words = table('chunk_words', 'id record_id chunk_nr', [key(chunks, 'record_id', 'chunk_nr')]);
const letters = table('letters', 'id word_id', [key(words, 'word_id')]);
const settings = table('settings', 'key value', [], ['key']);
const map = mapsOf(organizations, users, datasets, records, chunks, words, letters, settings);

test('names, keys, noise and references', () => {
  expect(map(users)).toMatchObject({
    resourceType: 'user',
    key: { columns: ['id'] },
    nameColumn: 'email',
    related: [{ relation: 'organization', type: 'organization', columns: ['organization_id'] }],
  });
  expect(map(users)?.noise).toEqual(new Set(['updated_at']));
  expect(map(datasets)?.nameColumn).toBe('title');
  expect(map(words)?.related).toEqual([{ relation: 'chunk_nr', type: 'record_chunk', columns: ['record_id', 'chunk_nr'] }]);
});

test('the way to the tenant: itself, a column, up to three references, none', () => {
  expect(map(organizations)?.tenant).toEqual([{ kind: 'column', column: 'id' }]);
  expect(map(datasets)?.tenant[0]).toEqual({ kind: 'column', column: 'organization_id' });
  expect(map(records)?.tenant).toMatchObject([{ kind: 'reference', label: 'public.datasets', columns: ['dataset_id'] }]);
  expect(map(words)?.tenant).toMatchObject([{ kind: 'reference', label: 'public.record_chunks', columns: ['record_id', 'chunk_nr'] }]);
  expect(map(letters)?.tenant).toEqual([]);
  expect(map(settings)?.tenant).toEqual([]);
});

test('only tables that others lead through are kept in the tenant map', () => {
  expect(map(datasets)?.mapKeys).toEqual([{ label: 'public.datasets', columns: ['id'] }]);
  expect(map(chunks)?.mapKeys).toEqual([{ label: 'public.record_chunks', columns: ['record_id', 'nr'] }]);
  expect(map(words)?.mapKeys).toEqual([]);
  expect(map(users)?.mapKeys).toEqual([]);
});

test('a reference in another order of columns writes the key in the order of the target', () => {
  const parent = table('parents', 'a b organization_id', [], ['a', 'b']);
  const child = table('children', 'id x y', [{ target: parent.oid, columns: ['y', 'x'], targetColumns: ['b', 'a'] }]);
  const found = mapsOf(organizations, parent, child)(child);
  expect(found?.related).toMatchObject([{ columns: ['x', 'y'] }]);
  expect(found?.tenant).toMatchObject([{ columns: ['x', 'y'], label: 'public.parents' }]);
});

test('without foreign keys the name of the column still tells the tenant', () => {
  const orgs = table('organisations', 'id slug');
  const bots = table('bots', 'id org_id');
  const other = mapsOf(orgs, bots);
  expect(other(orgs)?.tenant).toEqual([{ kind: 'column', column: 'id' }]);
  expect(other(bots)?.tenant).toEqual([{ kind: 'column', column: 'org_id' }]);
});

test('account.account_id of a sign-in library is not a tenant', () => {
  const people = table('user', 'id organization_id');
  const account = table('account', 'id account_id user_id', [key(people, 'user_id')]);
  expect(mapsOf(people, account)(account)?.tenant).toMatchObject([{ kind: 'reference', label: 'public.user' }]);
});

test('tables of one name in two schemas have two types', () => {
  const here = table('jobs', 'id');
  const there = table('jobs', 'id', [], ['id'], 'billing');
  const other = mapsOf(here, there);
  expect([other(here)?.resourceType, other(there)?.resourceType]).toEqual(['job', 'billing_job']);
});
