import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

test('counts insertions, deletions, substitutions and swaps', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('actor', 'acotr')).toBe(1);
  expect(editDistance('', 'seq')).toBe(3);
  expect(editDistance('seq', 'seq')).toBe(0);
});

test('is symmetric, and no longer than the longer word', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance === 0).toBe(a === b);
    }),
  );
});

test('finds the nearest word, whatever the case and the length', () => {
  expect(nearest('Acotr', ['action', 'actor', 'at'])).toBe('actor');
  expect(nearest('x'.repeat(1_000_000), ['seq', 'at'])).toBe('seq');
  expect(nearest('x', [])).toBeUndefined();
});
