// Adds up the counts of one field's values.

import { OUTCOMES } from '@indelible/core';
import type { CountRow } from '../store/counter-rows.ts';
import type { Counted } from '../store/count-events.ts';
import type { FacetName } from '../store/facet-columns.ts';

export class Tally {
  readonly #estimate: boolean;
  readonly #values = new Map<string, number>();
  #other = 0;

  constructor(estimate = false) {
    this.#estimate = estimate;
  }

  addRow({ value, counts }: CountRow, outcomes: ReadonlySet<number>): void {
    this.#add(value, sum(counts, outcomes));
  }

  /** A row of several values. */
  addOther({ counts }: CountRow, outcomes: ReadonlySet<number>): void {
    this.#other += sum(counts, outcomes);
  }

  /** The outcomes of a row are the values. */
  addOutcomes({ counts }: CountRow, outcomes: ReadonlySet<number>, sign: 1 | -1): void {
    for (const outcome of outcomes) this.#add(OUTCOMES[outcome] ?? '', sign * (counts[outcome] ?? 0));
  }

  addCounted(counted: readonly Counted[], field: FacetName): void {
    for (const { facet, value, count } of counted) if (facet === field) this.#add(value, count);
  }

  /** The most frequent values; of equally frequent ones the first by name. */
  counts(limit: number): { values: { value: string; count: number }[]; other: number; estimate: boolean } {
    const all = [...this.#values]
      .map(([value, count]) => ({ value, count: Math.round(count) }))
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    const other = all.slice(limit).reduce((total, { count }) => total + count, Math.round(this.#other));
    return { values: all.slice(0, limit), other, estimate: this.#estimate };
  }

  #add(value: string, count: number): void {
    this.#values.set(value, (this.#values.get(value) ?? 0) + count);
  }
}

function sum(counts: readonly number[], outcomes: ReadonlySet<number>): number {
  return counts.reduce((total, count, outcome) => (outcomes.has(outcome) ? total + count : total), 0);
}
