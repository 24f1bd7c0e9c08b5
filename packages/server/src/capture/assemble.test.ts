import { expect, test } from 'vitest';
import { CAPTURE_HELD_ROWS_MAX } from '../limits.ts';
import { Assembler, type Item } from './assemble.ts';
import type { Begin, Output, Relation } from './pgoutput.ts';

const relation: Relation = { kind: 'relation', oid: 1, schema: 'public', name: 'bots', identity: 'f', columns: [{ name: 'id', type: 23 }] };
const begin: Begin = { kind: 'begin', commitLsn: 100n, committedAt: 0, xid: 7 };
const commit: Output = { kind: 'commit', commitLsn: 100n, endLsn: 110n };
const insert = (id: number): Output => ({ kind: 'insert', relation, after: [String(id)] });
const message = (content: string, prefix = 'indelible', transactional = true): Output => ({
  kind: 'message',
  transactional,
  prefix,
  content,
});

function assemble(outputs: Iterable<Output>): { readonly items: Item[]; readonly assembler: Assembler } {
  const items: Item[] = [];
  const assembler = new Assembler((item) => items.push(item));
  for (const output of outputs) assembler.push(output, 10);
  return { items, assembler };
}

const said = (items: readonly Item[]): unknown[] =>
  items.map((item) =>
    item.kind === 'commit' ? item.kind : item.kind === 'row' ? [item.ordinal, item.message] : [item.ordinal, item.message, item.text],
  );

test('rows take the message in force; rows before the first take the first', () => {
  const { items, assembler } = assemble([begin, insert(1), insert(2), message('a'), insert(3), message('b'), insert(4), commit]);
  expect(said(items)).toEqual([[0, 'a'], [1, 'a'], [2, 'a'], [3, 'b'], 'commit']);
  expect(assembler.inTransaction).toBe(false);
});

test('a transaction without a message is told so at its commit; the next one starts afresh', () => {
  const { items } = assemble([begin, message('a'), insert(1), commit, begin, insert(2), commit]);
  expect(said(items)).toEqual([[0, 'a'], 'commit', [0, undefined], 'commit']);
});

test('messages of others, and those outside a transaction, attribute nothing', () => {
  const { items } = assemble([
    message('x', 'indelible', false),
    begin,
    message('y', 'other'),
    message('z', 'indelible', false),
    insert(1),
    commit,
  ]);
  expect(said(items)).toEqual([[0, undefined], 'commit']);
});

test('what is held back is bounded: after that many rows nobody waits for a message any more', () => {
  const outputs = function* (): Generator<Output> {
    yield begin;
    for (let id = 0; id < CAPTURE_HELD_ROWS_MAX + 1; id++) yield insert(id);
    yield message('late');
    yield insert(-1);
  };
  const { items, assembler } = assemble(outputs());
  expect(said(items.slice(-3))).toEqual([
    [CAPTURE_HELD_ROWS_MAX - 1, undefined],
    [CAPTURE_HELD_ROWS_MAX, undefined],
    [CAPTURE_HELD_ROWS_MAX + 1, 'late'],
  ]);
  expect(assembler.inTransaction).toBe(true);
});

test('each table of a TRUNCATE has a place of its own', () => {
  const { items } = assemble([begin, insert(1), { kind: 'truncate', relations: [relation, { ...relation, oid: 2 }] }, commit]);
  expect(said(items)).toEqual([[0, undefined], [1, undefined], [2, undefined], 'commit']);
});

test('a DDL command has a place among the rows, and waits for the attribution as they do', () => {
  const ddl = (content: string): Output => message(content, 'indelible.ddl');
  const { items } = assemble([begin, ddl('create'), insert(1), message('a'), insert(2), ddl('alter'), commit, begin, ddl('drop'), commit]);
  expect(said(items)).toEqual([[0, 'a', 'create'], [1, 'a'], [2, 'a'], [3, 'a', 'alter'], 'commit', [0, undefined, 'drop'], 'commit']);
});

test('a DDL message outside a transaction is nothing that happened in one', () => {
  const { items } = assemble([message('x', 'indelible.ddl', false), begin, message('y', 'indelible.ddl', false), insert(1), commit]);
  expect(said(items)).toEqual([[0, undefined], 'commit']);
});
