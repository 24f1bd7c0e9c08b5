// The clock on somebody's wall: days are counted since 1970, and an instant is found from a day, a time and a zone.

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  clocks.set(zone, made);
  return made;
}

/** What a wall clock shows, as if the zone were UTC: milliseconds, whole minutes. */
function wallMs(ms: number, zone: string): number {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
}

/** The day that it is in a zone: days since 1970-01-01. */
export function dayAt(ms: number, zone: string): number {
  return Math.floor(wallMs(ms, zone) / DAY_MS);
}

/** What the clock of a zone shows: minutes since midnight. */
export function minutesAt(ms: number, zone: string): number {
  return (wallMs(ms, zone) % DAY_MS) / MINUTE_MS;
}

/** 0 is Sunday, 6 is Saturday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

export function isWeekend(day: number): boolean {
  const weekday = weekdayOf(day);
  return weekday === 0 || weekday === 6;
}

/**
 * When the clock of a zone shows a time on a day. A time that the zone skips is taken an hour later.
 *
 * @param minutes since midnight, whole or not; more than a day's are of the next day
 * @returns milliseconds since 1970
 */
export function instantOf(day: number, minutes: number, zone: string): number {
  const whole = Math.floor(minutes);
  const wanted = day * DAY_MS + whole * MINUTE_MS;
  const guess = wanted - (wallMs(wanted, zone) - wanted);
  // Where the zone changes its offset in between, the first guess is off by that; the second is not.
  const mended = guess - (wallMs(guess, zone) - wanted);
  const ms = wallMs(mended, zone) === wanted ? mended : Math.max(guess, mended);
  return ms + Math.round((minutes - whole) * MINUTE_MS);
}
