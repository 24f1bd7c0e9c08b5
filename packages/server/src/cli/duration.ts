// Lengths of time as people write them on a command line.

import { InvalidArgumentError } from 'commander';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * @returns seconds
 * @example seconds('24h') // 86400
 */
export function seconds(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const length = Number(count) * (SECONDS[unit] ?? Number.NaN);
  if (!Number.isSafeInteger(length)) throw new InvalidArgumentError('expected a length of time such as 30m, 24h or 90d');
  return length;
}
