// The versions of a resource: one a change, with what it changed, for a timeline that one can walk.

import { deltasOf, type FieldDelta } from '../event/diff.ts';
import { type Telling, tellingOf } from './telling.ts';
import type { Blame, HistoryEvent } from './types.ts';

export interface Version extends Omit<Blame, 'observed'> {
  /** Counts from 1, oldest first. */
  readonly version: number;
  readonly kind: 'created' | 'observed' | 'changed' | 'deleted';
  /** Empty where the event does not say what it changed. */
  readonly changes: readonly FieldDelta[];
}

/**
 * @param events about one resource, oldest first; those that changed nothing are no versions
 * @param first the number of the first version among them
 */
export function versionsOf(events: readonly HistoryEvent[], first = 1): Version[] {
  const told = events.flatMap((event) => {
    const telling = tellingOf(event);
    return telling === undefined ? [] : [{ event, telling }];
  });
  return told.map(({ event: { id, seq, occurredAt, action, actor, change }, telling }, index) => ({
    version: first + index,
    kind: KINDS[telling],
    event: id,
    seq,
    at: occurredAt,
    action,
    ...(actor && { actor }),
    changes: change === undefined ? [] : deltasOf(change),
  }));
}

const KINDS = { made: 'created', observed: 'observed', changed: 'changed', removed: 'deleted' } as const satisfies Record<
  Telling,
  Version['kind']
>;
