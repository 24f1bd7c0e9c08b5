// Numbers of any length come from the source's json columns: to judge one takes no more time than to read it.

import { expect, test } from 'vitest';
import { isExact, parseJsonText } from './json-text.ts';

test('outer zeros do not matter, inner ones do', () => {
  for (const exact of ['0', '0.000', '1.50', '100', '1e2', '0.10e-1', '120e-1']) expect(isExact(exact), exact).toBe(true);
  for (const not of ['-0', '1.0000000000000000000001', '0.1000000000000000055', '9007199254740993']) expect(isExact(not), not).toBe(false);
});

test.each([
  ['zeros inside', (count: number) => `1.${'0'.repeat(count)}1`],
  ['zeros at the end', (count: number) => `1.${'0'.repeat(count)}`],
  ['zeros in front', (count: number) => `0.${'0'.repeat(count)}1`],
  ['many numbers', (count: number) => Array.from({ length: count / 20 }, () => '1.0000000000000001').join(',')],
  ['escapes', (count: number) => `"${'\\"'.repeat(count / 2)}"`],
])('%s', (_, written) => {
  const took = (count: number): number => {
    let least = Infinity;
    const text = `[${written(count)}]`;
    for (let attempt = 0; attempt < 3; attempt++) {
      const start = performance.now();
      parseJsonText(text);
      least = Math.min(least, performance.now() - start);
    }
    return least;
  };
  // What grows by the square would take 64 times as long.
  const [short, long] = [took(20_000), took(160_000)];
  expect(long).toBeLessThan(short * 48 + 50);
});
