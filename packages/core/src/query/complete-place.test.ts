// Completion in the middle of a text and within quotes: what is chosen takes the place of the whole word, and of nothing else.

import { expect, test } from 'vitest';
import { complete, quotedValue } from './complete.ts';

/** The text with the cursor at the bar, and what it becomes when a suggestion is chosen. */
function chosen(marked: string, suggestion: string): string {
  const position = marked.indexOf('|');
  const text = marked.replace('|', '');
  const { from, to } = complete(text, position);
  return text.slice(0, from) + suggestion + text.slice(to);
}

test.each([
  ['outcome:|success action:b', 'failure', 'outcome:failure action:b'],
  ['outcome:suc|cess action:b', 'failure', 'outcome:failure action:b'],
  ['outcome:(success OR de|nied)', 'failure', 'outcome:(success OR failure)'],
  ['outc|ome:success', 'operation:', 'operation:success'],
  ['out| action:b', 'outcome:', 'outcome: action:b'],
  ['-out|come:success', 'operation:', '-operation:success'],
  ['fo|o bar', 'outcome:', 'outcome: bar'],
  ['actor:a | action:b', 'outcome:', 'actor:a outcome: action:b'],
  ['|-action:b', 'outcome:', 'outcome:-action:b'],
  ['actor:"Aik|', quotedValue('Aikido Bot'), 'actor:"Aikido Bot"'],
  ['actor:"Aik|ido" action:b', quotedValue('Aikido Bot'), 'actor:"Aikido Bot" action:b'],
  ['actor:"Aik|i action:b', quotedValue('Aikido Bot'), 'actor:"Aikido Bot" action:b'],
  ['actor:"Aik| reason:"a b" x', quotedValue('Aikido Bot'), 'actor:"Aikido Bot" reason:"a b" x'],
  ['actor:"|"', 'aikido', 'actor:aikido'],
])('%s, chosen %s', (marked, suggestion, result) => {
  expect(chosen(marked, suggestion)).toBe(result);
});

test('a name with a path keeps the path that stands there', () => {
  const { suggestions, from, to } = complete('bef|ore.model:x'.replace('|', ''), 3);
  expect({ from, to, suggestions }).toEqual({ from: 0, to: 13, suggestions: [expect.objectContaining({ text: 'before.model:' })] });
});

test.each([
  ['actor:"Aik', { kind: 'value', field: 'actor', typed: 'Aik', from: 6, to: 10 }],
  ['actor:("Aikido B', { kind: 'value', field: 'actor', typed: 'Aikido B', from: 7 }],
  ['reason:"a \\"b', { kind: 'value', field: 'reason', typed: 'a "b' }],
  ['"foo', { typed: 'foo', suggestions: [] }],
  ['"out"', { typed: 'out', suggestions: [] }],
])('within quotes %s is a value', (text, expected) => {
  expect(complete(text, text.length)).toMatchObject(expected);
});
