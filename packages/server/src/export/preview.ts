// How many events an export will hold, counted before it begins and by another way than the walk that fills it: where the
// two differ, something is wrong with the one or the other, and the export fails.

import type { Reader } from '../store/as-tenant.ts';
import type { ReadScope } from '../query/present.ts';
import { facets } from '../stats/facets.ts';
import type { Frozen } from './freeze.ts';

export interface Preview {
  readonly count: number;
  /** False: at least so many, because counting all of them would take too long. */
  readonly exact: boolean;
}

/**
 * @param sizeNow the size of the log now; the question was frozen at `size`
 * @throws Failure as facets does
 */
export async function previewOf(
  reader: Reader,
  log: ReadScope,
  { timed, query, zone }: Frozen,
  size: number,
  sizeNow: () => Promise<number>,
): Promise<Preview> {
  // Counters know no places in the log. While nothing is recorded they need none, and answer at once.
  const counted = await count(reader, log, timed, zone);
  if (counted.exact && (await sizeNow()) === size) return counted;
  return count(reader, log, query, zone);
}

async function count(reader: Reader, log: ReadScope, q: string, zone: string): Promise<Preview> {
  const { fields, estimate } = await facets(reader, log, { q, zone, fields: ['outcome'] });
  const { values = [], other = 0 } = fields.outcome ?? {};
  return { count: values.reduce((sum, value) => sum + value.count, other), exact: !estimate };
}
