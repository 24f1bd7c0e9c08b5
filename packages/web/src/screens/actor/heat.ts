// The hours of a week, counted from hourly bars by the clocks of a zone. Pure.

import type { ZoneName } from '../../text/format.ts';

export const HOURS = 24;
export const WEEKDAYS = 7;
/** Shades beside none. */
export const LEVELS = 4;

interface Bar {
  /** RFC 3339: when the hour begins. */
  readonly from: string;
  readonly total: number;
}

/** Rows from Monday (0) to Sunday (6), of 24 hours each. */
export type Week = readonly (readonly number[])[];

const DAY_NAMES: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** @example weekOf([{ from: '2026-11-23T09:00:00Z', total: 3 }], 'UTC')[0]?.[9] // 3: a Monday */
export function weekOf(bars: readonly Bar[], zone: ZoneName): Week {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  const week = Array.from({ length: WEEKDAYS }, () => Array.from({ length: HOURS }, () => 0));
  for (const { from, total } of bars) {
    if (total === 0) continue;
    const parts = clock.formatToParts(new Date(from));
    const part = (type: 'weekday' | 'hour'): string => parts.find((one) => one.type === type)?.value ?? '';
    const row = week[DAY_NAMES.indexOf(part('weekday'))];
    const hour = Number(part('hour'));
    if (row?.[hour] !== undefined) row[hour] += total;
  }
  return week;
}

/** 0 for none; else 1 to LEVELS, by the share of the fullest hour. */
export function levelOf(count: number, most: number): number {
  return count <= 0 || most <= 0 ? 0 : Math.max(1, Math.ceil((count / most) * LEVELS));
}

export function mostOf(week: Week): number {
  return Math.max(0, ...week.flat());
}
