import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from './parse.ts';
import { printTime, readTime, resolveTime } from './time.ts';
import { checkZone } from './time-zone.ts';

const NOW = '2026-11-22T20:00:00.123Z';

/** The span of an at: value, as ISO texts. */
function span(value: string): readonly [from: string | undefined, to: string | undefined] {
  const [term] = parse(`at:${value}`).terms;
  const match = term?.kind === 'field' ? term.match : undefined;
  if (match?.kind !== 'time') throw new TypeError('not a time');
  const { fromMs, toMs } = resolveTime(match, Date.parse(NOW));
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  return [iso(fromMs), iso(toMs)];
}

test.each([
  ['-30s', '2026-11-22T19:59:30.123Z', undefined],
  ['-15m', '2026-11-22T19:45:00.123Z', undefined],
  ['-24h', '2026-11-21T20:00:00.123Z', undefined],
  ['>=-24h', '2026-11-21T20:00:00.123Z', undefined],
  ['-24h..', '2026-11-21T20:00:00.123Z', undefined],
  ['<-24h', undefined, '2026-11-21T20:00:00.123Z'],
  ['-7d', '2026-11-15T20:00:00.123Z', undefined],
  ['-2w', '2026-11-08T20:00:00.123Z', undefined],
  ['-2d..-1d', '2026-11-20T20:00:00.123Z', '2026-11-21T20:00:00.124Z'],
  ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2026-11', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
  ['0050', '0050-01-01T00:00:00.000Z', '0051-01-01T00:00:00.000Z'],
  ['2026-11-01..2026-11-07', '2026-11-01T00:00:00.000Z', '2026-11-08T00:00:00.000Z'],
  ['2026-10..2026-11', '2026-10-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['..2026-11', undefined, '2026-12-01T00:00:00.000Z'],
  ['2026-11-20..', '2026-11-20T00:00:00.000Z', undefined],
  ['2026-11-20..-1h', '2026-11-20T00:00:00.000Z', '2026-11-22T19:00:00.124Z'],
  ['>2026-11', '2026-12-01T00:00:00.000Z', undefined],
  ['>=2026-11', '2026-11-01T00:00:00.000Z', undefined],
  ['<2026-11', undefined, '2026-11-01T00:00:00.000Z'],
  ['<=2026-11', undefined, '2026-12-01T00:00:00.000Z'],
  ['2026-11-01T10:00:00Z', '2026-11-01T10:00:00.000Z', '2026-11-01T10:00:00.001Z'],
  ['"2026-11-01t10:00:00.5z"', '2026-11-01T10:00:00.500Z', '2026-11-01T10:00:00.501Z'],
  ['>2026-11-01T10:00:00.123+02:00', '2026-11-01T08:00:00.124Z', undefined],
  ['<=2026-11-01T10:00:00-05:30', undefined, '2026-11-01T15:30:00.001Z'],
  ['2026-11-01T10:00:00Z..2026-11-01', '2026-11-01T10:00:00.000Z', '2026-11-02T00:00:00.000Z'],
])('at:%s', (value, from, to) => {
  expect(span(value)).toEqual([from, to]);
});

test.each([
  ['2026-13', 'not in the calendar'],
  ['2026-02-29', 'not in the calendar'],
  ['2026-00', 'not in the calendar'],
  ['0000', 'not in the calendar'],
  ['2026-11-01T24:00:00Z', 'not in the calendar'],
  ['2026-11-01T10:00:00+24:00', 'not in the calendar'],
  ['9999-12-31T23:59:59-01:00', 'not in the calendar'],
  ['2026-11-01T10:00:00.5', 'no zone'],
  ['2026-11-01T10:00:00.1234567890Z', 'not a time'],
  ['-24', 'not a time'],
  ['-24y', 'not a time'],
  ['24h', 'not a time'],
  ['-5219w', 'hundred years'],
  ['tomorrow', 'not a time'],
  ['2026-1', 'not a time'],
])('%s is refused: %s', (text, why) => {
  expect(() => readTime(text, 3)).toThrow(
    expect.objectContaining({
      code: 'query_invalid',
      message: expect.stringContaining(why),
      details: expect.objectContaining({ position: 3 }),
    }),
  );
});

test('a date is the span that the calendar of the runtime gives it', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }), (date) => {
      const iso = date.toISOString();
      const day = Date.parse(`${iso.slice(0, 10)}T00:00:00.000Z`);
      const value = readTime(iso.slice(0, 10), 0);
      expect(resolveTime({ from: { value, inclusive: true }, to: { value, inclusive: true } }, 0)).toEqual({
        fromMs: day,
        toMs: day + 86_400_000,
      });
      expect(readTime(iso, 0)).toEqual({ kind: 'instant', ms: date.getTime() });
      expect(readTime(printTime({ kind: 'instant', ms: date.getTime() }), 0)).toEqual({ kind: 'instant', ms: date.getTime() });
    }),
  );
});

test.each([
  ['UTC', '2026-03-29', '2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z'],
  ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['America/New_York', '2026-11', '2026-11-01T04:00:00.000Z', '2026-12-01T05:00:00.000Z'],
  ['Asia/Kathmandu', '2026', '2025-12-31T18:15:00.000Z', '2026-12-31T18:15:00.000Z'],
  ['Pacific/Auckland', 'today', '2026-11-22T11:00:00.000Z', '2026-11-23T11:00:00.000Z'],
  ['America/Los_Angeles', 'yesterday', '2026-11-21T08:00:00.000Z', '2026-11-22T08:00:00.000Z'],
  ['-02:30', '2026-11-23T10:00', '2026-11-23T12:30:00.000Z', '2026-11-23T12:31:00.000Z'],
  // Skipped in spring, twice in autumn.
  ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z', '2026-03-29T01:31:00.000Z'],
  ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z', '2026-10-25T00:31:00.000Z'],
  ['Europe/Berlin', '2026-10-25T03:00:05', '2026-10-25T02:00:05.000Z', '2026-10-25T02:00:06.000Z'],
])('in %s, %s is from %s to %s', (zone, text, from, to) => {
  const value = { value: readTime(text, 0), inclusive: true } as const;
  const { fromMs = 0, toMs = 0 } = resolveTime({ from: value, to: value }, Date.parse('2026-11-23T03:00:00Z'), checkZone(zone));
  expect([new Date(fromMs).toISOString(), new Date(toMs).toISOString()]).toEqual([from, to]);
});

test.each(['Europe/Nowhere', '', '+25:00', '02:00', 'x'.repeat(100)])('%s is no zone', (zone) => {
  expect(() => checkZone(zone)).toThrow(expect.objectContaining({ code: 'parameter_invalid' }));
});
