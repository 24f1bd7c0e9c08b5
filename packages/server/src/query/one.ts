// One event by its id.

import { Failure } from '@indelible/core';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { readOne } from '../store/read-events.ts';
import { isSeen } from './part.ts';
import { present, type PresentedEvent, type ReadScope } from './present.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The event with an id in a tenant's log.
 *
 * @throws Failure `not_found`, the same for an id of another tenant, one outside of the part that is seen, an unknown one and a malformed one
 */
export async function getEvent(reader: Reader, scope: ReadScope, id: string): Promise<PresentedEvent> {
  const row = UUID.test(id) ? await asTenant(reader, scope.tenantId, QUERY_MS_MAX, (tx) => readOne(tx, scope.tenantId, id)) : undefined;
  const event = row && present(scope, row);
  if (event === undefined || !isSeen(scope, event)) throw new Failure('not_found', 'there is no event with this id');
  return event;
}
