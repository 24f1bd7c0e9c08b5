// One event by its id.

import { Failure, UUID } from '@indelible/core';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { type Position, readOne } from '../store/read-events.ts';
import { isSeen, partOf } from './part.ts';
import { present, type PresentedEvent, type ReadScope } from './present.ts';

/**
 * The event with an id in a tenant's log.
 *
 * @throws Failure `not_found`, the same for an id of another tenant, one outside of the part that is seen, an unknown one and a malformed one
 */
export async function getEvent(reader: Reader, scope: ReadScope, id: string): Promise<PresentedEvent> {
  return (await readEvent(reader, scope, id)).event;
}

/** The same, with its place in the order of pages. */
export async function readEvent(
  reader: Reader,
  scope: ReadScope,
  id: string,
): Promise<{ readonly event: PresentedEvent; readonly place: Position }> {
  const row = UUID.test(id)
    ? await asTenant(reader, scope.tenantId, QUERY_MS_MAX, (tx) => readOne(tx, scope.tenantId, id, partOf(scope)))
    : undefined;
  const event = row && present(scope, row);
  if (row === undefined || event === undefined || !isSeen(scope, event)) throw new Failure('not_found', 'there is no event with this id');
  return { event, place: { occurredMs: row.occurredMs, seq: row.seq } };
}
