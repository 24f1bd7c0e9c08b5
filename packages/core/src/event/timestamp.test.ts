import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimestamp } from './timestamp.ts';

const iso = (text: string): string | undefined => {
  const ms = parseTimestamp(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};

test.each([
  ['2026-11-22T20:00:00.123Z', '2026-11-22T20:00:00.123Z'],
  ['2026-11-22t20:00:00z', '2026-11-22T20:00:00.000Z'],
  ['2026-11-22T20:00:00.1Z', '2026-11-22T20:00:00.100Z'],
  ['2026-11-22T20:00:00.123999999Z', '2026-11-22T20:00:00.123Z'],
  ['2026-11-22T20:00:00+05:45', '2026-11-22T14:15:00.000Z'],
  ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000Z'],
  ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
  ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('%s is %s', (text, expected) => {
  expect(iso(text)).toBe(expected);
});

test.each([
  '',
  '2026-11-22',
  '2026-11-22T20:00:00',
  '2026-11-22 20:00:00Z',
  '2026-11-22T20:00Z',
  '2026-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2016-12-31T23:59:60Z',
  '2026-01-01T00:00:00.Z',
  '2026-01-01T00:00:00+24:00',
  '2026-01-01T00:00:00+01:60',
  '2026-01-01T00:00:00+0100',
  '+02026-01-01T00:00:00Z',
  '0000-12-31T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '２０26-01-01T00:00:00Z',
  '2026-01-01T00:00:00Z\n',
])('%j is no time', (text) => {
  expect(parseTimestamp(text)).toBeNaN();
});

test('every time that JavaScript writes is read back', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => parseTimestamp(date.toISOString()) === date.getTime(),
    ),
  );
});
