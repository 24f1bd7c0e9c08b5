// All about one resource on one page: its events, the versions that they made of it, and its state now.

import { Failure, type HistoryEvent, type Version, tellingOf, versionsOf } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX, VERSIONS_COUNTED_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { recordedBounds } from '../store/read-events.ts';
import { countSorts, readPlaces, type ResourceName, type Sort } from '../store/read-resource.ts';
import { historyEvent } from './history-event.ts';
import { type HistorySubject, type ResourceHistory, resourceHistory } from './history.ts';
import { partOf, plansOf } from './part.ts';
import { type PresentedEvent, type ReadScope, UNREADABLE } from './present.ts';
import type { PageRequest } from './read-page.ts';
import { answerOf, type Known, readKnown, type StateAnswer, type StateReader, valuesOnly } from './state.ts';

/** A version on a page; without a number where too many are before it to be counted. */
export type PagedVersion = Omit<Version, 'version'> & { readonly version?: number };

export interface ResourceAnswer extends ResourceHistory {
  /** Of the events on this page, in their order, those that changed the resource; counted from 1, the oldest of all. */
  readonly versions: readonly PagedVersion[];
  /** As it is now, without who set each field; on the first page, unless only other resources' events name it. */
  readonly state?: Omit<StateAnswer, 'fields'>;
}

/**
 * @throws Failure `not_found` when no event at all is about the resource, or names it where `related` asks for that
 * @throws Failure `parameter_invalid`, `cursor_invalid`, `query_timeout`, `store_unavailable`
 */
export async function readResourcePage(
  ask: StateReader,
  scope: ReadScope,
  subject: HistorySubject,
  request: PageRequest = {},
  nowMs: number = Date.now(),
): Promise<ResourceAnswer> {
  const { type, id } = subject;
  const isFirst = request.cursor === undefined;
  const [page, now] = await Promise.all([
    resourceHistory(ask.reader, scope, subject, request),
    isFirst ? stateNow(ask, scope, { type, id }, nowMs) : undefined,
  ]);
  if (now instanceof Failure && page.events.length === 0) throw now;
  const own = await ownEvents(ask, scope, subject, page.events);
  const versions = await versionsOn(ask, scope, { type, id }, own, {
    order: request.order ?? 'desc',
    isLast: page.next === undefined,
    isFirst,
  });
  return { ...page, versions, ...(now === undefined || now instanceof Failure ? {} : { state: now }) };
}

/** The state at an instant without who set each field, or the failure that says that no event is about the resource. */
async function stateNow(
  ask: StateReader,
  scope: ReadScope,
  resource: ResourceName,
  nowMs: number,
): Promise<ResourceAnswer['state'] | Failure> {
  const read = (tx: pg.ClientBase): Promise<Known> => readKnown(tx, ask, scope, resource, { untilMs: nowMs, need: 'values' });
  try {
    const known = await asTenant(ask.reader, scope.tenantId, QUERY_MS_MAX, read, plansOf(scope));
    return valuesOnly(await answerOf(ask, scope, known, resource, nowMs));
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return error;
    throw error;
  }
}

/** The events of a page that are about the resource itself. Where what they are was erased, the columns still say it. */
async function ownEvents(
  { reader }: StateReader,
  scope: ReadScope,
  { type, id, related = false }: HistorySubject,
  events: readonly PresentedEvent[],
): Promise<HistoryEvent[]> {
  const own = events.filter(({ resource }) => !related || (resource?.type === type && resource.id === id));
  const isErased = ({ action }: PresentedEvent): boolean => action === UNREADABLE;
  const erased = own.filter(isErased);
  if (erased.length === 0) return own;
  const places = erased.map(({ seq, recordedAt }) => ({ seq, recordedMs: Date.parse(recordedAt) }));
  const rows = await asTenant(reader, scope.tenantId, QUERY_MS_MAX, (tx) => readPlaces(tx, scope.tenantId, places), 'kept');
  const mended = new Map(rows.map((row) => [row.seq, historyEvent(scope, row, { type, id })]));
  return own.flatMap((event) => (isErased(event) ? (mended.get(event.seq) ?? []) : event));
}

interface Place {
  readonly order: 'asc' | 'desc';
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

async function versionsOn(
  { reader }: StateReader,
  scope: ReadScope,
  resource: ResourceName,
  own: readonly HistoryEvent[],
  { order, isFirst, isLast }: Place,
): Promise<PagedVersion[]> {
  const oldestFirst = order === 'asc' ? own : own.toReversed();
  const [oldest] = oldestFirst;
  const isOldest = order === 'asc' ? isFirst : isLast;
  const older =
    oldest === undefined || isOldest
      ? 0
      : await asTenant(reader, scope.tenantId, QUERY_MS_MAX, (tx) => countOlder(tx, scope, resource, oldest), plansOf(scope));
  const versions = versionsOf(oldestFirst, (older ?? 0) + 1).map(({ version, ...rest }) =>
    older === undefined ? rest : { version, ...rest },
  );
  return order === 'asc' ? versions : versions.reverse();
}

/** How many versions come before an event; undefined when they are too many. */
async function countOlder(tx: pg.ClientBase, scope: ReadScope, resource: ResourceName, oldest: HistoryEvent): Promise<number | undefined> {
  const recorded = await recordedBounds(tx, scope.tenantId, {});
  if (recorded === undefined) return 0;
  const after = { occurredMs: Date.parse(oldest.occurredAt), seq: oldest.seq };
  const slice = { recorded, order: 'desc', limit: VERSIONS_COUNTED_MAX + 1, after, within: partOf(scope) } as const;
  const sorts = await countSorts(tx, scope.tenantId, resource, slice);
  if (sorts.reduce((sum, { count }) => sum + count, 0) > VERSIONS_COUNTED_MAX) return undefined;
  return sorts.reduce((sum, sort) => sum + (isVersion(sort, resource.type) ? sort.count : 0), 0);
}

/** By what its sort says, whatever its values. */
function isVersion({ action, operation, outcome, sourceKind, hasChange }: Sort, type: string): boolean {
  const event: HistoryEvent = {
    id: '',
    seq: 0,
    occurredAt: '',
    action,
    operation,
    outcome,
    source: { kind: sourceKind },
    resource: { type, id: '' },
    ...(hasChange ? { change: { fields: [] } } : {}),
  };
  return tellingOf(event) !== undefined;
}
