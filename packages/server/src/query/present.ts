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

const UNREADABLE = 'event.unreadable';

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
  // Nothing ever takes this one away.
  if (unreadable.length === 0 && !sections.some(([name]) => name === 'core')) unreadable.push('core');
  const event = fromSections({ id: row.id, tenant: scope.tenant, t: row.recordedMs }, sections);
  const placed = { ...event, log: scope.origin, seq: row.seq };
  return unreadable.length === 0 ? placed : { ...ofBroken(row), ...placed, unreadable };
}

function isCore({ action, occurredAt }: JsonObject): boolean {
  return typeof action === 'string' && typeof occurredAt === 'string';
}

/** What every event has, of one that somebody broke: it keeps its place, and is found by this action. */
function ofBroken({ occurredMs }: EventRow): Pick<AuditEvent, 'action' | 'category' | 'operation' | 'outcome' | 'severity' | 'occurredAt'> {
  const occurredAt = new Date(occurredMs).toISOString();
  return { action: UNREADABLE, category: 'system', operation: 'execute', outcome: 'failure', severity: 'critical', occurredAt };
}
