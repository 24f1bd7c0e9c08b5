// Two versions of a long text, cut so that the difference is seen.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutApart, width } from './text-width.ts';

test.each([
  ['both fit', 'kind', 'rude', 10, ['kind', 'rude']],
  ['the beginning differs', 'Be kind to everybody', 'Do as you are told', 8, ['Be kind…', 'Do as y…']],
  ['the end differs', 'You are kind. You wait.', 'You are kind. You run.', 12, ['…You wait.', '…You run.']],
  ['what follows is long too', 'You are kind. You wait for them to end.', 'You are kind. You run.', 12, ['…You wait f…', '…You run.']],
  ['one goes on where the other ends', 'You are kind.', 'You are kind. You run.', 16, ['…are kind.', '…are kind. You …']],
  ['there are no words', 'aaaaaaaaaaaaaaaaaaab', 'aaaaaaaaaaaaaaaaaaac', 8, ['aaaaaaa…', 'aaaaaaa…']],
  ['pairs stay whole', '😀😀😀 😀😀 😀 😁', '😀😀😀 😀😀 😀 😂', 8, ['…😀 😁', '…😀 😂']],
])('%s', (_, before, after, columns, shown) => {
  expect(cutApart(before, after, columns)).toEqual(shown);
});

test('never wider than asked for, and whole where there is room', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.integer({ min: 4, max: 40 }),
      (a, b, start, columns) => {
        const [before, after] = cutApart(`${start} ${a}`, `${start} ${b}`, columns);
        expect(Math.max(width(before), width(after))).toBeLessThanOrEqual(columns);
        expect(cutApart(a, b, Number.POSITIVE_INFINITY)).toEqual([a, b]);
      },
    ),
  );
});
