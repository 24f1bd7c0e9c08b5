// Times of a query: read as they were written, printed in one form, and resolved against a clock.

import type { Bounds, TimePoint, TimeUnit } from './ast.ts';
import { KINDS } from './fields.ts';
import { invalid, shown } from './invalid.ts';

const UNIT_MS: Readonly<Record<TimeUnit, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A relative time reaches back a hundred years at most: every database can still hold the result. */
const AGO_MS_MAX = 36_525 * UNIT_MS.d;

const AGO = /^-(\d{1,12})([smhdw])$/;
const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?(?:Z|([+-])(\d{2}):(\d{2}))$/i;
const LOCAL = /^\d{4}-\d{2}-\d{2}T[\d:.]*$/i;

/**
 * Reads one time: `-24h` (units s, m, h, d, w), `2026`, `2026-11`, `2026-11-01`, or a full RFC 3339 instant
 * with at most milliseconds.
 *
 * @param position where the text stands in the query, for the Failure
 */
export function readTime(text: string, position: number): TimePoint {
  const point = readAgo(text) ?? readDate(text) ?? readInstant(text);
  if (point !== undefined) return point;
  let why = 'is not a time';
  if (LOCAL.test(text)) why = 'has no zone: end it with Z or with an offset such as +02:00';
  else if (AGO.test(text)) why = 'reaches back more than a hundred years';
  else if (DATE.test(text) || INSTANT.test(text)) why = 'is not in the calendar';
  throw invalid(`${shown(text)} ${why}.`, position, KINDS.time.expected, text);
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
  const date = new Date(utcMs(year, month, day));
  // A month of 13 or a 30th of February would roll over to another date.
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (found[2] === undefined) return { kind: 'year', year };
  return found[3] === undefined ? { kind: 'month', year, month } : { kind: 'day', year, month, day };
}

function readInstant(text: string): TimePoint | undefined {
  const found = INSTANT.exec(text);
  if (found === null) return undefined;
  const [, date = '', hours = '', minutes = '', seconds = '', fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = found;
  const day = readDate(date);
  if (day === undefined) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59 || Number(offsetHours) > 23 || Number(offsetMinutes) > 59)
    return undefined;
  const offsetMs = Number(offsetHours) * UNIT_MS.h + Number(offsetMinutes) * UNIT_MS.m;
  const localMs =
    start(day, 0) + Number(hours) * UNIT_MS.h + Number(minutes) * UNIT_MS.m + Number(seconds) * UNIT_MS.s + Number(fraction.padEnd(3, '0'));
  const ms = sign === '-' ? localMs + offsetMs : localMs - offsetMs;
  // An offset may push it out of the years that can be written with four digits.
  return ms < utcMs(1, 1, 1) || ms >= utcMs(10_000, 1, 1) ? undefined : { kind: 'instant', ms };
}

/** Midnight UTC. Months and days beyond their end roll over. Date.UTC would take the years 1 to 99 for 1901 to 1999. */
function utcMs(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

/** The canonical text of a time, which reads back as the same time. */
export function printTime(point: TimePoint): string {
  switch (point.kind) {
    case 'ago':
      return `-${point.amount}${point.unit}`;
    case 'year':
      return digits(point.year, 4);
    case 'month':
      return `${digits(point.year, 4)}-${digits(point.month, 2)}`;
    case 'day':
      return `${digits(point.year, 4)}-${digits(point.month, 2)}-${digits(point.day, 2)}`;
    case 'instant':
      return new Date(point.ms).toISOString().replace('.000Z', 'Z');
  }
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** The first millisecond of a time. */
function start(point: TimePoint, nowMs: number): number {
  switch (point.kind) {
    case 'ago':
      return nowMs - point.amount * UNIT_MS[point.unit];
    case 'year':
      return utcMs(point.year, 1, 1);
    case 'month':
      return utcMs(point.year, point.month, 1);
    case 'day':
      return utcMs(point.year, point.month, point.day);
    case 'instant':
      return point.ms;
  }
}

/** The first millisecond after a time. */
function end(point: TimePoint, nowMs: number): number {
  switch (point.kind) {
    case 'year':
      return utcMs(point.year + 1, 1, 1);
    case 'month':
      return utcMs(point.year, point.month + 1, 1);
    case 'day':
      return utcMs(point.year, point.month, point.day + 1);
    case 'ago':
    case 'instant':
      return start(point, nowMs) + 1;
  }
}

/** Milliseconds since 1970: from inclusive, to exclusive; an end that is absent is open. */
export interface TimeSpan {
  readonly fromMs?: number;
  readonly toMs?: number;
}

/**
 * What times an expression means at a given now. A day, month or year at an end counts whole:
 * `..2026-11` ends with November, `>2026-11` begins with December.
 *
 * @example resolveTime({ from: { value: { kind: 'ago', amount: 24, unit: 'h' }, inclusive: true } }, Date.now())
 */
export function resolveTime(time: Bounds<TimePoint>, nowMs: number): TimeSpan {
  const { from, to } = time;
  return {
    ...(from === undefined ? {} : { fromMs: from.inclusive ? start(from.value, nowMs) : end(from.value, nowMs) }),
    ...(to === undefined ? {} : { toMs: to.inclusive ? end(to.value, nowMs) : start(to.value, nowMs) }),
  };
}
