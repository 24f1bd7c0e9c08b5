// The oracle itself: if it misread, it would agree with anything.

import { expect, test } from 'vitest';
import { type OracleRow, leftUnchanged, parseDecoded } from './oracle.test.fixture.ts';
import { spellCell, spellJson } from './oracle-value.test.fixture.ts';

const texts = (row: OracleRow | undefined): object | undefined =>
  row && Object.fromEntries([...row].map(([name, { type, text }]) => [`${name}[${type}]`, text]));

test('lines of test_decoding', () => {
  expect(parseDecoded('7', 'BEGIN 7')).toBeUndefined();
  expect(parseDecoded('7', 'COMMIT 7')).toBeUndefined();
  expect(parseDecoded('7', 'message: transactional: 1 prefix: indelible, sz: 2 content:{}')).toBeUndefined();
  const insert = parseDecoded(
    '7',
    `table public.bots: INSERT: id[integer]:1 name[text]:'it''s "x" \\' "odd ""name"[text[]]:'{a,"b c"}' n[numeric]:-1.50 gone[text]:null bits[bit]:B'101' t[boolean]:true`,
  );
  expect(insert).toMatchObject({ xid: '7', kind: 'insert', tables: ['public.bots'], before: undefined });
  expect(texts(insert?.after)).toEqual({
    'id[integer]': '1',
    'name[text]': `it's "x" \\`,
    'odd "name[text[]]': '{a,"b c"}',
    'n[numeric]': '-1.50',
    'gone[text]': null,
    'bits[bit]': '101',
    't[boolean]': 'true',
  });
  const update = parseDecoded(
    '8',
    `table "My Schema"."T: 1": UPDATE: old-key: id[integer]:1 a[text]:' new-tuple: x' new-tuple: id[integer]:1 a[text]:unchanged-toast-datum b[character varying]:''`,
  );
  expect(update?.tables).toEqual(['My Schema.T: 1']);
  expect(texts(update?.before)).toEqual({ 'id[integer]': '1', 'a[text]': ' new-tuple: x' });
  expect(texts(update?.after)).toEqual({ 'id[integer]': '1', 'a[text]': undefined, 'b[character varying]': '' });
  expect(parseDecoded('9', 'table public.a, public."B, c": TRUNCATE: restart_seqs cascade')).toMatchObject({
    kind: 'truncate',
    tables: ['public.a', 'public.B, c'],
  });
  expect(texts(parseDecoded('9', 'table public.a: DELETE: (no-tuple-data)')?.before)).toEqual({});
  expect(() => parseDecoded('9', 'something else')).toThrow(/was expected/);
});

test('an update that changes nothing', () => {
  const unchanged = (line: string): boolean => {
    const change = parseDecoded('1', `table public.a: UPDATE: ${line}`);
    return change !== undefined && leftUnchanged(change);
  };
  expect(unchanged(`old-key: a[integer]:1 new-tuple: a[integer]:1 b[text]:null c[text]:unchanged-toast-datum`)).toBe(true);
  expect(unchanged(`old-key: a[integer]:1 b[text]:'x' new-tuple: a[integer]:1 b[text]:null`)).toBe(false);
  expect(unchanged(`old-key: a[integer]:1 new-tuple: a[integer]:1 b[text]:''`)).toBe(false);
  expect(unchanged(`a[integer]:1`)).toBe(false);
});

test('values are spelt alike by both witnesses, and a lost digit shows', () => {
  const same = (type: string, text: string, value: Parameters<typeof spellJson>[0]): void =>
    expect(spellCell({ type, text })).toBe(spellJson(value));
  same('integer', '-7', -7);
  same('bigint', '9007199254740991', 9_007_199_254_740_991);
  same('bigint', '9007199254740993', '9007199254740993');
  same('double precision', '1e+20', '1e+20');
  same('double precision', '0.1', 0.1);
  same('double precision', '-0', '-0');
  same('double precision', 'NaN', 'NaN');
  same('numeric', '1.50', '1.50');
  same('boolean', 'true', true);
  same('jsonb', '{"b": [1.10, 12345678901234567890, "1.10"], "a": null}', { a: null, b: [1.1, '12345678901234567890', '1.10'] });
  same('integer[]', '{{1,2},{NULL,4}}', [
    [1, 2],
    [null, 4],
  ]);
  same('text[]', '{a,"b,\\"c\\\\",NULL,"NULL",""}', ['a', 'b,"c\\', null, 'NULL', '']);
  same('integer[]', '[0:1]={1,2}', '[0:1]={1,2}');
  expect(spellCell({ type: 'bigint', text: '9007199254740993' })).not.toBe(spellJson(9_007_199_254_740_992));
  expect(spellCell({ type: 'text', text: null })).toBe(spellJson(null));
  expect(spellCell({ type: 'text', text: 'x'.repeat(999) })).toMatch(/999 chars/);
});
