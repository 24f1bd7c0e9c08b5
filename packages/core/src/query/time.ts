// Times of a query: read as they were written, printed in one form, and resolved against a clock.

import type { Bounds, TimePoint, TimeUnit } from './ast.ts';
import { KINDS } from './fields.ts';
import { invalid, shown } from './invalid.ts';
import { instantOf, utcMs, wallOf, type WallTime } from './time-zone.ts';

const UNIT_MS: Readonly<Record<TimeUnit, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A relative time reaches back a hundred years at most: every database can still hold the result. */
const AGO_MS_MAX = 36_525 * UNIT_MS.d;

const AGO = /^-(\d{1,12})([smhdw])$/;
const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))$/i;
const CLOCK = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/i;
const ZONELESS = /^\d{4}-\d{2}-\d{2}T[\d:]*\.\d+$/i;
const BLANK = /^\d{4}-\d{2}-\d{2} +\d/;
/** A plus that was not written as %2B arrives as a blank. */
const LOST_PLUS = /T[\d:.]+ \d{2}:\d{2}$/i;
const LENGTH = /^(?:-\d+ ?[a-z]*|\d+ ?[a-z]+)$/i;

/**
 * Reads one time: `-24h` (units s, m, h, d, w), `now`, `today`, `yesterday`, `2026`, `2026-11`, `2026-11-01`,
 * `2026-11-01T10:00` and `2026-11-01T10:00:30` by the clocks of the asker, or an RFC 3339 instant: what is finer than a
 * millisecond is cut off, and the seconds may be left out.
 *
 * @param position where the text stands in the query, for the Failure
 */
export function readTime(text: string, position: number): TimePoint {
  const point = readAgo(text) ?? readWord(text) ?? readDate(text) ?? readClock(text) ?? readInstant(text);
  if (point !== undefined) return point;
  let why = 'is not a time';
  if (AGO.test(text)) why = 'reaches back more than a hundred years';
  else if (DATE.test(text) || INSTANT.test(text) || CLOCK.test(text)) why = 'is not in the calendar';
  else if (ZONELESS.test(text)) why = 'has a fraction and no zone: end it with Z or with an offset such as +02:00';
  else if (BLANK.test(text)) why = 'has a blank where a T stands between date and time: 2026-11-01T10:00';
  else if (LOST_PLUS.test(text)) why = 'has a blank before its offset: in an address a plus is written %2B';
  else if (LENGTH.test(text)) why = 'is not a time: so long ago is written -24h, by one of s, m, h, d and w';
  throw invalid(`${shown(text)} ${why}.`, position, KINDS.time.expected, text);
}

function readWord(text: string): TimePoint | undefined {
  return text === 'today' || text === 'yesterday' || text === 'now' ? { kind: text } : undefined;
}

function readAgo(text: string): TimePoint | undefined {
  const found = AGO.exec(text);
  if (found === null) return undefined;
  const amount = Number(found[1]);
  const unit = found[2] as TimeUnit;
  return amount * UNIT_MS[unit] > AGO_MS_MAX ? undefined : { kind: 'ago', amount, unit };
}

function readDate(text: string): TimePoint | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const year = Number(found[1]);
  const month = Number(found[2] ?? 1);
  const day = Number(found[3] ?? 1);
  const date = new Date(utcMs({ year, month, day }));
  // A month of 13 or a 30th of February would roll over to another date.
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (found[2] === undefined) return { kind: 'year', year };
  return found[3] === undefined ? { kind: 'month', year, month } : { kind: 'day', year, month, day };
}

function readClock(text: string): TimePoint | undefined {
  const found = CLOCK.exec(text);
  if (found === null) return undefined;
  const [, date = '', hours = '', minutes = '', seconds] = found;
  const day = readDate(date);
  if (day?.kind !== 'day' || !isOnClock(hours, minutes, seconds ?? '0')) return undefined;
  const { year, month, day: dayOfMonth } = day;
  const clock = { kind: 'clock', year, month, day: dayOfMonth, hour: Number(hours), minute: Number(minutes) } as const;
  return seconds === undefined ? clock : { ...clock, second: Number(seconds) };
}

function isOnClock(hours: string, minutes: string, seconds: string): boolean {
  return Number(hours) <= 23 && Number(minutes) <= 59 && Number(seconds) <= 59;
}

function readInstant(text: string): TimePoint | undefined {
  const found = INSTANT.exec(text);
  if (found === null) return undefined;
  const [, date = '', hours = '', minutes = '', seconds = '0', fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = found;
  const day = readDate(date);
  if (day?.kind !== 'day' || !isOnClock(hours, minutes, seconds) || !isOnClock(offsetHours, offsetMinutes, '0')) return undefined;
  const offsetMs = Number(offsetHours) * UNIT_MS.h + Number(offsetMinutes) * UNIT_MS.m;
  const wall = { ...day, hour: Number(hours), minute: Number(minutes), second: Number(seconds) };
  const localMs = utcMs(wall) + Number(fraction.slice(0, 3).padEnd(3, '0'));
  const ms = sign === '-' ? localMs + offsetMs : localMs - offsetMs;
  // An offset may push it out of the years that can be written with four digits.
  const first = utcMs({ year: 1, month: 1, day: 1 });
  return ms < first || ms >= utcMs({ year: 10_000, month: 1, day: 1 }) ? undefined : { kind: 'instant', ms };
}

/** The canonical text of a time, which reads back as the same time. */
export function printTime(point: TimePoint): string {
  switch (point.kind) {
    case 'ago':
      return `-${point.amount}${point.unit}`;
    case 'now':
    case 'today':
    case 'yesterday':
      return point.kind;
    case 'year':
      return digits(point.year, 4);
    case 'month':
      return `${digits(point.year, 4)}-${digits(point.month, 2)}`;
    case 'day':
      return printDay(point);
    case 'clock': {
      const seconds = point.second === undefined ? '' : `:${digits(point.second, 2)}`;
      return `${printDay(point)}T${digits(point.hour, 2)}:${digits(point.minute, 2)}${seconds}`;
    }
    case 'instant':
      return new Date(point.ms).toISOString().replace('.000Z', 'Z');
  }
}

function printDay({ year, month, day }: WallTime): string {
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Times of one manner lie in the same order in every zone and at every now. */
export function mannerOf(point: TimePoint): 'ago' | 'word' | 'wall' | 'instant' {
  switch (point.kind) {
    case 'ago':
    case 'instant':
      return point.kind;
    case 'now':
      return 'ago';
    case 'today':
    case 'yesterday':
      return 'word';
    case 'year':
    case 'month':
    case 'day':
    case 'clock':
      return 'wall';
  }
}

/** Milliseconds since 1970: the first of a time, and the first after it. */
function spanOf(point: TimePoint, nowMs: number, zone: string): { readonly startMs: number; readonly endMs: number } {
  const between = (from: WallTime, to: WallTime): { startMs: number; endMs: number } => ({
    startMs: instantOf(from, zone),
    endMs: instantOf(to, zone),
  });
  switch (point.kind) {
    case 'ago': {
      const startMs = nowMs - point.amount * UNIT_MS[point.unit];
      return { startMs, endMs: startMs + 1 };
    }
    case 'now':
      return { startMs: nowMs, endMs: nowMs + 1 };
    case 'instant':
      return { startMs: point.ms, endMs: point.ms + 1 };
    case 'today':
    case 'yesterday': {
      const { year, month, day } = wallOf(nowMs, zone);
      const first = point.kind === 'today' ? day : day - 1;
      return between({ year, month, day: first }, { year, month, day: first + 1 });
    }
    case 'year':
      return between({ year: point.year, month: 1, day: 1 }, { year: point.year + 1, month: 1, day: 1 });
    case 'month':
      return between({ ...point, day: 1 }, { year: point.year, month: point.month + 1, day: 1 });
    case 'day':
      return between(point, { ...point, day: point.day + 1 });
    case 'clock': {
      const startMs = instantOf(point, zone);
      return { startMs, endMs: startMs + (point.second === undefined ? UNIT_MS.m : UNIT_MS.s) };
    }
  }
}

/** Milliseconds since 1970: from inclusive, to exclusive; an end that is absent is open. */
export interface TimeSpan {
  readonly fromMs?: number;
  readonly toMs?: number;
}

/**
 * What times an expression means at a given now, by the clocks of a zone. A day, month or year at an end counts whole:
 * `..2026-11` ends with November, `>2026-11` begins with December.
 *
 * @param zone as checkZone takes it
 * @example resolveTime({ from: { value: { kind: 'ago', amount: 24, unit: 'h' }, inclusive: true } }, Date.now())
 */
export function resolveTime({ from, to }: Bounds<TimePoint>, nowMs: number, zone = 'UTC'): TimeSpan {
  const first = from === undefined ? undefined : spanOf(from.value, nowMs, zone);
  const last = to === undefined ? undefined : spanOf(to.value, nowMs, zone);
  return {
    ...(first === undefined ? {} : { fromMs: from?.inclusive === true ? first.startMs : first.endMs }),
    ...(last === undefined ? {} : { toMs: to?.inclusive === true ? last.endMs : last.startMs }),
  };
}
