// The texts of an event that search looks into: values before and after, reason, names, metadata. Ids stay out: they have
// fields and indexes of their own.

import type { AuditEvent, Party } from '../event/types.ts';
import { leavesOf } from './paths.ts';

/** Each text for itself: a phrase does not go from one into the next. */
export function searchableTexts(event: Partial<AuditEvent>): string[] {
  const texts: (string | undefined)[] = [];
  for (let party: Party | undefined = event.actor; party !== undefined; party = party.onBehalfOf) texts.push(party.name, party.email);
  texts.push(event.resource?.name, ...(event.related ?? []).map(({ name }) => name), event.context?.reason, event.error?.message);
  for (const values of [event.change?.before, event.change?.after, event.metadata]) {
    if (values === undefined) continue;
    for (const leaf of leavesOf(values)) if (typeof leaf === 'string') texts.push(leaf);
  }
  return texts.filter((text) => text !== undefined);
}
