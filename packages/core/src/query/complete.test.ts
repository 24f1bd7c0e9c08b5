import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complete } from './complete.ts';

const texts = (query: string, position = query.length): string[] => complete(query, position).suggestions.map(({ text }) => text);

test.each<[string, object]>([
  ['', { kind: 'field', from: 0, to: 0, typed: '' }],
  ['out', { kind: 'field', from: 0, to: 3, typed: 'out', suggestions: [{ text: 'outcome:' }] }],
  ['-out', { kind: 'field', from: 1, to: 4 }],
  ['actor:maria out', { kind: 'field', from: 12, to: 15 }],
  ['(out', { kind: 'field', from: 1, to: 4 }],
  ['outcome:', { kind: 'value', field: 'outcome', from: 8, to: 8, typed: '' }],
  ['outcome:de', { kind: 'value', field: 'outcome', from: 8, to: 10, suggestions: [{ text: 'denied' }] }],
  ['outcome:(success OR de', { kind: 'value', field: 'outcome', from: 20, to: 22, suggestions: [{ text: 'denied' }] }],
  ['outcome:(', { kind: 'value', field: 'outcome', from: 9, to: 9 }],
  ['outcome:(success) ', { kind: 'field', from: 18, to: 18 }],
  ['after.model:', { kind: 'value', field: 'after.model' }],
  ['has:rea', { kind: 'value', field: 'has', suggestions: [{ text: 'reason' }] }],
])('%s', (query, expected) => {
  expect(complete(query, query.length)).toMatchObject(expected);
});

test('signs and usual times are offered where a field takes them', () => {
  expect(texts('at:')).toEqual(expect.arrayContaining(['-24h', 'today', '>=']));
  expect(texts('seq:')).toEqual(['>', '>=', '<', '<=']);
  expect(texts('bef')).toEqual(['before.']);
  expect(texts('nofield:')).toEqual([]);
});

test('only what stands before the cursor counts', () => {
  expect(complete('out actor:maria', 3)).toMatchObject({ from: 0, to: 3, kind: 'field' });
});

test('any text at any place is answered with a stretch of it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ':', '(', ')', '"', '-', ' ', 'O', 'R', '\0', '\\') }),
      fc.nat(20),
      (text, position) => {
        const { from, to } = complete(text, position);
        expect(0 <= from && from <= to && to <= text.length).toBe(true);
      },
    ),
  );
});
