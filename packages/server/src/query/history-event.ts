// From a row to the event that a history is made of. What a cleared section told is taken from the columns, so that an
// erased event still is what it was: the deletion, or the change of which nobody knows any more what it changed.

import { type AuditEvent, fromSections, type HistoryEvent, type Json, type Resource } from '@indelible/core';
import { sectionLines } from '../store/disclosures.ts';
import type { ResourceRow } from '../store/read-resource.ts';
import type { ReadScope } from './present.ts';

/** Sections that say nothing about a resource's values or about who set them. */
const ELSEWHERE = /^(?:context|metadata|related\/)/;

/** @param resource whose history it is; without an id for a truncation of the whole type */
export function historyEvent(scope: ReadScope, row: ResourceRow, resource: Resource): HistoryEvent {
  const sections = sectionLines(row.disclosures)
    .filter(([name]) => !ELSEWHERE.test(name))
    .map(([name, value]) => [name, JSON.parse(value) as Json] as const);
  // Where sections were cleared, the event lacks what they said.
  const event: Partial<AuditEvent> = fromSections({ id: row.id, tenant: scope.tenant, t: row.recordedMs }, sections);
  return {
    ...event,
    id: row.id,
    seq: row.seq,
    action: event.action ?? row.action,
    operation: event.operation ?? row.operation,
    outcome: event.outcome ?? row.outcome,
    occurredAt: event.occurredAt ?? new Date(row.occurredMs).toISOString(),
    source: event.source ?? { kind: row.sourceKind },
    resource: { ...event.resource, ...resource },
  };
}
