// From a row to the event that readers see. It is made of the disclosures alone, the bytes that the log proves: whoever
// changes a filter column changes which questions find an event, not what the answer says.

import { type AuditEvent, fromSections, type JsonObject, type Query } from '@indelible/core';
import { sectionLines, sectionValue } from '../store/disclosures.ts';
import type { EventRow } from '../store/read-events.ts';

/** An event in an answer of the API: the event of the schema, and its place in the log. */
export interface PresentedEvent extends AuditEvent {
  /** The origin of the log that holds it. */
  readonly log: string;
  /** The leaf's index in that log, from 0. */
  readonly seq: number;
  /** Sections that are in the database and are not what a trail writes: somebody altered the record. */
  readonly unreadable?: readonly string[];
}

/** The action of an event whose core is not to be had: it was erased, or somebody broke it. */
export const UNREADABLE = 'event.unreadable';

/** Whose events are read. What `Tenants.byName` answers fits. */
export interface ReadScope {
  readonly tenantId: number;
  readonly tenant: string;
  readonly origin: string;
  /** Of somebody who sees a part of the tenant alone: the query that each event they are shown meets. */
  readonly within?: Query;
}

export function present(scope: ReadScope, row: EventRow): PresentedEvent {
  const sections: [string, JsonObject][] = [];
  const unreadable: string[] = [];
  for (const [name, text] of sectionLines(row.disclosures)) {
    const value = sectionValue(text);
    if (value === undefined || (name === 'core' && !isCore(value))) unreadable.push(name);
    else sections.push([name, value]);
  }
  const event = fromSections({ id: row.id, tenant: scope.tenant, t: row.recordedMs }, sections);
  const placed = { ...event, log: scope.origin, seq: row.seq };
  const whole = sections.some(([name]) => name === 'core') ? placed : { ...withoutCore(row), ...placed };
  return unreadable.length === 0 ? whole : { ...whole, unreadable };
}

function isCore({ action, occurredAt }: JsonObject): boolean {
  return typeof action === 'string' && typeof occurredAt === 'string';
}

/** Of an event whose core is not to be had: it keeps its place, and has what every event has. */
function withoutCore({ occurredMs }: EventRow): Pick<AuditEvent, 'action' | 'occurredAt'> {
  return { action: UNREADABLE, occurredAt: new Date(occurredMs).toISOString() };
}
