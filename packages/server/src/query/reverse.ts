// How to undo the change that one event tells of, for whoever wants to put a resource back.

import {
  type Change,
  CLOCK_SKEW_MS_MAX,
  diff,
  Failure,
  type HistoryEvent,
  heldPatch,
  isStillThere,
  type JsonObject,
  type PatchOperation,
  reverseOf,
  stillReversible,
  tellingOf,
  UUID,
} from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { readOne } from '../store/read-events.ts';
import type { ResourceName } from '../store/read-resource.ts';
import { isSeen, partOf, plansOf } from './part.ts';
import { present, type ReadScope } from './present.ts';
import { answerOf, type Known, readKnown, type StateAnswer, type StateReader } from './state.ts';
import { checkSubject } from './state-subject.ts';

export interface ReverseAnswer {
  readonly resource: ResourceName;
  readonly event: { readonly id: string; readonly seq: number; readonly at: string; readonly action: string };
  /** What undoes it: a patch, the removal of what was made, or the making of what was removed. */
  readonly kind: 'patch' | 'remove' | 'create';
  /** RFC 6902: tests first, so that nothing is undone that is changed after this was answered. Empty but for a patch. */
  readonly patch: readonly PatchOperation[];
  /** Of a removal, what the resource was; left out where it is there again. */
  readonly values?: JsonObject;
  /** Fields whose values the trail does not hold: redacted, too large, or not to be had. The empty text stands for the row. */
  readonly notRestorable: readonly string[];
  /**
   * Fields that were changed again since the event, or may have been where the state now is in doubt: a patch leaves them out, a
   * removal would lose them. The empty text stands for the resource: it was removed since, or made again.
   */
  readonly changedSince: readonly string[];
}

/**
 * @param eventId of an event about this resource
 * @throws Failure `not_found` for an event that there is not, or that is about another resource
 * @throws Failure `parameter_invalid` for an event that changed nothing, or whose values are gone
 */
export async function reverseChange(
  ask: StateReader,
  scope: ReadScope,
  subject: ResourceName,
  eventId: string | undefined,
  nowMs: number = Date.now(),
): Promise<ReverseAnswer> {
  const { type, id } = checkSubject(subject);
  if (eventId === undefined) throw refused('expected the id of an event of this resource, got nothing');
  const row = UUID.test(eventId)
    ? await asTenant(ask.reader, scope.tenantId, QUERY_MS_MAX, (tx) => readOne(tx, scope.tenantId, eventId, partOf(scope)))
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
  if (telling === undefined || telling === 'observed')
    throw refused(`the event ${event.action} changed nothing of ${type}/${id}, so there is nothing to undo`);
  if (telling !== 'made' && change?.before === undefined)
    throw refused('the values before this change are not in the trail: they were never sent, or were erased');
  const now = await stateNow(ask, scope, { type, id }, nowMs);
  if (telling === 'made')
    return {
      ...head,
      kind: 'remove',
      patch: [],
      notRestorable: [],
      changedSince: isStillThere(event, now) ? diff(change?.after ?? {}, now.values) : [''],
    };
  if (telling === 'removed') return { ...head, kind: 'create', ...madeAgain(change, now.last?.event === event.id) };
  const reverse = change && reverseOf(change);
  if (reverse === undefined) throw refused('the values after this change are not in the trail: they were never sent, or were erased');
  return { ...head, kind: 'patch', ...stillReversible(reverse, change?.after ?? {}, event, now) };
}

/** With who set each field; the present includes what occurred by a clock that is ahead. */
async function stateNow(ask: StateReader, scope: ReadScope, resource: ResourceName, nowMs: number): Promise<StateAnswer> {
  const untilMs = nowMs + CLOCK_SKEW_MS_MAX;
  const read = (tx: pg.ClientBase): Promise<Known> => readKnown(tx, ask, scope, resource, { untilMs, need: 'blame' });
  return answerOf(ask, scope, await asTenant(ask.reader, scope.tenantId, QUERY_MS_MAX, read, plansOf(scope)), resource, untilMs);
}

/**
 * What a resource was that was removed, without what only stands in the place of a value.
 *
 * @param isLast whether nothing happened to it since
 */
function madeAgain(
  { before = {}, unavailable = [] }: Partial<Change> = {},
  isLast: boolean,
): Omit<ReverseAnswer, 'resource' | 'event' | 'kind'> {
  if (!isLast) return { patch: [], notRestorable: [], changedSince: [''] };
  const { patch, notRestorable } = heldPatch({}, before);
  const values = Object.fromEntries(
    patch.flatMap(({ path, ...operation }) => ('value' in operation ? [[nameOf(path), operation.value]] : [])),
  );
  const lost = new Set([...notRestorable, ...unavailable.map(({ field }) => field)]);
  return { patch: [], values, notRestorable: [...lost].sort(), changedSince: [] };
}

function nameOf(path: string): string {
  return path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}

function refused(message: string): Failure {
  return new Failure('parameter_invalid', `event: ${message}`, { pointer: 'event' });
}
