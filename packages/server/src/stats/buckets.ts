// The bars of a histogram: whole hours, days, weeks (from Monday) or months by the clocks of a zone.

import { instantOf, wallOf } from '@indelible/core';
import { STATS_BUCKETS_MAX } from '../limits.ts';
import type { Span } from './plan.ts';

export const BUCKETS = ['hour', 'day', 'week', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A size that makes some dozens of bars of a time. */
export function autoBucket({ fromMs, toMs }: Span): Bucket {
  const length = toMs - fromMs;
  if (length <= 3 * DAY_MS) return 'hour';
  if (length <= 100 * DAY_MS) return 'day';
  return length <= 1_000 * DAY_MS ? 'week' : 'month';
}

/** The beginning of the bar that holds an instant. */
export function bucketStart(ms: number, bucket: Bucket, zone: string): number {
  return bucketAt(ms, bucket, zone, 0);
}

/** The beginning of the bar that comes `offset` bars after the one that holds an instant. */
function bucketAt(ms: number, bucket: Bucket, zone: string, offset: number): number {
  const { year, month, day, minute = 0, second = 0 } = wallOf(ms, zone);
  switch (bucket) {
    case 'hour': {
      // Counted in time that passes, because in autumn one hour of the clocks comes twice.
      const past = minute * 60_000 + second * 1_000 + (((ms % 1_000) + 1_000) % 1_000);
      return ms - past + offset * HOUR_MS;
    }
    case 'day':
      return instantOf({ year, month, day: day + offset }, zone);
    case 'week': {
      const date = new Date(0);
      date.setUTCFullYear(year, month - 1, day);
      return instantOf({ year, month, day: day - ((date.getUTCDay() + 6) % 7) + 7 * offset }, zone);
    }
    case 'month':
      return instantOf({ year, month: month + offset, day: 1 }, zone);
  }
}

/**
 * The beginnings of the bars that a time meets, and the end of the last one: milliseconds since 1970, ascending. Undefined
 * when they are more than STATS_BUCKETS_MAX.
 */
export function bucketBounds({ fromMs, toMs }: Span, bucket: Bucket, zone: string): number[] | undefined {
  const bounds = [bucketStart(fromMs, bucket, zone)];
  for (let last = bounds[0] as number; last < toMs || bounds.length === 1; bounds.push(last)) {
    if (bounds.length > STATS_BUCKETS_MAX) return undefined;
    const next = bucketAt(last, bucket, zone, 1);
    // Where the clocks are set back over midnight a day may begin twice.
    last = next > last ? next : last + HOUR_MS;
  }
  return bounds;
}

/** The newest beginning from which a time still fits into STATS_BUCKETS_MAX bars. */
export function earliestStart(toMs: number, bucket: Bucket, zone: string): number {
  return bucketAt(toMs, bucket, zone, 1 - STATS_BUCKETS_MAX);
}
