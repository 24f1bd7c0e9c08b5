// How to undo the change that one event tells of, for whoever wants to put a resource back.

import { Failure, type HistoryEvent, heldPatch, type PatchOperation, reverseOf, tellingOf, type JsonObject } from '@indelible/core';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { readOne } from '../store/read-events.ts';
import type { ResourceName } from '../store/read-resource.ts';
import { isSeen } from './part.ts';
import { present, type ReadScope } from './present.ts';
import type { StateReader } from './state.ts';
import { checkSubject } from './state-subject.ts';

export interface ReverseAnswer {
  readonly resource: ResourceName;
  readonly event: { readonly id: string; readonly seq: number; readonly at: string; readonly action: string };
  /** What undoes it: a patch, the removal of what was made, or the making of what was removed. */
  readonly kind: 'patch' | 'remove' | 'create';
  /** RFC 6902: tests first, so that nothing is undone that was changed again since. Empty but for a patch. */
  readonly patch: readonly PatchOperation[];
  /** Of a removal, what the resource was. */
  readonly values?: JsonObject;
  /** Fields whose values the trail does not hold: redacted, too large, or not to be had. The empty text stands for the row. */
  readonly notRestorable: readonly string[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * @param eventId of an event about this resource
 * @throws Failure `not_found` for an event that there is not, or that is about another resource
 * @throws Failure `parameter_invalid` for an event that changed nothing, or whose values are gone
 */
export async function reverseChange(
  { reader }: Pick<StateReader, 'reader'>,
  scope: ReadScope,
  subject: ResourceName,
  eventId: string | undefined,
): Promise<ReverseAnswer> {
  const { type, id } = checkSubject(subject);
  if (eventId === undefined) throw refused('expected the id of an event of this resource, got nothing');
  const row = UUID.test(eventId)
    ? await asTenant(reader, scope.tenantId, QUERY_MS_MAX, (tx) => readOne(tx, scope.tenantId, eventId))
    : undefined;
  const found = row && present(scope, row);
  const event: HistoryEvent | undefined = found !== undefined && isSeen(scope, found) ? found : undefined;
  if (event?.resource?.type !== type || event.resource.id !== id)
    throw new Failure(
      'not_found',
      `there is no event with this id about ${type}/${id}; GET /v1/resources/${type}/${encodeURIComponent(id)} lists those that there are`,
    );
  const head = {
    resource: { type, id },
    event: { id: event.id, seq: event.seq, at: event.occurredAt, action: event.action },
  };
  const { change } = event;
  const telling = tellingOf(event);
  if (telling === 'made') return { ...head, kind: 'remove', patch: [], notRestorable: [] };
  if (telling === undefined || telling === 'observed')
    throw refused(`the event ${event.action} changed nothing of ${type}/${id}, so there is nothing to undo`);
  if (change?.before === undefined)
    throw refused('the values before this change are not in the trail: they were never sent, or were erased');
  if (telling === 'removed')
    return {
      ...head,
      kind: 'create',
      ...madeAgain(
        change.before,
        (change.unavailable ?? []).map(({ field }) => field),
      ),
    };
  const reverse = reverseOf(change);
  if (reverse === undefined) throw refused('the values after this change are not in the trail: they were never sent, or were erased');
  return { ...head, kind: 'patch', ...reverse };
}

/** What a resource was that was removed, without what only stands in the place of a value. */
function madeAgain(before: JsonObject, unavailable: readonly string[]): Pick<ReverseAnswer, 'patch' | 'values' | 'notRestorable'> {
  const { patch, notRestorable } = heldPatch({}, before);
  const values = Object.fromEntries(
    patch.flatMap(({ path, ...operation }) => ('value' in operation ? [[nameOf(path), operation.value]] : [])),
  );
  return { patch: [], values, notRestorable: [...new Set([...notRestorable, ...unavailable])].sort() };
}

function nameOf(path: string): string {
  return path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}

function refused(message: string): Failure {
  return new Failure('parameter_invalid', `event: ${message}`, { pointer: 'event' });
}
