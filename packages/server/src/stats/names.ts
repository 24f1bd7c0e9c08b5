// Numbers for the values of facets. Those of closed vocabularies have their places; of facets that take any text the first
// COUNTER_VALUES_MAX values of a log, in its own order, get numbers of their own, and all later ones are counted together.

import { COUNTER_VALUE_CHARS_MAX, COUNTER_VALUES_MAX } from '../limits.ts';
import type { Named } from '../store/counter-cursors.ts';
import { COUNTED, type CountedFacet, wordsOf } from '../store/facet-columns.ts';

/** The number of the values that have none of their own. */
export const OTHERS = 0;

/** Gives numbers to the values of one log as they come. */
export class Numbers {
  readonly #named = new Map<CountedFacet, string[]>();
  readonly #numbers = new Map<CountedFacet, Map<string, number>>();
  #grew = false;

  constructor(named: Named) {
    for (const facet of COUNTED) {
      const names = [...(named[facet] ?? [])];
      this.#named.set(facet, names);
      this.#numbers.set(facet, new Map(names.map((name, place) => [name, place + 1])));
    }
  }

  /** @param value the place in a closed vocabulary, or the value itself; null where there is none */
  of(facet: CountedFacet, value: number | string | null): number | undefined {
    if (value === null) return undefined;
    if (typeof value === 'number') return value + 1;
    const numbers = this.#numbers.get(facet) ?? new Map<string, number>();
    const known = numbers.get(value);
    if (known !== undefined) return known;
    if (numbers.size >= COUNTER_VALUES_MAX || value.length > COUNTER_VALUE_CHARS_MAX) return OTHERS;
    numbers.set(value, numbers.size + 1);
    this.#named.get(facet)?.push(value);
    this.#grew = true;
    return numbers.size;
  }

  /** The names by number, when there are more than before. */
  grown(): Named | undefined {
    return this.#grew ? Object.fromEntries([...this.#named].filter(([, names]) => names.length > 0)) : undefined;
  }
}

/** The values of a facet that have numbers of their own: the first has the number 1. */
export function valuesOf(named: Named, facet: CountedFacet): readonly string[] {
  return wordsOf(facet) ?? named[facet] ?? [];
}
