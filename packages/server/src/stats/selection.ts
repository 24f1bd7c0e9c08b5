// Which counts of a column make up the answer to a query.

import { OUTCOMES } from '@indelible/core';
import type { Named } from '../store/counter-cursors.ts';
import type { CounterColumn } from '../store/facet-columns.ts';
import { OTHERS, valuesOf } from './names.ts';
import type { StatsPlan } from './plan.ts';

export interface Selection {
  /** What has to be read to count the events that are meant. */
  readonly columns: readonly CounterColumn[];
  /** Whether events with a value of the facet are meant; undefined where it cannot be told, because the value has no name. */
  readonly takes: (value: number, outcome: number) => boolean | undefined;
  /**
   * How often a count of a column counts: where events without a value are meant, those whose values are not meant are taken away
   * from all.
   */
  readonly sign: (column: CounterColumn, value: number, outcome: number) => number | undefined;
}

/** No value has it in it. */
const NO_VALUE = '\u0000';

export function select(plan: StatsPlan, named: Named): Selection {
  const { facet } = plan;
  const outcomes = OUTCOMES.map((_, outcome) => outcome);
  const absent = outcomes.map((outcome) => plan.accepts(outcome, undefined));
  if (facet === undefined) {
    const takes = (_: number, outcome: number): boolean => absent[outcome] === true;
    return { columns: ['outcome'], takes, sign: (_, value, outcome) => Number(takes(value, outcome)) };
  }
  const values = valuesOf(named, facet);
  const taken = values.map((value) => outcomes.map((outcome) => plan.accepts(outcome, value)));
  // A value without a name differs from all that have one, and may be anything else.
  const isKnown = plan.matches.every((match) => match.kind === 'equals' && values.includes(match.value));
  const others = outcomes.map((outcome) => (isKnown ? plan.accepts(outcome, NO_VALUE) : undefined));
  const takes = (value: number, outcome: number): boolean | undefined => (value === OTHERS ? others : taken[value - 1])?.[outcome];
  return {
    columns: absent.includes(true) ? ['outcome', facet] : [facet],
    takes,
    sign: (column, value, outcome) => {
      if (column === 'outcome') return Number(absent[outcome]);
      const isTaken = takes(value, outcome);
      return isTaken === undefined ? undefined : Number(isTaken) - Number(absent[outcome]);
    },
  };
}
