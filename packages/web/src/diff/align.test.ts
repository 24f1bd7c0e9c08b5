import fc from 'fast-check';
import { expect, test } from 'vitest';
import { align, increasing, type Run } from './align.ts';

function expectSound(before: readonly string[], after: readonly string[], runs: readonly Run[]): void {
  let [beforeAt, afterAt] = [0, 0];
  for (const run of runs) {
    expect(run.length).toBeGreaterThan(0);
    expect(run.before).toBeGreaterThanOrEqual(beforeAt);
    expect(run.after).toBeGreaterThanOrEqual(afterAt);
    [beforeAt, afterAt] = [run.before + run.length, run.after + run.length];
    expect(before.slice(run.before, beforeAt)).toEqual(after.slice(run.after, afterAt));
  }
  expect(beforeAt).toBeLessThanOrEqual(before.length);
  expect(afterAt).toBeLessThanOrEqual(after.length);
}

/** The length of a longest common subsequence, by the table that everybody knows. */
function longest(before: readonly string[], after: readonly string[]): number {
  let row = Array.from({ length: after.length + 1 }, () => 0);
  for (const item of before) {
    const next = [0];
    after.forEach((other, at) => next.push(item === other ? (row[at] as number) + 1 : Math.max(row[at + 1] as number, next[at] as number)));
    row = next;
  }
  return row.at(-1) as number;
}

test('property: what belongs together is equal, in order, and as long as can be', () => {
  const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 });
  fc.assert(
    fc.property(items, items, (before, after) => {
      const runs = align(before, after);
      expectSound(before, after, runs);
      expect(runs.reduce((sum, { length }) => sum + length, 0)).toBe(longest(before, after));
    }),
  );
});

test('a text that was rewritten meets the bound and still finds what occurs once on both sides', () => {
  const before = Array.from({ length: 5_000 }, (_, at) => (at === 2_500 ? 'anchor' : `before ${at}`));
  const after = Array.from({ length: 5_000 }, (_, at) => (at === 4_000 ? 'anchor' : `after ${at}`));
  expect(align(before, after)).toEqual([{ before: 2_500, after: 4_000, length: 1 }]);
});

test('the work is bounded where nothing occurs once', () => {
  const before = Array.from({ length: 20_000 }, (_, at) => String((at * 7919) % 50));
  const after = Array.from({ length: 20_000 }, (_, at) => String((at * 104_729) % 53));
  expectSound(before, after, align(before, after));
});

test('a longest increasing subsequence', () => {
  expect(increasing([3, 0, 1, 4, 2])).toEqual([1, 2, 4]);
  expect(increasing([])).toEqual([]);
});
