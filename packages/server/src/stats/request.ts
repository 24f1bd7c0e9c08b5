// What every question for numbers has: a query, a zone, and a time.

import { Failure, readTime, resolveTime, type TimePoint } from '@indelible/core';
import type { Clock } from '../query/compile.ts';
import { ALWAYS, type Span } from './plan.ts';

export interface StatsRequest {
  /** In the query language; every event by default. */
  readonly q?: string | undefined;
  /** The zone of bars and of dates that name none; UTC by default. */
  readonly zone?: string | undefined;
  /** Times as `at:` takes them; both ends beside what the query says. `to` is excluded. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Milliseconds since 1970: what "now" means; the clock by default. */
  readonly nowMs?: number | undefined;
}

/** @throws Failure `parameter_invalid` */
export function spanOf({ from, to }: StatsRequest, { nowMs, zone }: Clock): Span {
  const first = from === undefined ? undefined : resolveTime({ from: { value: point('from', from), inclusive: true } }, nowMs, zone).fromMs;
  const last = to === undefined ? undefined : resolveTime({ to: { value: point('to', to), inclusive: false } }, nowMs, zone).toMs;
  return { fromMs: first ?? ALWAYS.fromMs, toMs: last ?? ALWAYS.toMs };
}

function point(name: string, text: string): TimePoint {
  try {
    return readTime(text, 0);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure('parameter_invalid', `${name}: ${error.message}`, { pointer: name });
  }
}
