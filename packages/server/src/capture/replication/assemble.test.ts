import { expect, test } from 'vitest';
import { CAPTURE_FORETOLD_MAX, CAPTURE_HELD_BYTES_MAX, CAPTURE_HELD_ROWS_MAX } from '../../limits.ts';
import { Assembler, type Item } from './assemble.ts';
import { Foretold } from './assemble-foretold.ts';
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

function assemble(
  outputs: Iterable<Output>,
  foretold = new Foretold(),
  bytes = 10,
): { readonly items: Item[]; readonly assembler: Assembler } {
  const items: Item[] = [];
  const assembler = new Assembler((item) => items.push(item), foretold);
  for (const output of outputs) assembler.push(output, bytes);
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

/** A transaction with many rows before its first message. */
function* large(rows: number, ...rest: readonly Output[]): Generator<Output> {
  yield begin;
  for (let id = 0; id < rows; id++) yield insert(id);
  yield* rest;
}

test('with too many rows before its message a transaction is read twice, and then every row takes the message', () => {
  const rows = CAPTURE_HELD_ROWS_MAX + 10;
  const outputs = [
    ...large(rows, message('late'), insert(-1), message('later'), insert(-2), commit),
    { ...begin, xid: 8 },
    insert(1),
    commit,
  ];
  const foretold = new Foretold();
  const first = assemble(outputs, foretold);
  expect(first.items).toEqual([]);
  expect(first.assembler).toMatchObject({ over: true, inTransaction: true, waitingSinceMs: begin.committedAt });
  const { items, assembler } = assemble(outputs, foretold);
  expect(said(items)).toEqual([
    ...Array.from({ length: rows + 1 }, (_, ordinal) => [ordinal, 'late']),
    [rows + 1, 'later'],
    'commit',
    [0, undefined],
    'commit',
  ]);
  expect(assembler).toMatchObject({ over: false, inTransaction: false, waitingSinceMs: undefined });
});

test('one without any message is read to its end, and then taken as unattributed; others are not touched by that', () => {
  const foretold = new Foretold();
  expect(assemble(large(CAPTURE_HELD_ROWS_MAX, commit), foretold).assembler.over).toBe(true);
  expect(said(assemble(large(CAPTURE_HELD_ROWS_MAX, commit), foretold).items).slice(-2)).toEqual([
    [CAPTURE_HELD_ROWS_MAX - 1, undefined],
    'commit',
  ]);
  for (const other of [{ xid: 8 }, { committedAt: 1 }, { commitLsn: 99n }])
    expect(said(assemble([{ ...begin, ...other }, insert(1), message('own'), commit], foretold).items)).toEqual([[0, 'own'], 'commit']);
});

test('what is held back is bounded in bytes too, and what is remembered of transactions in their number', () => {
  const foretold = new Foretold();
  const few = assemble(large(3), foretold, CAPTURE_HELD_BYTES_MAX / 2);
  expect(few.assembler).toMatchObject({ over: false, waitingSinceMs: begin.committedAt });
  few.assembler.push(message('late'), 10);
  expect(few.assembler.over).toBe(true);
  for (let xid = 1; xid < CAPTURE_FORETOLD_MAX; xid++) foretold.note({ ...begin, xid: -xid }, 'x'.repeat(100_000));
  expect(foretold.knows(begin)).toBe(true);
  foretold.note({ ...begin, xid: 8 }, 'x');
  expect([begin, { ...begin, xid: -1 }, { ...begin, xid: 8 }].map((each) => foretold.knows(each))).toEqual([false, true, true]);
  expect(foretold.messageOf({ ...begin, xid: -1 })?.length).toBeLessThan(20_000);
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
