// Wall-clock time of a zone and the instants that it names, by the zone data of Intl.

import { Failure } from '../errors.ts';

/** Months and days count from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
}

const OFFSET = /^[+-](?:0\d|1[0-4]):[0-5]\d$/;
const ZONE_CHARS_MAX = 64;
const formats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 64;

/**
 * Checks the name of a zone: "UTC", an IANA name such as "Europe/Berlin", or an offset such as "+02:00".
 *
 * @throws Failure('parameter_invalid')
 */
export function checkZone(zone: string): string {
  if (zone.length <= ZONE_CHARS_MAX && (OFFSET.test(zone) || isNamed(zone))) return zone;
  throw new Failure('parameter_invalid', 'zone: expected UTC, a name such as Europe/Berlin, or an offset such as +02:00', {
    pointer: 'zone',
  });
}

function isNamed(zone: string): boolean {
  try {
    formatOf(zone);
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}

/** Midnight UTC and the like. Months and days beyond their end roll over. Date.UTC would take the years 1 to 99 for 1901 to 1999. */
export function utcMs({ year, month, day, hour = 0, minute = 0, second = 0 }: WallTime): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}

/**
 * The instant at which the clocks of a zone show a time. A time that is skipped in spring is the one as much later;
 * of a time that comes twice in autumn it is the first.
 */
export function instantOf(wall: WallTime, zone: string): number {
  const asUtc = utcMs(wall);
  if (zone === 'UTC') return asUtc;
  if (OFFSET.test(zone)) return asUtc - offsetOf(zone);
  // The offset before any change of clocks near by, then that of the instant which it leads to.
  const before = zoneOffset(asUtc - DAY_MS, zone);
  const after = zoneOffset(asUtc + DAY_MS, zone);
  const first = asUtc - before;
  if (zoneOffset(first, zone) === before) return first;
  const second = asUtc - after;
  return zoneOffset(second, zone) === after ? second : first;
}

/** What the clocks of a zone show at an instant. */
export function wallOf(ms: number, zone: string): WallTime {
  const local = new Date(ms + (zone === 'UTC' ? 0 : OFFSET.test(zone) ? offsetOf(zone) : zoneOffset(ms, zone)));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  };
}

const DAY_MS = 86_400_000;

function offsetOf(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** Milliseconds that the clocks of a named zone are ahead of UTC. */
function zoneOffset(ms: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const whole = Math.floor(ms / 1_000) * 1_000;
  return utcMs({ year, month, day, hour, minute, second }) - whole;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formats.size >= FORMATS_MAX) formats.clear();
    formats.set(zone, format);
  }
  return format;
}
