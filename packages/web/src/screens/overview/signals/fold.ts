// Events that say the same one after the other, as one line with a count. Pure.

import type { Event } from '../../../api/queries.ts';

export interface Folded {
  /** The first of them in the order given. */
  readonly event: Event;
  readonly count: number;
}

/**
 * Neighbours by the same actor with the same action, in the same request or about the same resource, become one.
 *
 * @param events in the order in which they are shown
 */
export function fold(events: readonly Event[]): Folded[] {
  const lines: { event: Event; count: number }[] = [];
  for (const event of events) {
    const last = lines.at(-1);
    if (last !== undefined && areAlike(last.event, event)) last.count++;
    else lines.push({ event, count: 1 });
  }
  return lines;
}

function areAlike(one: Event, other: Event): boolean {
  if (one.action !== other.action || one.actor.id !== other.actor.id || one.outcome !== other.outcome) return false;
  const request = one.context?.requestId;
  if (request !== undefined && request === other.context?.requestId) return true;
  return one.resource?.id === other.resource?.id && one.resource?.type === other.resource?.type;
}
