import { expect, test } from 'vitest';
import { lsnText } from './lsn.ts';
import { Decoder, type Output, UNCHANGED } from './pgoutput.ts';

// Recorded from PostgreSQL 15 with pg_logical_slot_get_binary_changes; the table is
// bots (id int4 primary key, name text, big text, flag bool).
const BEGIN = '42000000000196d940000303ee19053027000002e5';
const MESSAGE = '4d01000000000196d858696e64656c69626c6500000000107b227061796c6f6164223a22c3a9227d';
const RELATION_FULL =
  '52000040057075626c696300626f7473006600040169640000000017ffffffff016e616d650000000019ffffffff016269670000000019ffffffff01666c61670000000010ffffffff';
const RELATION_DEFAULT =
  '52000040057075626c696300626f7473006400040169640000000017ffffffff006e616d650000000019ffffffff006269670000000019ffffffff00666c61670000000010ffffffff';
const INSERT = '49000040054e00047400000001317400000005c39c6ec3af74000000057878787878740000000174';
const COMMIT = '4300000000000196d940000000000196d970000303ee19053027';
const UPDATE_FULL =
  '55000040054f00047400000001317400000005c39c6ec3af740000000578787878787400000001744e00047400000001316e74000000057878787878740000000174';
const UPDATE_UNCHANGED = '55000040054e000474000000013274000000016375740000000166';
const UPDATE_KEY = '55000040054b00047400000001326e6e6e4e000474000000013374000000016375740000000166';
const DELETE_FULL = '44000040054f00047400000001316e74000000057878787878740000000174';
const DELETE_KEY = '44000040054b00047400000001336e6e6e';
const TRUNCATE = '54000000010000004005';

function decode(...messages: string[]): Output[] {
  const decoder = new Decoder();
  return messages.map((hex) => decoder.decode(Buffer.from(hex, 'hex')));
}

const relation = {
  kind: 'relation',
  oid: 0x4005,
  schema: 'public',
  name: 'bots',
  identity: 'f',
  columns: [
    { name: 'id', type: 23 },
    { name: 'name', type: 25 },
    { name: 'big', type: 25 },
    { name: 'flag', type: 16 },
  ],
};

test('a transaction from begin to commit', () => {
  const [begin, message, table, insert, commit] = decode(BEGIN, MESSAGE, RELATION_FULL, INSERT, COMMIT);
  expect(begin).toMatchObject({ kind: 'begin', commitLsn: 0x196d940n, xid: 741 });
  expect(new Date((begin as { committedAt: number }).committedAt).toISOString()).toMatch(/^\d{4}-11-23T/);
  expect(message).toEqual({ kind: 'message', transactional: true, prefix: 'indelible', content: '{"payload":"é"}' });
  expect(table).toEqual(relation);
  expect(insert).toEqual({ kind: 'insert', relation, after: ['1', 'Ünï', 'xxxxx', 't'] });
  expect(commit).toEqual({ kind: 'commit', commitLsn: 0x196d940n, endLsn: 0x196d970n });
  expect(lsnText(0x196d970n)).toBe('0/196D970');
});

test('full identity gives the whole row before', () => {
  const [, update, deleted, truncate] = decode(RELATION_FULL, UPDATE_FULL, DELETE_FULL, TRUNCATE);
  expect(update).toEqual({
    kind: 'update',
    relation,
    before: { kind: 'full', tuple: ['1', 'Ünï', 'xxxxx', 't'] },
    after: ['1', null, 'xxxxx', 't'],
  });
  expect(deleted).toEqual({ kind: 'delete', relation, before: { kind: 'full', tuple: ['1', null, 'xxxxx', 't'] } });
  expect(truncate).toEqual({ kind: 'truncate', relations: [relation] });
});

test('default identity gives the key at most, and an unchanged value out of line is marked, not null', () => {
  const [, update, moved, deleted] = decode(RELATION_DEFAULT, UPDATE_UNCHANGED, UPDATE_KEY, DELETE_KEY);
  expect(update).toMatchObject({ kind: 'update', before: undefined, after: ['2', 'c', UNCHANGED, 'f'] });
  expect(moved).toMatchObject({ before: { kind: 'key', tuple: ['2', null, null, null] }, after: ['3', 'c', UNCHANGED, 'f'] });
  expect(deleted).toMatchObject({ before: { kind: 'key', tuple: ['3', null, null, null] } });
});

test('the end of what was rolled back, which PostgreSQL 18 sends unasked, is passed over', () => {
  expect(decode('410000059400000595')).toEqual([{ kind: 'other' }]);
});

test('what the protocol does not have is refused', () => {
  expect(() => decode('53000002e5')).toThrow(/does not have/);
  expect(() => decode(INSERT)).toThrow(/before describing it/);
  expect(() => decode(RELATION_FULL, INSERT.slice(0, -4))).toThrow(RangeError);
  expect(() => decode(RELATION_FULL, INSERT.replace('4e000474', '4e000462'))).toThrow(/unknown kind/);
});
