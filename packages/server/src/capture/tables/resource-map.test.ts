import { expect, test } from 'vitest';
import { type Catalog, type CatalogTable, type ForeignKey, qualified } from '../source/catalog.ts';
import { parseMapping } from '../mapping/load.ts';
import { NO_MAPPING, type SourceMapping } from '../mapping/mapping.ts';
import { passingHashKey } from '../rows/hash-key.ts';
import { makeResourceMap, mapUnknown } from './resource-map.ts';
import { relationOf, resourceType, snakeCase } from './table-words.ts';

let oid = 0;
const hashKey = passingHashKey();

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
    columns: columns.split(' ').map((column, index) => ({ number: index + 1, name: column, type: 25, notNull: false, generated: '' })),
    primaryKey,
    foreignKeys,
  };
}

const key = (target: CatalogTable, ...columns: string[]): ForeignKey => ({ target: target.oid, columns, targetColumns: target.primaryKey });

type MapOf = (found: CatalogTable) => ReturnType<ReturnType<typeof makeResourceMap>['get']>;

const mapsOf = (...tables: readonly CatalogTable[]): MapOf => mapped(NO_MAPPING, ...tables);

function mapped(mapping: SourceMapping, ...tables: readonly CatalogTable[]): MapOf {
  const catalog: Catalog = {
    version: 180_000,
    tables: new Map(tables.map((each) => [each.oid, each])),
    types: new Map(),
    publication: undefined,
  };
  const maps = makeResourceMap(catalog, hashKey, { mapping: () => mapping });
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

const mappingOf = (text: string): SourceMapping => parseMapping(text, 'm.yaml').of('app');

test('a mapping names type, id, name, noise, secrets and skips; what it does not say stays', () => {
  const mapping = mappingOf(`
noiseColumns: [seen]
tables:
  users: {type: person, id: [email], name: nick, noise: [visits], redact: [phone], skip: true}
  orders: {id: [nowhere], name: nowhere}
`);
  const people = table('users', 'id email nick phone visits seen updated_at');
  const orders = table('orders', 'id title user_id', [key(people, 'user_id')]);
  const found = mapped(mapping, people, orders);
  expect(found(people)).toMatchObject({ resourceType: 'person', key: { columns: ['email'] }, nameColumn: 'nick', skip: true });
  expect(found(people)?.noise).toEqual(new Set(['visits', 'seen']));
  expect(found(people)?.secrets).toEqual(new Map([['phone', 'mapping']]));
  expect(found(orders)).toMatchObject({ resourceType: 'order', key: { columns: ['id'] }, nameColumn: 'title', skip: false });
  // user_id does not hold the e-mail, which is the id now.
  expect(found(orders)?.related).toEqual([]);
});

test('a reference is related when it holds the columns of the id, whatever else it holds', () => {
  const parent = table('parents', 'id org code', [], ['id']);
  const child = table('children', 'id org parent_code', [
    { target: parent.oid, columns: ['org', 'parent_code'], targetColumns: ['org', 'code'] },
  ]);
  expect(mapped(NO_MAPPING, parent, child)(child)?.related).toEqual([]);
  const mapping = mappingOf('tables: {parents: {id: code}}');
  expect(mapped(mapping, parent, child)(child)?.related).toEqual([{ relation: 'parent_code', type: 'parent', columns: ['parent_code'] }]);
});

test('a column for card numbers, and what refers to it, goes by the value; any other rule counts for more', () => {
  const cards = table('cards', 'card_number token', [], ['card_number']);
  const payments = table('payments', 'id paid_with', [key(cards, 'paid_with')]);
  const found = mapsOf(cards, payments);
  expect(found(cards)?.secrets).toEqual(
    new Map([
      ['card_number', 'card_number'],
      ['token', 'token'],
    ]),
  );
  expect(found(cards)?.key).toEqual({ columns: ['card_number'], secret: { rules: ['card_number'], hashKey } });
  expect(found(payments)?.secrets).toEqual(new Map([['paid_with', 'card_number']]));
  expect(found(payments)?.related).toMatchObject([{ secret: { rules: ['card_number'] } }]);
  const mapping = mappingOf('tables: { cards: { redact: [card_number] } }');
  expect(mapped(mapping, cards, payments)(payments)?.secrets).toEqual(new Map([['paid_with', 'mapping']]));
});

test('a column that the mapping redacts is a secret wherever it is referred to', () => {
  const parent = table('parents', 'id organization_id');
  const child = table('children', 'id parent_id', [key(parent, 'parent_id')]);
  const found = mapped(mappingOf('tables: {parents: {redact: [id]}}'), organizations, parent, child);
  expect(found(child)?.secrets).toEqual(new Map([['parent_id', 'mapping']]));
  expect(found(child)?.related).toMatchObject([{ columns: ['parent_id'], secret: { rules: ['mapping'], hashKey } }]);
  expect(found(child)?.tenant).toMatchObject([{ label: 'public.parents', secret: { rules: ['mapping'], hashKey } }]);
});

test('a mapped tenant: a column alone, none, or one for all rows; rows that refer to a fixed one are not led there', () => {
  const owners = table('owners', 'id name');
  const bots = table('bots', 'id organization_id owner_id', [key(organizations, 'organization_id'), key(owners, 'owner_id')]);
  const plans = table('plans', 'id organization_id');
  const prices = table('prices', 'id plan_id', [key(plans, 'plan_id')]);
  const mapping = mappingOf('tables: {bots: {tenant: owner_id}, plans: {tenant: {fixed: platform}}, organizations: {tenant: none}}');
  const found = mapped(mapping, organizations, owners, bots, plans, prices);
  expect(found(bots)?.tenant).toEqual([{ kind: 'column', column: 'owner_id' }]);
  expect(found(owners)?.tenant).toEqual([{ kind: 'column', column: 'id' }]);
  expect(found(plans)?.tenant).toEqual([{ kind: 'fixed', tenant: 'platform' }]);
  expect(found(prices)?.tenant).toEqual([]);
  expect(found(organizations)?.tenant).toEqual([{ kind: 'fixed', tenant: 'default' }]);
});

test('tenant columns of the mapping take the place of the built-in ones', () => {
  const bots = table('bots', 'id organization_id customerNo');
  expect(mapped(mappingOf('tenantColumns: [customer_no]'), organizations, bots)(bots)?.tenant).toEqual([
    { kind: 'column', column: 'customerNo' },
  ]);
});

test('a table that is gone is still skipped and redacted', () => {
  const mapping = mappingOf('tables: {old: {skip: true, redact: [pin]}}');
  expect(mapUnknown('public.old', 'old', mapping)).toMatchObject({ skip: true, secrets: new Map([['pin', 'mapping']]) });
});

test('two tables whose names read alike are two, for the tenant map and for the mapping', () => {
  const dotted = table('b.c', 'id tenant_id', [], ['id'], 'a');
  const other = table('c', 'id tenant_id', [], ['id'], 'a.b');
  const child = table('children', 'id one two', [key(dotted, 'one'), key(other, 'two')]);
  const mapping = mappingOf(`tables: { 'a."b.c"': { skip: true } }`);
  const found = mapped(mapping, dotted, other, child);
  expect([found(dotted)?.table, found(other)?.table]).toEqual(['a."b.c"', '"a.b".c']);
  expect([found(dotted)?.skip, found(other)?.skip]).toEqual([true, false]);
  expect(found(child)?.tenant).toMatchObject([{ label: 'a."b.c"' }, { label: '"a.b".c' }]);
  expect(qualified({ schema: 'public', name: 'say "hi" #1(2)' })).toBe('public."say ""hi"" #1(2)"');
});
