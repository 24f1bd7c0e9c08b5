// Points in time as senders write them (RFC 3339, any offset) and as the log holds them (UTC, milliseconds).

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
// PostgreSQL has no year 0, and RFC 3339 has no year past 9999.
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Reads an RFC 3339 date and time. Digits past the millisecond are cut off; leap seconds are refused, for
 * neither JavaScript nor PostgreSQL can hold them.
 *
 * @returns milliseconds since 1970, or NaN when the text is no such time or no date of the calendar
 * @example parseTimestamp('2026-11-22T21:00:00+01:00') // 1795377600000
 */
export function parseTimestamp(text: string): number {
  const match = RFC3339.exec(text);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((group) => Number(match[group])) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const fraction = match[7];
  const millisecond = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // The 30th of February comes back as a day of March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
  const local = date.getTime() + hour * 3_600_000 + minute * 60_000 + second * 1_000 + millisecond;
  const ms = local - offsetMs(match[8], match[9], match[10]);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : Number.NaN;
}

function offsetMs(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return Number.NaN;
  const size = Number(hours) * 3_600_000 + Number(minutes) * 60_000;
  return sign === '-' ? -size : size;
}
