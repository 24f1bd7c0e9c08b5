import { makeRedaction } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isExact, parseJsonText } from './json-text.ts';
import { type TypeMap, toJson } from './values.ts';

const types: TypeMap = new Map([
  [1016, { kind: 'array', of: 20 }],
  [1009, { kind: 'array', of: 25 }],
  [3807, { kind: 'array', of: 3802 }],
  [90_001, { kind: 'domain', of: 23 }],
]);

test.each([
  ['t', 16, true],
  ['f', 16, false],
  ['-7', 21, -7],
  ['2147483647', 23, 2147483647],
  ['9007199254740991', 20, 9007199254740991],
  ['9007199254740993', 20, '9007199254740993'],
  ['-9007199254740992', 20, '-9007199254740992'],
  ['1', 1700, '1'],
  ['12345678901234567890.000100', 1700, '12345678901234567890.000100'],
  ['NaN', 1700, 'NaN'],
  ['0.1', 701, 0.1],
  ['1.7976931348623157e+308', 701, '1.7976931348623157e+308'],
  ['-2.5e-05', 700, -0.000025],
  ['Infinity', 701, 'Infinity'],
  ['NaN', 701, 'NaN'],
  ['2026-11-22 20:00:00.123456+00', 1184, '2026-11-22 20:00:00.123456+00'],
  ['5', 90_001, 5],
  ['{1,NULL,9007199254740993}', 1016, [1, null, '9007199254740993']],
  [
    '{{1,2},{3,4}}',
    1016,
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['{}', 1016, []],
  ['[2:3]={1,2}', 1016, '[2:3]={1,2}'],
  ['{"a,b","say \\"x\\"","back\\\\slash",NULL,"NULL",""}', 1009, ['a,b', 'say "x"', 'back\\slash', null, 'NULL', '']],
  ['{"{\\"a\\": 12345678901234567890}"}', 3807, [{ a: '12345678901234567890' }]],
  ['(1,2)', 600, '(1,2)'],
])('%s of type %i', (text, type, expected) => {
  expect(toJson(text, type, types)).toEqual(expected);
});

test('a JSON number that a double cannot hold becomes a string', () => {
  const text =
    '{"a": 12345678901234567890, "b": [1e400, 0.1, 1.10, 9007199254740993, 0.1000000000000000055], "c": "12345678901234567890", "d": -0.0}';
  expect(parseJsonText(text)).toEqual({
    a: '12345678901234567890',
    b: ['1e400', 0.1, 1.1, '9007199254740993', '0.1000000000000000055'],
    c: '12345678901234567890',
    d: '-0.0',
  });
});

test('JSON that no event can hold stays the text that it is', () => {
  const deep = '['.repeat(40) + ']'.repeat(40);
  for (const text of ['{"a": 1, "a": 2}', '{"x": {"\\u0061": 1, "a": 2}}', '"\\u0000"', '["\\ud800"]', deep])
    expect(parseJsonText(text)).toBe(text);
  expect(parseJsonText('{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}')).toEqual({ a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] });
  expect(parseJsonText('{"__proto__": {"x": 1}}')).toEqual(JSON.parse('{"__proto__": {"x": 1}}'));
});

test('a text that must stay text is replaced when there is a secret in it', () => {
  const redaction = makeRedaction();
  for (const text of ['{"password": "p", "a": 1, "a": 2}', `{"a": ${'['.repeat(9_000)}${']'.repeat(9_000)}, "password": "p"}`])
    expect(parseJsonText(text, redaction)).toEqual({ redacted: 'password' });
  expect(parseJsonText('{"card": "4111111111111111", "a": 1, "a": 2}', redaction)).toEqual({ redacted: 'card_number' });
  expect(parseJsonText('{"a": 1, "a": 2}', redaction)).toBe('{"a": 1, "a": 2}');
});

test('what looks like a key within a text is none, and breaks nothing', () => {
  const redaction = makeRedaction();
  const twice = '"a": 1, "a": 2';
  for (const list of ['["x",\n":smile:"]', String.raw`["password", ":", "\\", ":password:", "{\"password\": 1}"]`])
    expect(parseJsonText(`{${twice}, "l": ${list}}`, redaction)).toBe(`{${twice}, "l": ${list}}`);
  for (const key of ['"password"', String.raw`"pass\u0077ord"`, String.raw`"a\"": 1, "api_key"`])
    expect(parseJsonText(`{${twice}, ${key} : "p"}`, redaction)).toHaveProperty('redacted');
  const deep = (card: string): string => `{"payment": {"card": {"number": "${card}"}}, "a": ${'['.repeat(40)}${']'.repeat(40)}}`;
  expect(parseJsonText(deep('4111 1111 1111 1111'), redaction)).toEqual({ redacted: 'card_number' });
  expect(parseJsonText(deep('queen of hearts'), redaction)).toBe(deep('queen of hearts'));
  expect(parseJsonText(deep('4111 1111 1111 1111'), makeRedaction({ remove: ['card_number'] }))).toBe(deep('4111 1111 1111 1111'));
});

test('a JSON text of many megabytes is read', () => {
  const text = 'x'.repeat(20_000_000);
  expect(parseJsonText(`["${text}", -0]`)).toEqual([text, '-0']);
});

test('every double keeps its value, and its text is a number unless it is an integer past 2^53', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const kept = Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value;
      // JSON.stringify writes -0 as 0.
      expect(parseJsonText(`[${JSON.stringify(value)}]`)).toEqual([Object.is(kept, -0) ? 0 : kept]);
    }),
  );
});

test('whatever digits come, none is lost', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (value) => {
      const kept = toJson(String(value), 20, types);
      expect(typeof kept === 'number' ? BigInt(kept) : kept).toBe(typeof kept === 'number' ? value : String(value));
      expect(isExact(String(value))).toBe(value >= -(2n ** 53n - 1n) && value <= 2n ** 53n - 1n);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      expect(JSON.stringify(parseJsonText(JSON.stringify(value))).replaceAll('"', '')).toBe(JSON.stringify(value).replaceAll('"', ''));
    }),
  );
});
