// What deserves a look first, of all that the rules found. Pure: the order depends on what was found alone.

import type { components } from '../../../api/schema.ts';
import type { Event } from '../../../api/queries.ts';
import type { Bulk } from './bulk.ts';
import type { NewPlace } from './new-places.ts';

/** Changes that nobody can be named for. */
export interface Nameless {
  readonly kind: 'nameless';
  readonly count: number;
  /** Whether there may be more of them. */
  readonly estimate: boolean;
  /** The latest of them. */
  readonly event: Event;
}

/** A time in which changes of a source may be missing. */
export interface CaptureGap {
  readonly kind: 'gap';
  readonly source: string;
  readonly open: boolean;
  readonly gap: components['schemas']['Gap'];
}

/** Tables of a source that are not captured whole. */
export interface Uncovered {
  readonly kind: 'uncovered';
  readonly source: string;
  readonly tables: readonly components['schemas']['TableCoverage'][];
}

export type Signal = NewPlace | Bulk | Nameless | CaptureGap | Uncovered;

/** What is made can be removed again; what is deleted may be gone. */
const BULK_WEIGHTS: Readonly<Partial<Record<Event['operation'], number>>> = { delete: 55, update: 35 };

/** How much a signal asks for a look: what may be missing, then what may be an intruder, then what is merely large. */
export function weightOf(signal: Signal): number {
  switch (signal.kind) {
    case 'gap':
      return signal.open ? 100 : 65;
    case 'new-place':
      return 40 + (signal.unusualHour ? 35 : 0) + Math.min(15, signal.failedBefore * 5);
    case 'nameless':
      return 70;
    case 'bulk':
      return (BULK_WEIGHTS[signal.operation] ?? 20) + Math.min(20, Math.log10(signal.count) * 5);
    case 'uncovered':
      return 45;
  }
}

/** @returns the weightiest first, `max` at most; equals keep their order */
export function ranked(signals: readonly Signal[], max: number): Signal[] {
  return [...signals].sort((a, b) => weightOf(b) - weightOf(a)).slice(0, max);
}
