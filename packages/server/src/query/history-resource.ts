// All about one resource on one page: its events, the versions that they made of it, and its state now.

import { type HistoryEvent, type Version, tellingOf, versionsOf } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX, VERSIONS_COUNTED_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { recordedBounds } from '../store/read-events.ts';
import { countSorts, readPlaces, type Sort } from '../store/read-resource.ts';
import { historyEvent } from './history-event.ts';
import { type HistorySubject, type ResourceHistory, resourceHistory } from './history.ts';
import type { PresentedEvent, ReadScope } from './present.ts';
import type { PageRequest } from './read-page.ts';
import { answerOf, readKnown, type StateAnswer, type StateReader, valuesOnly } from './state.ts';
import { noSuchResource } from './state-subject.ts';

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
  const page = await resourceHistory(ask.reader, scope, subject, request);
  const isFirst = request.cursor === undefined;
  const rest = await asTenant(
    ask.reader,
    scope.tenantId,
    QUERY_MS_MAX,
    async (tx) => {
      if (page.events.length === 0 && isFirst) throw await noSuchResource(tx, scope, { type, id });
      const own = await ownEvents(tx, scope, subject, page.events);
      const older = await countOlder(tx, scope, { type, id }, own);
      return { own, older, known: isFirst && own.length > 0 ? await readKnown(tx, ask, scope, { type, id }, { untilMs: nowMs, need: 'values' }) : undefined };
    },
    'ordered',
  );
  const state = rest.known === undefined ? undefined : valuesOnly(await answerOf(ask, scope, rest.known, { type, id }, nowMs));
  const versions = numbered(rest.own, rest.older, request.order ?? 'desc');
  return { ...page, versions, ...(state === undefined ? {} : { state }) };
}

/** The events of a page that are about the resource itself. Where what they are was erased, the columns still say it. */
async function ownEvents(
  tx: pg.ClientBase,
  scope: ReadScope,
  { type, id, related = false }: HistorySubject,
  events: readonly PresentedEvent[],
): Promise<HistoryEvent[]> {
  const own = events.filter(({ resource }) => !related || (resource?.type === type && resource.id === id));
  const isErased = ({ action, occurredAt }: Partial<PresentedEvent>): boolean => action === undefined || occurredAt === undefined;
  const erased = own.filter(isErased);
  if (erased.length === 0) return own;
  const places = erased.map(({ seq, recordedAt }) => ({ seq, recordedMs: Date.parse(recordedAt) }));
  const rows = new Map((await readPlaces(tx, scope.tenantId, places)).map((row) => [row.seq, historyEvent(scope, row, { type, id })]));
  return own.flatMap((event) => (isErased(event) ? (rows.get(event.seq) ?? []) : event));
}

function numbered(own: readonly HistoryEvent[], older: number | undefined, order: 'asc' | 'desc'): PagedVersion[] {
  const oldestFirst = order === 'asc' ? own : own.toReversed();
  const versions = versionsOf(oldestFirst, (older ?? 0) + 1).map(({ version, ...rest }) => (older === undefined ? rest : { version, ...rest }));
  return order === 'asc' ? versions : versions.reverse();
}

/** How many versions come before the oldest event of a page; undefined when they are too many. */
async function countOlder(
  tx: pg.ClientBase,
  { tenantId }: ReadScope,
  resource: { readonly type: string; readonly id: string },
  own: readonly HistoryEvent[],
): Promise<number | undefined> {
  const oldest = own.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || a.seq - b.seq)[0];
  const recorded = await recordedBounds(tx, tenantId, {});
  if (oldest === undefined || recorded === undefined) return 0;
  const after = { occurredMs: Date.parse(oldest.occurredAt), seq: oldest.seq };
  const sorts = await countSorts(tx, tenantId, resource, { recorded, order: 'desc', limit: VERSIONS_COUNTED_MAX + 1, after });
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
