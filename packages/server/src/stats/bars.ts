// Which bars a histogram has: those of the time that was asked for. Where that is more than can be drawn, those of the time in
// which anything can have occurred, which begins with the first event and ends with the clock that is farthest ahead.

import { CLOCK_SKEW_MS_MAX, Failure } from '@indelible/core';
import { STATS_BUCKETS_MAX } from '../limits.ts';
import type { Clock } from '../query/compile.ts';
import { autoBucket, type Bucket, bucketBounds, bucketStart, earliestStart } from './buckets.ts';
import { HOUR_MS } from './cuts.ts';
import type { Span } from './plan.ts';

export interface Bars {
  readonly bucket: Bucket;
  /** The beginning of each, and the end of the last one. */
  readonly bounds: readonly number[];
  /** What is counted. */
  readonly span: Span;
}

export interface BarsAsked {
  /** An infinite end is open: the first event, and now. */
  readonly span: Span;
  readonly clock: Clock;
  readonly bucket: Bucket | 'auto';
  /** When the first event occurred, or a little earlier; asked for only where it is needed. */
  readonly first: () => Promise<number> | number;
}

/**
 * @throws Failure `parameter_invalid` for bars that are too short for the time in which there are events
 * @example await barsOf({ span: ALWAYS, clock, bucket: 'auto', first: () => oldest(tx) });
 */
export async function barsOf({ span: asked, clock, bucket: wanted, first }: BarsAsked): Promise<Bars> {
  const isOpen = !Number.isFinite(asked.fromMs);
  // Nothing occurs later.
  const endMs = Math.ceil((clock.nowMs + CLOCK_SKEW_MS_MAX) / HOUR_MS) * HOUR_MS;
  const whole = ordered(
    { fromMs: isOpen ? await first() : asked.fromMs, toMs: Number.isFinite(asked.toMs) ? asked.toMs : endMs },
    isOpen || Number.isFinite(asked.toMs),
  );
  const drawn = draw(whole, wanted, clock, isOpen);
  if (drawn !== undefined) return drawn;
  const fromMs = Math.max(whole.fromMs, bucketStart(isOpen ? whole.fromMs : await first(), 'hour', clock.zone));
  const clipped = ordered({ fromMs, toMs: Math.min(whole.toMs, endMs) }, whole.fromMs < endMs);
  const bucket = wanted === 'auto' ? autoBucket(clipped) : wanted;
  const found = draw(clipped, wanted, clock, isOpen) ?? (isOpen ? newest(clipped, bucket, clock) : undefined);
  if (found !== undefined) return found;
  const [pointer, remedy] = wanted === 'auto' || wanted === 'month' ? ['from', 'begin later'] : ['bucket', 'take larger ones'];
  throw new Failure('parameter_invalid', `${pointer}: there would be more than ${STATS_BUCKETS_MAX} bars of a ${bucket} each; ${remedy}`, {
    pointer,
  });
}

/** A time whose end does not come before its beginning: one of the two gives way. */
function ordered({ fromMs, toMs }: Span, beginningGivesWay: boolean): Span {
  return beginningGivesWay ? { fromMs: Math.min(fromMs, toMs), toMs } : { fromMs, toMs: Math.max(fromMs, toMs) };
}

function draw(time: Span, wanted: Bucket | 'auto', { zone }: Clock, isOpen: boolean): Bars | undefined {
  const bucket = wanted === 'auto' ? autoBucket(time) : wanted;
  const span = isOpen ? { ...time, fromMs: bucketStart(time.fromMs, bucket, zone) } : time;
  const bounds = bucketBounds(span, bucket, zone);
  return bounds === undefined ? undefined : { bucket, bounds, span };
}

/** Nobody has asked for so early a beginning: the answer says where it begins. */
function newest({ toMs }: Span, bucket: Bucket, { zone }: Clock): Bars | undefined {
  const span = { fromMs: earliestStart(toMs, bucket, zone), toMs };
  const bounds = bucketBounds(span, bucket, zone);
  return bounds === undefined ? undefined : { bucket, bounds, span };
}
