// Adds up the counts of one field's values.

import type { Counted } from '../store/count-events.ts';
import type { FacetName } from '../store/facet-columns.ts';

export interface TallyCounts {
  /** The most frequent first; of equally frequent ones the first by name. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Events with other values. */
  readonly other: number;
  /** Of these, events with values that have no name; left out when there are none. */
  readonly unnamed?: number;
  readonly estimate: boolean;
}

export class Tally {
  readonly #estimate: boolean;
  readonly #values = new Map<string, number>();
  #unnamed = 0;

  constructor(estimate = false) {
    this.#estimate = estimate;
  }

  add(value: string, count: number): void {
    this.#values.set(value, (this.#values.get(value) ?? 0) + count);
  }

  addUnnamed(count: number): void {
    this.#unnamed += count;
  }

  get unnamed(): number {
    return this.#unnamed;
  }

  /** @param known the values that are not counted as unnamed; all by default */
  addCounted(counted: readonly Counted[], field: FacetName, known?: ReadonlySet<string>): void {
    for (const { facet, value, count } of counted) {
      if (facet !== field) continue;
      if (known?.has(value) === false) this.addUnnamed(count);
      else this.add(value, count);
    }
  }

  counts(limit: number): TallyCounts {
    const all = [...this.#values]
      .map(([value, count]) => ({ value, count: Math.round(count) }))
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    const unnamed = Math.round(this.#unnamed);
    const other = all.slice(limit).reduce((total, { count }) => total + count, unnamed);
    return { values: all.slice(0, limit), other, ...(unnamed > 0 ? { unnamed } : {}), estimate: this.#estimate };
  }
}
