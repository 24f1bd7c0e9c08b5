// A time as text that PostgreSQL reads without loss, also before the year 1 and after 9999, where ISO 8601 and it differ.

const MS_MAX = 8_640_000_000_000_000;

/** @param ms milliseconds since 1970; what lies outside of both calendars becomes an infinity */
export function timestampText(ms: number): string {
  if (ms >= MS_MAX) return 'infinity';
  // The year 4713 before Christ is where PostgreSQL's calendar begins (manual, "Date/Time Types").
  if (ms <= Date.UTC(-4711, 0, 1)) return '-infinity';
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  const rest = date.toISOString().replace(/^[+-]?\d+/, '');
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return `${shown}${rest}${year > 0 ? '' : ' BC'}`;
}
