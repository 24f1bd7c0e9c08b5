// Bars of a small chart, in units of its own. Pure.

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly high: number;
}

/** Units of a bar with the gap behind it, and of the gap. */
const STEP = 10;
const GAP = 2;
const HEIGHT = 100;
/** What is there is seen: one event among thousands has a bar. */
const LEAST = 4;

/**
 * @param totals one a bar, in order
 * @returns bars of what is not zero; the highest is as high as the chart
 */
export function barsOf(totals: readonly number[]): { readonly bars: readonly Bar[]; readonly width: number; readonly height: number } {
  const most = Math.max(1, ...totals);
  const bars = totals.flatMap((total, place): Bar[] => {
    if (total <= 0) return [];
    const high = Math.max(LEAST, (total / most) * HEIGHT);
    return [{ x: place * STEP, y: HEIGHT - high, wide: STEP - GAP, high }];
  });
  return { bars, width: Math.max(1, totals.length * STEP - GAP), height: HEIGHT };
}
