// The time that the overview looks at: a choice of three, which stands in the address.

export const RANGES = ['-24h', '-7d', '-30d'] as const;
export type Range = (typeof RANGES)[number];

const HOUR_MS = 3_600_000;
const LENGTHS: Readonly<Record<Range, number>> = { '-24h': 24 * HOUR_MS, '-7d': 7 * 24 * HOUR_MS, '-30d': 30 * 24 * HOUR_MS };

/** The choice that an address writes; the longest by default. */
export function rangeOf(written: string | undefined): Range {
  return RANGES.find((range) => range === written) ?? '-30d';
}

/** When it begins, in milliseconds since 1970. */
export function beginOf(range: Range, nowMs: number): number {
  return nowMs - LENGTHS[range];
}
