import { expect, test } from 'vitest';
import type { Relation } from '../replication/pgoutput.ts';
import { alignKey, isSame, renamedAlone } from './shape-match.ts';
import type { Shape } from './shape.ts';

/** @example columnsOf('id:23 name:25') */
const columnsOf = (text: string): { name: string; type: number }[] =>
  text.split(' ').map((column) => ({ name: column.split(':')[0] ?? '', type: Number(column.split(':')[1] ?? 25) }));

function shape(text: string, generated = ''): Shape {
  const columns = columnsOf(text).map(({ name, type }, index) => ({
    number: index + 1,
    name,
    type,
    notNull: false,
    generated: name === generated ? 's' : '',
  }));
  const table = { oid: 1, schema: 'public', name: 'things', partitioned: false, root: undefined, unlogged: false, foreign: false };
  return { ...table, columns, primaryKey: [columns[0]?.name ?? ''], foreignKeys: [], label: 'public.things' };
}

const relation = (text: string): Relation => ({
  kind: 'relation',
  oid: 1,
  schema: 'public',
  name: 'things',
  identity: 'f',
  columns: columnsOf(text),
});

test('the same: names and types, but for generated columns', () => {
  expect(isSame(shape('id:23 name'), relation('id:23 name'))).toBe(true);
  expect(isSame(shape('id:23 name'), relation('id:20 name'))).toBe(false);
  expect(isSame(shape('id:23 name'), relation('id:23'))).toBe(false);
  expect(isSame(shape('id:23 name', 'name'), relation('id:23'))).toBe(true);
});

test('renamed alone: types and places agree, and no name has moved', () => {
  expect(renamedAlone(shape('id:23 name note'), relation('key:23 title note'))).toEqual(
    new Map([
      ['id', 'key'],
      ['name', 'title'],
      ['note', 'note'],
    ]),
  );
  expect(renamedAlone(shape('id:23 name note'), relation('id:23 note name'))).toBeUndefined();
  expect(renamedAlone(shape('id:23 a b'), relation('id:23 b c'))).toBeUndefined();
  expect(renamedAlone(shape('id:23 a:23'), relation('id:23 b:25'))).toBeUndefined();
});

test.each([
  ['id:23 name note', 'key:23 name', 'key'],
  ['id:23 name', 'key:23 name more:23', 'key'],
  ['id:23 name', 'key:20 name', undefined],
  // A key that was dropped and made anew stands at the end.
  ['id:23 name', 'name id2:23', undefined],
  ['id:23 a:23 name', 'key:23 name', undefined],
  ['id:23 name', 'name id:23', undefined],
])('the key of %s in %s is %s', (was, is, expected) => {
  expect(alignKey(shape(was), relation(is))?.get('id')).toBe(expected);
});
