import { expect, test } from 'vitest';
import { parseHstoreText, parseRecordText } from './record-text.ts';

const record = (text: string, names: readonly string[]) => parseRecordText(text, names, (value, index) => `${index}:${value}`);

test.each([
  ['(1,a)', { a: '0:1', b: '1:a' }],
  ['(,"")', { a: null, b: '1:' }],
  ['("say ""hi""","back\\\\slash")', { a: '0:say "hi"', b: '1:back\\slash' }],
  ['("a,b","(c)")', { a: '0:a,b', b: '1:(c)' }],
  ['(" ","\n")', { a: '0: ', b: '1:\n' }],
])('the composite value %s', (text, expected) => {
  expect(record(text, ['a', 'b'])).toEqual(expected);
});

test('another number of attributes, or no composite value at all', () => {
  for (const text of ['(1)', '(1,2,3)', '()', '1,2', '("1,2)']) expect(record(text, ['a', 'b'])).toBeUndefined();
  expect(record('()', [])).toEqual({});
  expect(record('()', ['a'])).toEqual({ a: null });
});

test('hstore', () => {
  expect(parseHstoreText('"a"=>"1", "b, \\"c\\""=>NULL, "d\\\\"=>"NULL", ""=>""')).toEqual({
    a: '1',
    'b, "c"': null,
    'd\\': 'NULL',
    '': '',
  });
  expect(Object.keys(parseHstoreText('"__proto__"=>"x"') as object)).toEqual(['__proto__']);
  expect(parseHstoreText('')).toEqual({});
  for (const text of ['a=>1', '"a"=>"1"x', '"a"=>"1",']) expect(parseHstoreText(text)).toBeUndefined();
});
