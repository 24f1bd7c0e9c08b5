import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Buckets } from './buckets.ts';

test('a bucket gives its burst at once, then what comes back, and says how long to wait', () => {
  let now = 0;
  const buckets = new Buckets({ perSecond: 2, burst: 3, entriesMax: 10, now: () => now });
  expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
  expect(buckets.take('a')).toBe(0.5);
  expect(buckets.take('b')).toBe(0);
  now += 400;
  expect(buckets.take('a')).toBeCloseTo(0.1);
  now += 100;
  expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 0.5]);
  buckets.give('a');
  expect(buckets.take('a')).toBe(0);
  now += 3_600_000;
  expect([1, 2, 3, 4].map(() => buckets.take('a') === 0)).toEqual([true, true, true, false]);
});

test('whatever comes when, no more is given than the burst and what came back, and no more is remembered than may be', () => {
  const asked = fc.array(fc.tuple(fc.nat({ max: 2_000 }), fc.constantFrom('a', 'b', 'c', 'd')), { maxLength: 60 });
  fc.assert(
    fc.property(asked, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (steps, perSecond, burst) => {
      let now = 0;
      let given = 0;
      const buckets = new Buckets({ perSecond, burst, entriesMax: 4, now: () => now });
      for (const [wait, name] of steps) {
        now += wait;
        if (buckets.take(name) === 0 && name === 'a') given++;
      }
      expect(given).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond);
      expect(buckets.size).toBeLessThanOrEqual(4);
    }),
  );
});

test('with too many names the one that was asked for longest ago is forgotten', () => {
  const buckets = new Buckets({ perSecond: 1, burst: 1, entriesMax: 2, now: () => 0 });
  for (const name of ['a', 'b', 'a', 'c']) buckets.take(name);
  expect(buckets.size).toBe(2);
  expect(buckets.take('a')).toBe(0);
});
