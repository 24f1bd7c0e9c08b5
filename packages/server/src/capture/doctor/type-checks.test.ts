import { expect, test } from 'vitest';
import type { CatalogTable } from '../source/catalog.ts';
import { parseMapping } from '../mapping/load.ts';
import { typeChecks } from './type-checks.ts';

function catalogOf(...names: readonly string[]): Parameters<typeof typeChecks>[0] {
  const tables = names.map((full, oid): CatalogTable => {
    const [schema = '', name = ''] = full.split('.');
    const flags = { partitioned: false, root: undefined, unlogged: false, foreign: false, identity: 'f', published: true, publishedAs: 1 };
    return { oid, schema, name, ...flags, columns: [], primaryKey: [], foreignKeys: [] };
  });
  return { version: 180_000, types: new Map(), publication: undefined, tables: new Map(tables.map((table) => [table.oid, table])) };
}

test('tables that share a resource type, and names that none can be made of, are warned of', () => {
  const checks = typeChecks(
    catalogOf('public.bot', 'public.bots', 'public.skills', 'public.заказы', 'public.товары', 'public.unnamed_things'),
    {},
  );
  expect(checks.map(({ verdict, found }) => [verdict, found])).toEqual([
    ['warning', 'public.bot, public.bots: all have the type bot, and rows with the same id share a history'],
    ['warning', 'public.заказы, public.товары: all have the type unnamed, and rows with the same id share a history'],
    ['warning', 'no letter of the name of public.заказы is Latin: its type is unnamed'],
    ['warning', 'no letter of the name of public.товары is Latin: its type is unnamed'],
  ]);
});

test('a type of its own in the mapping file settles it; the schema tells tables of one name apart', () => {
  const mapping = parseMapping('tables: { bot: { type: old_bot }, заказы: { type: order } }', 'm.yaml').of('app');
  const catalog = catalogOf('public.bot', 'public.bots', 'crm.users', 'sales.users', 'public.заказы');
  expect(typeChecks(catalog, { mapping: () => mapping })).toEqual([]);
});
