import { expect, test } from 'vitest';
import { readTokens } from './tokens.ts';

const kinds = (text: string) => readTokens(text).tokens.map((token) => token.kind);

test('signs, fields and values carry their places', () => {
  expect(readTokens(' -actor:"Maria S" x')).toEqual({
    tokens: [
      { kind: 'minus', start: 1, end: 2 },
      { kind: 'field', name: 'actor', start: 2, end: 8 },
      { kind: 'value', pieces: [{ text: 'Maria S', quoted: true, position: 8 }], start: 8, end: 17 },
      { kind: 'value', pieces: [{ text: 'x', quoted: false, position: 18 }], start: 18, end: 19 },
    ],
  });
});

test('a value keeps later colons and minuses, and mixes bare and quoted pieces', () => {
  expect(
    readTokens('tag:pci:10.2 at:-24h reason:"a \\"b\\" \\\\"*')
      .tokens.filter((token) => token.kind === 'value')
      .map((token) => token.pieces),
  ).toEqual([
    [{ text: 'pci:10.2', quoted: false, position: 4 }],
    [{ text: '-24h', quoted: false, position: 16 }],
    [
      { text: 'a "b" \\', quoted: true, position: 28 },
      { text: '*', quoted: false, position: 40 },
    ],
  ]);
});

test('within field:( ) words are values, colons and minuses and all; elsewhere in parentheses they are not', () => {
  expect(kinds('tag:(pci:1 OR -x) (tag:a)')).toEqual([
    'field',
    'open',
    'value',
    'value',
    'value',
    'close',
    'open',
    'field',
    'value',
    'close',
  ]);
  expect(kinds('tag: (a:b)')).toEqual(['field', 'open', 'field', 'value', 'close']);
});

test('what is unbalanced is a fault beside the tokens before it, and the value that is open', () => {
  const { tokens, fault, isOpen } = readTokens('actor:maria reason:"half');
  expect(tokens.map((token) => token.kind)).toEqual(['field', 'value', 'field', 'value']);
  expect(isOpen).toBe(true);
  expect(fault?.details.position).toBe(19);
  expect(readTokens('a:b )').fault?.details.position).toBe(4);
  expect(readTokens('(a (b)').fault?.details.position).toBe(0);
  expect(readTokens('((a) (b))').fault).toBeUndefined();
});

test('characters that no event can hold are faults', () => {
  expect(readTokens('a:\0').fault?.details.position).toBe(2);
  expect(readTokens('a:x\ud800').fault?.details.position).toBe(3);
  expect(readTokens('a:\u{1f600}').fault).toBeUndefined();
});
