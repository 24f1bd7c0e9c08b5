// From a row to the event that a history is made of. What a cleared section told is taken from the columns, so that an
// erased event still is what it was: the deletion, or the change of which nobody knows any more what it changed.

import {
  type Actor,
  type AuditEvent,
  type Change,
  type EventSource,
  fromSections,
  type HistoryEvent,
  type Resource,
} from '@indelible/core';
import { sectionLines, sectionValue } from '../store/disclosures.ts';
import type { ResourceRow } from '../store/read-resource.ts';
import type { ReadScope } from './present.ts';

/**
 * Of who did it, and of the resource's name, most events of a long history are never asked: those are read when they are.
 *
 * @param resource whose history it is; without an id for a truncation of the whole type
 */
export function historyEvent(scope: ReadScope, row: ResourceRow, resource: Pick<Resource, 'type' | 'id'>): HistoryEvent {
  let core: Partial<AuditEvent> | undefined;
  let change: Change | undefined;
  let source: EventSource | undefined;
  const lines = sectionLines(row.disclosures);
  for (const [name, value] of lines) {
    if (name === 'core') core = sectionValue(value);
    else if (name === 'change') change = sectionValue(value) as Change | undefined;
    else if (name === 'source') source = sectionValue(value) as EventSource | undefined;
  }
  let party: Partial<AuditEvent> | undefined;
  return {
    id: row.id,
    seq: row.seq,
    action: core?.action ?? row.action,
    operation: core?.operation ?? row.operation,
    outcome: core?.outcome ?? row.outcome,
    occurredAt: core?.occurredAt ?? new Date(row.occurredMs).toISOString(),
    source: source ?? { kind: row.sourceKind },
    ...(change === undefined ? {} : { change }),
    get recordedAt(): string {
      return new Date(row.recordedMs).toISOString();
    },
    // Absent where its section was cleared, and the type allows no undefined in place of that.
    get actor(): Actor {
      party ??= joined(scope, row, lines);
      return party.actor as Actor;
    },
    resource: {
      ...resource,
      get name(): string {
        const line = lines.find(([name]) => name === 'resource');
        return (line && sectionValue(line[1])?.['name']) as string;
      },
    },
  };
}

const PARTY = /^(?:actor$|behalf\/|core$)/;

function joined(scope: ReadScope, row: ResourceRow, lines: readonly (readonly [string, string])[]): Partial<AuditEvent> {
  const sections = lines.flatMap(([name, value]) => (PARTY.test(name) ? [[name, sectionValue(value) ?? {}] as const] : []));
  return fromSections({ id: row.id, tenant: scope.tenant, t: row.recordedMs }, sections);
}
