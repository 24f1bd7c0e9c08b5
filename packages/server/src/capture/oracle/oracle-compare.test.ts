// The comparison itself: one that sorts what it compares would call any order right.

import { expect, test } from 'vitest';
import { outOfOrder } from './oracle-compare.test.fixture.ts';

const log = (tenant: string, ...positions: readonly string[]): { tenant: string; position: string }[] =>
  positions.map((position) => ({ tenant, position }));

test('each log by itself must follow the source', () => {
  expect(outOfOrder([...log('a', '0/9:0', '0/9:2', '0/10:0', '1/0:0'), ...log('b', '0/9:1', '0/A:0')])).toEqual([]);
  expect(outOfOrder([])).toEqual([]);
});

test.each([
  ['transactions', ['0/10:0', '0/9:0']],
  ['rows of a transaction', ['0/10:10', '0/10:9']],
  ['the same twice', ['0/10:1', '0/10:1']],
  ['by the high half of the position', ['2/0:0', '1/FFFFFFFF:0']],
])('out of order: %s', (_, [first = '', second = '']) => {
  expect(outOfOrder([...log('b', '0/1:0'), ...log('a', first, second)])).toEqual([`in the log of a ${second} stands behind ${first}`]);
});
