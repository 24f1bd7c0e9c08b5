import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cells, cellOf, decodeCells, encodeCells, SLOTS_MAX } from './counter-cells.ts';

function read(bytes: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  decodeCells(bytes, (value, slot, count) => found.push([cellOf(value, slot), count]));
  return found;
}

describe('cells', () => {
  test('come back as they were written, in order, whatever they count', () => {
    const cell = fc.tuple(fc.nat(1_100), fc.nat(SLOTS_MAX - 1)).map(([value, slot]) => cellOf(value, slot));
    const count = fc.oneof(
      fc.constant(1),
      fc.integer({ min: 1, max: 300 }),
      fc.maxSafeNat().map((n) => Math.max(1, n)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, count)), (pairs) => {
        const cells: Cells = new Map(pairs);
        expect(read(encodeCells(cells))).toEqual([...cells].toSorted(([a], [b]) => a - b));
      }),
    );
  });

  test('of one event take two bytes or three', () => {
    expect(encodeCells(new Map([[cellOf(1, 0), 1]]))).toHaveLength(2);
    expect(encodeCells(new Map([[cellOf(1_000, SLOTS_MAX - 1), 1]]))).toHaveLength(4);
    expect(encodeCells(new Map())).toHaveLength(0);
  });

  test('that were cut off are a fault', () => {
    const bytes = encodeCells(new Map([[cellOf(7, 7), 400]]));
    expect(() => read(bytes.subarray(0, -1))).toThrow('end in the middle');
  });
});
