// Walls with their clocks, over the days on which clocks change.

import { expect, test } from 'vitest';
import { dayAt, instantOf, isWeekend, weekdayOf } from './local-time.ts';

const day = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
const at = (date: string, minutes: number, zone: string): string => new Date(instantOf(day(date), minutes, zone)).toISOString();

test.each([
  ['2026-11-23', 9 * 60 + 30, 'UTC', '2026-11-23T09:30:00.000Z'],
  ['2026-11-23', 9 * 60 + 30, 'Asia/Kolkata', '2026-11-23T04:00:00.000Z'],
  ['2026-11-23', 161, 'America/Toronto', '2026-11-23T07:41:00.000Z'],
  ['2026-11-23', 60, 'Asia/Tokyo', '2026-11-22T16:00:00.000Z'],
  // The clocks of Berlin go back at three on 25 October 2026, and forward at two on 28 March 2027.
  ['2026-10-25', 60, 'Europe/Berlin', '2026-10-24T23:00:00.000Z'],
  ['2026-10-25', 4 * 60, 'Europe/Berlin', '2026-10-25T03:00:00.000Z'],
  ['2027-03-28', 60, 'Europe/Berlin', '2027-03-28T00:00:00.000Z'],
  ['2027-03-28', 150, 'Europe/Berlin', '2027-03-28T01:30:00.000Z'],
  ['2027-03-28', 4 * 60, 'Europe/Berlin', '2027-03-28T02:00:00.000Z'],
  ['2026-11-23', 0.5, 'UTC', '2026-11-23T00:00:30.000Z'],
])('%s, %d minutes after midnight in %s', (date, minutes, zone, instant) => {
  expect(at(date, minutes, zone)).toBe(instant);
});

test('the wall shows what was asked for, on every day of a year', () => {
  for (const zone of ['Europe/Lisbon', 'America/Chicago', 'Asia/Kolkata', 'Africa/Casablanca']) {
    for (let n = 0; n < 365; n++) {
      const shown = new Date(instantOf(day('2026-01-01') + n, 9 * 60 + 41, zone)).toLocaleTimeString('en-GB', { timeZone: zone });
      expect(shown).toBe('09:41:00');
      expect(dayAt(instantOf(n, 1, zone), zone)).toBe(n);
    }
  }
});

test('the days of a week', () => {
  expect([0, 1, 2, 3, 4, 5, 6].map((n) => weekdayOf(day('2026-11-22') + n))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'].map((date) => isWeekend(day(date)))).toEqual([false, true, true, false]);
  expect(weekdayOf(-1)).toBe(3);
});
