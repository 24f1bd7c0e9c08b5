// Where a question cuts time, and which rows of the counters it therefore needs: months as long as no cut goes through them,
// days of those that are cut, hours of the days that are. All by hours since 1970.

import { bucketAt, type Bucket, DAY, HOUR, type Level, MONTH } from '../store/counter-levels.ts';
import type { BucketRange } from '../store/counter-rows.ts';
import type { Span } from './plan.ts';

export const HOUR_MS = 3_600_000;
export const HOUR_MIN = -2_147_483_648;
export const HOUR_MAX = 2_147_483_647;

export interface Cuts {
  /** Ascending. */
  readonly hours: readonly number[];
  /** The hours that the time touches, and those that lie in it as a whole; the ends are excluded. */
  readonly from: number;
  readonly to: number;
  readonly wholeFrom: number;
  readonly wholeTo: number;
  /** The rests of hours at the ends of the time. */
  readonly edges: readonly Span[];
}

/** @param bounds where bars begin and end, milliseconds since 1970; within the time they are whole hours */
export function makeCuts({ fromMs, toMs }: Span, bounds: readonly number[]): Cuts {
  const [from, wholeFrom] = [Math.floor(fromMs / HOUR_MS), Math.ceil(fromMs / HOUR_MS)];
  const [wholeTo, to] = [Math.floor(toMs / HOUR_MS), Math.ceil(toMs / HOUR_MS)];
  const inner = bounds.filter((ms) => ms > fromMs && ms < toMs).map((ms) => ms / HOUR_MS);
  const hours = [...new Set([from, wholeFrom, ...inner, wholeTo, to])].filter(Number.isFinite).toSorted((a, b) => a - b);
  const edges =
    wholeFrom > wholeTo
      ? [{ fromMs, toMs }]
      : [
          { fromMs, toMs: wholeFrom * HOUR_MS },
          { fromMs: wholeTo * HOUR_MS, toMs },
        ];
  return { hours, from, to, wholeFrom, wholeTo, edges: edges.filter((edge) => edge.fromMs < edge.toMs) };
}

/** Whether a cut goes through a bucket. */
export function isCut({ hours }: Cuts, { start, end }: Bucket): boolean {
  let low = 0;
  let high = hours.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hours[middle] as number) <= start) low = middle + 1;
    else high = middle;
  }
  return (hours[low] ?? end) < end;
}

/** The rows that are needed: none twice. */
export function rangesOf(cuts: Cuts): BucketRange[] {
  if (cuts.from >= cuts.to) return [];
  const all = { start: HOUR_MIN, end: HOUR_MAX };
  return [...within(cuts, MONTH, [all]), ...within(cuts, DAY, cutBuckets(cuts, MONTH)), ...within(cuts, HOUR, cutBuckets(cuts, DAY))];
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The buckets of a level that are cut, neighbours as one. */
function cutBuckets({ hours }: Cuts, level: Level): Stretch[] {
  const stretches: Stretch[] = [];
  for (const hour of hours) {
    const { start, end } = bucketAt(level, hour);
    const last = stretches.at(-1);
    if (hour === start || last?.end === end) continue;
    if (last?.end === start) stretches.pop();
    stretches.push({ start: last?.end === start ? last.start : start, end });
  }
  return stretches;
}

/** The buckets of a level in some stretches that the time touches. */
function within({ from, to }: Cuts, level: Level, stretches: readonly Stretch[]): BucketRange[] {
  const first = Number.isFinite(from) ? bucketAt(level, from).start : HOUR_MIN;
  return stretches
    .map(({ start, end }) => ({ level, from: Math.max(start, first), to: Math.min(end, to) }))
    .filter((range) => range.from < range.to);
}
