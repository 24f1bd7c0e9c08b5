// The facets: the fields whose values are counted, where each lies in a row, and how it is read from an event.

import { ACTOR_TYPES, ATTRIBUTIONS, type AuditEvent, CATEGORIES, OPERATIONS, OUTCOMES, SEVERITIES, SOURCE_KINDS } from '@indelible/core';

export interface Facet {
  /**
   * The column of the table counter that counts its values, each by outcome. The column of `outcome` counts every event, as the
   * one value 1. Undefined for a facet that is counted from the events alone, because it names people.
   */
  readonly column?: string;
  /** What the column of the table event counts the places of, on the alias `e`; without it the value is a text of its own. */
  readonly words?: readonly string[];
  /** On the alias `e` of the table event: the place among `words`, or the value; null where the event has none. */
  readonly sql: string;
  readonly of: (event: AuditEvent) => string | undefined;
}

/** By the name of the field that the query language has for it. `resource` is the type, `source` the kind. */
export const FACETS = {
  outcome: { column: 'every_event', words: OUTCOMES, sql: 'e.outcome', of: (event) => event.outcome },
  action: { column: 'action', sql: 'e.action', of: (event) => event.action },
  category: { column: 'category', words: CATEGORIES, sql: 'e.category', of: (event) => event.category },
  operation: { column: 'operation', words: OPERATIONS, sql: 'e.operation', of: (event) => event.operation },
  severity: { column: 'severity', words: SEVERITIES, sql: 'e.severity', of: (event) => event.severity },
  resource: { column: 'resource', sql: 'e.resource_type', of: (event) => event.resource?.type },
  source: { column: 'source', words: SOURCE_KINDS, sql: 'e.source_kind', of: (event) => event.source.kind },
  attribution: { column: 'attribution', words: ATTRIBUTIONS, sql: 'e.attribution', of: (event) => event.actor.attribution },
  'actor.type': { column: 'actor_type', words: ACTOR_TYPES, sql: 'e.actor_type', of: (event) => event.actor.type },
  country: {
    column: 'country',
    // Reading a section is dear, and most events have none.
    sql: `case when strpos(e.disclosures, '"country":"') > 0 then indelible.disclosed(e.disclosures, 'context') #>> '{location,country}' end`,
    of: (event) => event.context?.location?.country,
  },
  'actor.id': { sql: 'e.actor_id', of: (event) => event.actor.id },
} as const satisfies Readonly<Record<string, Facet>>;

export type FacetName = keyof typeof FACETS;
export const FACET_NAMES = Object.keys(FACETS) as FacetName[];

/** The facets whose values have columns of counters. */
export type CountedFacet = Exclude<FacetName, 'outcome' | 'actor.id'>;
export const COUNTED = FACET_NAMES.filter((name): name is CountedFacet => name !== 'outcome' && name !== 'actor.id');

/** The columns of counters, that of every event first. */
export type CounterColumn = CountedFacet | 'outcome';
export const COUNTER_COLUMNS: readonly CounterColumn[] = ['outcome', ...COUNTED];

export function isFacet(name: string): name is FacetName {
  return Object.hasOwn(FACETS, name);
}

export function isCounted(name: FacetName): name is CounterColumn {
  return (FACETS[name] as Facet).column !== undefined;
}

/** The words of a closed vocabulary; undefined for a facet that takes any text. */
export function wordsOf(name: FacetName): readonly string[] | undefined {
  return (FACETS[name] as Facet).words;
}

/** On the alias `e`: the value as text, or null. */
export function textSql(name: FacetName): string {
  const { sql } = FACETS[name];
  const words = wordsOf(name);
  return words === undefined ? sql : `(array[${words.map((word) => `'${word}'`).join(',')}])[${sql} + 1]`;
}
