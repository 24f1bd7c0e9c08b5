// The columns of an event: what people filter on, made from the event alone. The append writes them by this function and
// verify makes them again by it from the disclosures, so that a column cannot say anything else than the record.

import { ACTOR_TYPES, ATTRIBUTIONS, type AuditEvent, CATEGORIES, OPERATIONS, OUTCOMES, SEVERITIES, SOURCE_KINDS } from '@indelible/core';

/** The parts of an event that columns are made of. */
export type Projectable = Pick<
  AuditEvent,
  'category' | 'operation' | 'outcome' | 'severity' | 'action' | 'actor' | 'source' | 'resource' | 'context' | 'related'
>;

/** Numbers are places in the closed vocabularies of core; -1 for a word that is in none of them. */
export interface Columns {
  readonly category: number;
  readonly operation: number;
  readonly outcome: number;
  readonly severity: number;
  readonly actor_type: number;
  readonly attribution: number;
  readonly source_kind: number;
  readonly action: string;
  readonly actor_id: string | undefined;
  readonly actor_name: string | undefined;
  readonly actor_email: string | undefined;
  readonly resource_type: string | undefined;
  readonly resource_id: string | undefined;
  readonly ip: string | undefined;
}

export function columnsOf(event: Projectable): Columns {
  const { actor, resource } = event;
  return {
    category: CATEGORIES.indexOf(event.category),
    operation: OPERATIONS.indexOf(event.operation),
    outcome: OUTCOMES.indexOf(event.outcome),
    severity: SEVERITIES.indexOf(event.severity),
    actor_type: ACTOR_TYPES.indexOf(actor.type),
    attribution: ATTRIBUTIONS.indexOf(actor.attribution),
    source_kind: SOURCE_KINDS.indexOf(event.source.kind),
    action: event.action,
    actor_id: actor.id,
    actor_name: actor.name,
    actor_email: actor.email,
    resource_type: resource?.type,
    resource_id: resource?.id,
    ip: event.context?.ip,
  };
}

/** What event_related holds of an event: the related resources that have an id, in their order. */
export function relatedOf(event: Pick<Projectable, 'related'>): { type: string; id: string }[] {
  return (event.related ?? []).flatMap(({ type, id }) => (id === undefined ? [] : [{ type, id }]));
}
