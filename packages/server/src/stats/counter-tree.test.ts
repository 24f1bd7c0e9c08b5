import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { decodeCells } from '../store/counter-cells.ts';
import type { CounterRow } from '../store/counter-rows.ts';
import { COUNTER_COLUMNS } from '../store/facet-columns.ts';
import { type Addition, CounterTree } from './counter-tree.ts';

vi.mock('../limits.ts', async (original) => ({ ...(await original<object>()), COUNTER_CELLS_MAX: 30 }));

/** January and February of 1970, and the end of 1969: buckets of all lengths, on both sides of 0. */
const addition: fc.Arbitrary<Addition> = fc.record({
  hour: fc.oneof(fc.integer({ min: -30, max: 1_400 }), fc.integer({ min: 0, max: 30 })),
  outcome: fc.nat(2),
  values: fc
    .array(fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), { minLength: 9, maxLength: 9 })
    .map((values) => [1, ...values]),
  count: fc.integer({ min: 1, max: 1_000 }),
});

/** In portions, each by a tree that is read from the rows of the one before. */
function rowsOf(portions: readonly (readonly Addition[])[]): CounterRow[] {
  let rows: CounterRow[] = [];
  for (const portion of portions) {
    const tree = new CounterTree(rows);
    for (const one of portion) tree.add(one);
    tree.settle();
    rows = tree.rows();
  }
  return rows.toSorted((a, b) => a.level - b.level || a.start - b.start);
}

test('the rows are the same in whatever portions and order events come', () => {
  let splits = 0;
  fc.assert(
    fc.property(
      fc.array(addition, { maxLength: 60 }).chain((all) =>
        fc.record({
          all: fc.constant(all),
          shuffled: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          cut: fc.nat(all.length),
        }),
      ),
      ({ all, shuffled, cut }) => {
        const rows = rowsOf([all]);
        expect(rowsOf([shuffled.slice(0, cut), shuffled.slice(cut)])).toEqual(rows);
        splits += rows.filter(({ split, level }) => split && level === 1).length;
      },
    ),
    { numRuns: 300 },
  );
  expect(splits).toBeGreaterThan(0);
});

test('no count is lost or doubled: whole rows and those below split ones hold each event once', () => {
  fc.assert(
    fc.property(fc.array(addition, { maxLength: 60 }), (all) => {
      const rows = rowsOf([all]);
      const sum = (of: readonly CounterRow[]): number[] =>
        COUNTER_COLUMNS.map((column) => {
          let total = 0;
          for (const { columns } of of) decodeCells(columns[column] ?? Buffer.alloc(0), (_, __, count) => (total += count));
          return total;
        });
      const wanted = COUNTER_COLUMNS.map((_, place) =>
        all.reduce((total, { values, count }) => (values[place] === undefined ? total : total + count), 0),
      );
      expect(sum(rows.filter(({ level }) => level === 0))).toEqual(wanted);
      expect(sum(rows.filter(({ split }) => !split))).toEqual(wanted);
    }),
  );
});
