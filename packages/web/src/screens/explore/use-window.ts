// Moving the window of time: to the one before or after, and out. Where a range has no end, the bars say what was counted.

import { shiftedRange, spanOf, widerRange } from './asked.ts';
import type { ExploreState } from './state.ts';
import type { Histogram } from './use-numbers.ts';

export interface WindowOfTime {
  readonly shift: (by: -1 | 1) => void;
  readonly widen: () => void;
}

export function useWindow({ range, zone }: ExploreState, numbers: Histogram | undefined, onRange: (range: string) => void): WindowOfTime {
  const spanNow = (): { fromMs: number; toMs: number } | undefined => {
    const nowMs = Date.now();
    const { fromMs, toMs = nowMs } = spanOf(range, nowMs, zone);
    if (fromMs !== undefined) return { fromMs, toMs };
    return numbers === undefined ? undefined : { fromMs: Date.parse(numbers.from), toMs: Math.min(Date.parse(numbers.to), nowMs) };
  };
  return {
    shift: (by) => {
      const span = spanNow();
      if (span !== undefined) onRange(shiftedRange(span, by, Date.now()));
    },
    widen: () => {
      const span = spanNow();
      if (span !== undefined) onRange(widerRange(span, Date.now()));
    },
  };
}
