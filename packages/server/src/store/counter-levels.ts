// The buckets of the counters: a month of UTC, its days, their hours. All by hours since 1970, which may be below zero.

const HOUR_MS = 3_600_000;
const HOURS_OF_DAY = 24;

/** The longest first; each bucket is made of whole ones of the next level. */
export const LEVELS = ['month', 'day', 'hour'] as const;
/** A place in LEVELS. */
export type Level = 0 | 1 | 2;
export const MONTH = 0;
export const DAY = 1;
export const HOUR = 2;

/** Hours since 1970; the end is excluded. */
export interface Bucket {
  readonly level: Level;
  readonly start: number;
  readonly end: number;
}

/** The bucket of a level that holds an hour. */
export function bucketAt(level: Level, hour: number): Bucket {
  if (level === HOUR) return { level, start: hour, end: hour + 1 };
  if (level === DAY) {
    const start = Math.floor(hour / HOURS_OF_DAY) * HOURS_OF_DAY;
    return { level, start, end: start + HOURS_OF_DAY };
  }
  const date = new Date(hour * HOUR_MS);
  date.setUTCHours(0, 0, 0, 0);
  date.setUTCDate(1);
  const start = Math.floor(date.getTime() / HOUR_MS);
  date.setUTCMonth(date.getUTCMonth() + 1);
  return { level, start, end: Math.floor(date.getTime() / HOUR_MS) };
}
