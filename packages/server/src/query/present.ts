// From a row to the event that readers see. It is made of the disclosures alone, the bytes that the log proves: whoever
// changes a filter column changes which questions find an event, not what the answer says.

import { type AuditEvent, fromSections, type Json, type Query } from '@indelible/core';
import { sectionLines } from '../store/disclosures.ts';
import type { EventRow } from '../store/read-events.ts';

/** An event in an answer of the API: the event of the schema, and its place in the log. */
export interface PresentedEvent extends AuditEvent {
  /** The origin of the log that holds it. */
  readonly log: string;
  /** The leaf's index in that log, from 0. */
  readonly seq: number;
}

/** Whose events are read. What `Tenants.byName` answers fits. */
export interface ReadScope {
  readonly tenantId: number;
  readonly tenant: string;
  readonly origin: string;
  /** Of somebody who sees a part of the tenant alone: the query that each event they are shown meets. */
  readonly within?: Query;
}

export function present(scope: ReadScope, row: EventRow): PresentedEvent {
  const sections = sectionLines(row.disclosures).map(([name, value]) => [name, JSON.parse(value) as Json] as const);
  const event = fromSections({ id: row.id, tenant: scope.tenant, t: row.recordedMs }, sections);
  return { ...event, log: scope.origin, seq: row.seq };
}
