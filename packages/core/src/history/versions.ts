// The versions of a resource: one a change, with what it changed, for a timeline that one can walk.

import { deltasOf, type FieldDelta } from '../event/diff.ts';
import type { Blame, HistoryEvent } from './types.ts';

export interface Version extends Omit<Blame, 'observed'> {
  /** Counts from 1, oldest first. */
  readonly version: number;
  readonly kind: 'created' | 'observed' | 'changed' | 'deleted';
  /** Empty where the event does not say what it changed. */
  readonly changes: readonly FieldDelta[];
}

/** @param events all about one resource, oldest first; those that changed nothing are no versions */
export function versionsOf(events: readonly HistoryEvent[]): Version[] {
  const telling = events.filter(
    ({ change, operation, action }) => change !== undefined || isChanging(operation) || action.endsWith('.truncated'),
  );
  return telling.map((event, index) => {
    const { id, seq, occurredAt, action, actor, change } = event;
    return {
      version: index + 1,
      kind: kindOf(event),
      event: id,
      seq,
      at: occurredAt,
      action,
      ...(actor && { actor }),
      changes: change === undefined ? [] : deltasOf(change),
    };
  });
}

function isChanging(operation: string): boolean {
  return operation === 'create' || operation === 'update' || operation === 'delete';
}

function kindOf({ operation, action }: HistoryEvent): Version['kind'] {
  if (action.endsWith('.observed')) return 'observed';
  if (operation === 'create') return 'created';
  return operation === 'delete' || action.endsWith('.truncated') ? 'deleted' : 'changed';
}
