// The facets: the fields whose values are counted, where each lies in a row, and how it is read from an event.

import { ACTOR_TYPES, ATTRIBUTIONS, type AuditEvent, CATEGORIES, OPERATIONS, OUTCOMES, SEVERITIES, SOURCE_KINDS } from '@indelible/core';

export interface Facet {
  /** Its number in the counters; undefined for one that is counted from the events alone, because it names people. */
  readonly number?: number;
  /** On the alias `e` of the table event; null where the event has no such value. */
  readonly sql: string;
  readonly of: (event: AuditEvent) => string | undefined;
}

function word(name: string, vocabulary: readonly string[]): string {
  return `(array[${vocabulary.map((value) => `'${value}'`).join(',')}])[e.${name} + 1]`;
}

/** By the name of the field that the query language has for it. `resource` is the type, `source` the kind. */
export const FACETS = {
  action: { number: 1, sql: 'e.action', of: (event) => event.action },
  category: { number: 2, sql: word('category', CATEGORIES), of: (event) => event.category },
  operation: { number: 3, sql: word('operation', OPERATIONS), of: (event) => event.operation },
  outcome: { number: 0, sql: word('outcome', OUTCOMES), of: (event) => event.outcome },
  severity: { number: 4, sql: word('severity', SEVERITIES), of: (event) => event.severity },
  resource: { number: 5, sql: 'e.resource_type', of: (event) => event.resource?.type },
  source: { number: 6, sql: word('source_kind', SOURCE_KINDS), of: (event) => event.source.kind },
  attribution: { number: 7, sql: word('attribution', ATTRIBUTIONS), of: (event) => event.actor.attribution },
  'actor.type': { number: 8, sql: word('actor_type', ACTOR_TYPES), of: (event) => event.actor.type },
  country: {
    number: 9,
    // Reading a section is dear, and most events have none.
    sql: `case when strpos(e.disclosures, '"country":"') > 0 then indelible.disclosed(e.disclosures, 'context') #>> '{location,country}' end`,
    of: (event) => event.context?.location?.country,
  },
  'actor.id': { sql: 'e.actor_id', of: (event) => event.actor.id },
} as const satisfies Readonly<Record<string, Facet>>;

export type FacetName = keyof typeof FACETS;
export const FACET_NAMES = Object.keys(FACETS) as FacetName[];

/** The facets that have counters of their own, in the order of their numbers from 1. */
export const COUNTED: readonly FacetName[] = FACET_NAMES.filter((name) => (numberOf(name) ?? 0) > 0).toSorted(
  (a, b) => (numberOf(a) ?? 0) - (numberOf(b) ?? 0),
);

export function numberOf(name: FacetName): number | undefined {
  return (FACETS[name] as Facet).number;
}

export function isFacet(name: string): name is FacetName {
  return Object.hasOwn(FACETS, name);
}
