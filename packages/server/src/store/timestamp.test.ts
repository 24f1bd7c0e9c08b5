import { expect, test } from 'vitest';
import { timestampText } from './timestamp.ts';

test.each([
  [0, '1970-01-01T00:00:00.000Z'],
  [1_795_377_600_123, '2026-11-22T20:00:00.123Z'],
  [Date.UTC(2000, 0, 1) - 63_082_281_600_000, '0001-01-01T00:00:00.000Z'],
  [new Date('0000-12-31T23:59:59.999Z').getTime(), '0001-12-31T23:59:59.999Z BC'],
  [new Date('+012345-01-01T00:00:00Z').getTime(), '12345-01-01T00:00:00.000Z'],
  [Number.POSITIVE_INFINITY, 'infinity'],
  [Number.NEGATIVE_INFINITY, '-infinity'],
])('%d is %s', (ms, text) => {
  expect(timestampText(ms)).toBe(text);
});
