// The state of a resource at an instant: its values, who set each, and what is doubtful about them.

import { type HistoryEvent, type ResourceState, stateAt, tellingOf } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import type { ResourceName } from '../store/read-resource.ts';
import { type Gaps, gapsOf } from './gaps.ts';
import { unplacedEvent } from './gaps-truncated.ts';
import { byTime, latestName, type Next, type Past, type PastQuestion, readNext, readPast } from './history-read.ts';
import { plansOf } from './part.ts';
import type { ReadScope } from './present.ts';
import { checkSubject, instantOfText, noSuchResource } from './state-subject.ts';
import type { Truncations } from './truncations.ts';

export interface StateAnswer extends ResourceState {
  readonly resource: ResourceName & {
    /** The latest name at that instant, or the first one after it. */
    readonly name?: string;
  };
  /** RFC 3339: the instant that the state is of. */
  readonly at: string;
  /**
   * True when a limit was met on the way back: fields without `setBy` were set before `searchedBackTo`, or not at all. Without
   * that time it was met on the way forward, in search of the first event that tells whether the resource was there.
   */
  readonly partial?: true;
  readonly searchedBackTo?: string;
}

export interface StateReader {
  /** The reader's pool. */
  readonly reader: Reader;
  readonly gaps: Gaps;
  readonly truncations: Truncations;
}

export interface StateRequest {
  /** RFC 3339, or a time of the query language; now by default. */
  readonly at?: string | undefined;
  /** The zone of times that name none; UTC by default. */
  readonly zone?: string | undefined;
  /** Milliseconds since 1970; the clock by default. */
  readonly nowMs?: number | undefined;
}

/**
 * The state of a resource as it was at an instant, rebuilt from its events.
 *
 * @throws Failure `not_found` when no event at all is about the resource; before its first event its standing is `unknown`
 * @throws Failure `parameter_invalid`, `query_timeout`, `store_unavailable`
 * @example await resourceState({ reader, gaps }, log, { type: 'bot', id: 'bot_42' }, { at: '2026-11-01', zone: 'Europe/Berlin' });
 */
export async function resourceState(
  ask: StateReader,
  scope: ReadScope,
  subject: ResourceName,
  { at, zone, nowMs = Date.now() }: StateRequest = {},
): Promise<StateAnswer> {
  const { type, id } = checkSubject(subject);
  const untilMs = instantOfText('at', at, nowMs, zone);
  const read = (tx: pg.ClientBase): Promise<Known> => readKnown(tx, ask, scope, { type, id }, { untilMs, need: 'blame' });
  return answerOf(ask, scope, await asTenant(ask.reader, scope.tenantId, QUERY_MS_MAX, read, plansOf(scope)), { type, id }, untilMs);
}

/** What the log knows for a state at an instant. */
export interface Known extends Past {
  /** Of the time after the instant, where the past tells nothing. */
  readonly next: readonly HistoryEvent[];
}

/** @throws Failure `not_found` when no event at all is about the resource */
export async function readKnown(
  tx: pg.ClientBase,
  { truncations }: StateReader,
  scope: ReadScope,
  resource: ResourceName,
  asked: Pick<PastQuestion, 'untilMs' | 'need'>,
): Promise<Known> {
  const question: PastQuestion = { scope, truncations, resource, ...asked, deadline: performance.now() + QUERY_MS_MAX / 2 };
  const past = await readPast(tx, question);
  const own = past.events.filter(isOwn);
  if (own.some((event) => tellingOf(event) !== undefined)) return { ...past, next: [] };
  const { events: next, reach } = past.reach === 'partial' ? { events: [], reach: past.reach } : await readNext(tx, question);
  if (own.length === 0 && next.length === 0 && past.reach === 'whole') throw await noSuchResource(tx, scope, resource);
  // A truncation of another source's table says nothing about this resource.
  const sources = sourcesOf([...own, ...next]);
  const events = past.events.filter((event) => isOwn(event) || sources.has(event.source?.name));
  return { ...past, events, next, reach: reach === 'partial' ? reach : past.reach };
}

function isOwn({ resource }: HistoryEvent): boolean {
  return resource?.id !== undefined;
}

/** The state that is known, with the gaps of the sources that the resource comes from. */
export async function answerOf(
  ask: StateReader,
  scope: ReadScope,
  known: Known,
  resource: ResourceName,
  untilMs: number,
): Promise<StateAnswer> {
  const { next, reach, backToMs } = known;
  const events = await withUnplaced(ask, known, resource.type, untilMs);
  const { knownSince, ...state } = await stateWithGaps(ask, scope, [...events, ...next], resource, untilMs);
  const name = latestName(events) ?? known.name ?? next.find((event) => event.resource?.name !== undefined)?.resource?.name;
  return {
    resource: { type: resource.type, id: resource.id, ...(name === undefined ? {} : { name }) },
    at: new Date(untilMs).toISOString(),
    ...state,
    // Where reading stopped half way, nothing says when it began.
    ...(knownSince === undefined || reach !== 'whole' ? {} : { knownSince }),
    ...(reach === 'partial' ? { partial: true as const } : {}),
    ...(reach === 'partial' && Number.isFinite(backToMs) ? { searchedBackTo: new Date(backToMs).toISOString() } : {}),
  };
}

/** Adds the truncations that stand in the log of no owner, where the log of the tenant does not tell of the same. */
async function withUnplaced(
  { gaps }: StateReader,
  { events, next, backToMs }: Known,
  type: string,
  untilMs: number,
): Promise<readonly HistoryEvent[]> {
  const sources = sourcesOf([...events, ...next]);
  if (sources.size === 0) return events;
  const told = new Set(events.filter((event) => !isOwn(event)).map(({ occurredAt }) => occurredAt));
  const added = (await gaps.truncated(type))
    .filter(({ source, atMs }) => sources.has(source) && atMs >= backToMs && atMs <= untilMs)
    .map((truncation) => unplacedEvent(type, truncation))
    .filter(({ occurredAt }) => !told.has(occurredAt));
  return added.length === 0 ? events : [...events, ...added].sort(byTime);
}

function sourcesOf(events: readonly HistoryEvent[]): ReadonlySet<string | undefined> {
  return new Set(events.flatMap(({ source }) => (source?.kind === 'postgres' ? [source.name] : [])));
}

/** The state of a resource by its events, and what the holes of their sources leave in doubt. */
async function stateWithGaps(
  { reader, gaps }: StateReader,
  scope: ReadScope,
  events: readonly HistoryEvent[],
  resource: ResourceName,
  untilMs: number,
): Promise<ResourceState> {
  const found = stateAt(events, untilMs, await gapsOf(gaps, resource.type, events, untilMs));
  if (!found.doubts.some(({ kind }) => kind === 'gap')) return found;
  // The next event may tell that a hole began only later.
  const deadline = performance.now() + QUERY_MS_MAX / 2;
  const read = (tx: pg.ClientBase): Promise<Next> => readNext(tx, { scope, resource, untilMs, deadline });
  const { events: later } = await asTenant(reader, scope.tenantId, QUERY_MS_MAX, read, plansOf(scope));
  return stateAt(events, untilMs, await gapsOf(gaps, resource.type, [...events, ...later], untilMs));
}

/** For questions about a state without who set it: of the doubts those that concern the values. */
export function valuesOnly({ fields: _fields, doubts, ...state }: StateAnswer): Omit<StateAnswer, 'fields'> {
  return { ...state, doubts: doubts.filter(({ kind }) => kind !== 'unrecorded_change') };
}
