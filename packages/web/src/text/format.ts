// Times, numbers and lengths as people read them, by Intl. Times are printed in the zone that was chosen, which is always named.

const LOCALE = 'en-GB';

/** `UTC`, or a name of the IANA database. */
export type ZoneName = string;

/** The zone of this browser. */
export function localZone(): ZoneName {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: ZoneName, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${zone}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone });
  formats.set(key, known);
  return known;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const DATE = { day: 'numeric', month: 'short', year: 'numeric' } as const;

/** 20:00:31 */
export function formatClock(at: string | number, zone: ZoneName): string {
  return formatIn(zone, 'clock', CLOCK).format(new Date(at));
}

/** 22 Nov 2026 */
export function formatDate(at: string | number, zone: ZoneName): string {
  return formatIn(zone, 'date', DATE).format(new Date(at));
}

/** Sunday 22 November 2026 */
export function formatDay(at: string | number, zone: ZoneName): string {
  return formatIn(zone, 'day', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(at));
}

/** 22 Nov 2026, 20:00:31 */
export function formatDateTime(at: string | number, zone: ZoneName): string {
  return formatIn(zone, 'full', { ...DATE, ...CLOCK }).format(new Date(at));
}

/** 22 Nov, 20:00: for the ends of a range. */
export function formatShort(at: string | number, zone: ZoneName): string {
  const { hour, minute, hourCycle } = CLOCK;
  return formatIn(zone, 'short', { day: 'numeric', month: 'short', hour, minute, hourCycle }).format(new Date(at));
}

/** UTC, or GMT+1 with the name of the place. */
export function formatZone(zone: ZoneName, at: string | number = Date.now()): string {
  if (zone === 'UTC') return 'UTC';
  const parts = formatIn(zone, 'offset', { timeZoneName: 'shortOffset' }).formatToParts(new Date(at));
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

/** Both zones, to the millisecond: what the title of a time says. */
export function formatBoth(at: string | number): string {
  const one = (zone: ZoneName): string =>
    `${formatIn(zone, 'exact', { ...DATE, ...CLOCK, fractionalSecondDigits: 3 }).format(new Date(at))} ${formatZone(zone, at)}`;
  const local = localZone();
  return local === 'UTC' ? one('UTC') : `${one('UTC')}\n${one(local)}`;
}

/** YYYY-MM-DD of an instant by the clocks of a zone: equal for two instants of one day. */
export function dayKey(at: string | number, zone: ZoneName): string {
  return formatIn(zone, 'key', { year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(new Date(at))
    .reverse()
    .map(({ value }) => value)
    .join('');
}

const STEPS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'always' });

/** 3 minutes ago. Its second argument is there that it can stand where a zone is given. */
export function formatRelative(at: string | number, _zone?: ZoneName, nowMs = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - nowMs) / 1_000);
  if (Math.abs(seconds) < 5) return 'just now';
  for (const [unit, length] of STEPS) if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  return relative.format(seconds, 'second');
}

const LENGTHS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** 3 h 20 min; 450 ms. Two units at most. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${String(Math.round(ms))} ms`;
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, length] of LENGTHS) {
    const count = Math.floor(rest / length);
    if (count > 0 && parts.length < 2) parts.push(`${String(count)} ${unit}`);
    rest -= count * length;
  }
  return parts.join(' ');
}

const whole = new Intl.NumberFormat(LOCALE);
const short = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });

/** 5,214 */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** 5.2K: for axes. */
export function formatShortCount(count: number): string {
  return short.format(count);
}

/** 12.5% of a share between 0 and 1. */
export function formatShare(part: number): string {
  return share.format(part);
}

/** 1.2 MB */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(units.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const format = new Intl.NumberFormat(LOCALE, { style: 'unit', unit: units[step] ?? 'byte', maximumFractionDigits: step === 0 ? 0 : 1 });
  return format.format(bytes / 1_000 ** step);
}
