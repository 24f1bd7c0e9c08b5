// One actor: since when and until when seen, from where, in which sessions, and what they touched, in a range of time.

import { checkZone, CLOCK_SKEW_MS_MAX, Failure, ID_CHARS_MAX } from '@indelible/core';
import type pg from 'pg';
import { ACTOR_COUNTED_MAX, ACTOR_DAYS_DEFAULT, ACTOR_EVENTS_MAX, QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { type ActorRow, countActor, readActorEnds, readActorSlice } from '../store/read-actor.ts';
import { type Position, type RecordedRange, recordedBounds } from '../store/read-events.ts';
import { type ActorSummary, summarize } from './actor-summary.ts';
import { partOf, plansOf } from './part.ts';
import type { ReadScope } from './present.ts';
import { instantOfText } from './state-subject.ts';
import { ranges } from './walk.ts';

export interface ActorAnswer extends ActorSummary {
  readonly id: string;
  /** RFC 3339: the first and the last event of all, whatever the range. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** What the rest of the answer is about: from inclusive, to exclusive. */
  readonly range: { readonly from: string; readonly to: string; readonly zone: string };
  readonly events: {
    readonly count: number;
    /** True when there are more than were counted. */
    readonly estimate: boolean;
  };
  /** True when there were too many events to look at all, or the time was up: the lists are of those since `searchedBackTo`. */
  readonly partial?: true;
  readonly searchedBackTo?: string;
}

export interface ActorRequest {
  /** RFC 3339, or times of the query language; the last ACTOR_DAYS_DEFAULT days by default. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly zone?: string | undefined;
  readonly nowMs?: number | undefined;
}

const DAY_MS = 86_400_000;
const CHUNK_EVENTS = 2_000;

/**
 * @param id of the actor, exactly
 * @throws Failure `not_found` when the actor did nothing, `parameter_invalid`, `query_timeout`, `store_unavailable`
 * @example await actorSummary(store.reader, log, 'usr_maria', { from: '-7d', zone: 'Europe/Berlin' });
 */
export async function actorSummary(
  reader: Reader,
  scope: ReadScope,
  id: string,
  { from, to, zone = 'UTC', nowMs = Date.now() }: ActorRequest = {},
): Promise<ActorAnswer> {
  if (id.length < 1 || id.length > ID_CHARS_MAX || id.includes('\0') || !id.isWellFormed())
    throw new Failure('parameter_invalid', `id: expected 1 to ${ID_CHARS_MAX} characters of Unicode without U+0000`, { pointer: 'id' });
  // The present includes what occurred by a clock that is ahead.
  const toMs = to === undefined ? nowMs + CLOCK_SKEW_MS_MAX : instantOfText('to', to, nowMs, zone);
  const fromMs = from === undefined ? Math.min(toMs, nowMs) - ACTOR_DAYS_DEFAULT * DAY_MS : instantOfText('from', from, nowMs, zone);
  if (fromMs >= toMs) throw new Failure('parameter_invalid', 'from: expected a time before "to"', { pointer: 'from' });
  const occurred = { fromMs, toMs };
  const rows: ActorRow[] = [];
  const deadline = performance.now() + QUERY_MS_MAX / 2;
  const found = await asTenant(
    reader,
    scope.tenantId,
    QUERY_MS_MAX,
    async (tx) => {
      const within = partOf(scope);
      const ends = await readActorEnds(tx, scope.tenantId, id, within);
      const bounds = ends && (await recordedBounds(tx, scope.tenantId, {}));
      if (ends === undefined || bounds === undefined) throw noSuchActor(id);
      // What occurred at a time was recorded some minutes before it at the earliest.
      const recorded = { fromMs: Math.max(bounds.fromMs, fromMs - CLOCK_SKEW_MS_MAX), toMs: bounds.toMs };
      if (recorded.fromMs >= recorded.toMs) return { ends, count: 0, backToMs: undefined };
      const slice = { recorded, order: 'desc', limit: ACTOR_COUNTED_MAX, within, ...between(occurred) } as const;
      return {
        ends,
        backToMs: await readBack(tx, scope, id, recorded, occurred, rows, deadline),
        count: await countActor(tx, scope.tenantId, id, slice),
      };
    },
    plansOf(scope),
  );
  const { ends, count, backToMs } = found;
  const kept = backToMs === undefined ? rows : rows.filter(({ occurredMs }) => occurredMs >= backToMs);
  kept.sort((a, b) => b.occurredMs - a.occurredMs || b.seq - a.seq);
  return {
    id,
    firstSeen: iso(ends.firstMs),
    lastSeen: iso(ends.lastMs),
    range: { from: iso(fromMs), to: iso(toMs), zone: checkZone(zone) },
    events: { count, estimate: count >= ACTOR_COUNTED_MAX },
    ...(backToMs === undefined ? {} : { partial: true as const, searchedBackTo: iso(backToMs) }),
    ...summarize(kept, zone),
  };
}

function noSuchActor(id: string): Failure {
  return new Failure(
    'not_found',
    `no event was done by the actor "${id}"; ids are exact, case included: GET /v1/events?q=actor:... looks for names and e-mails too`,
  );
}

/** The places before and after a time of occurrence, newest first. */
function between({ fromMs, toMs }: RecordedRange): { readonly after: Position; readonly before: Position } {
  return { after: { occurredMs: toMs, seq: -1 }, before: { occurredMs: fromMs, seq: -1 } };
}

/**
 * Reads the newest events of the range into `rows`.
 *
 * @returns milliseconds since 1970: what occurred earlier was not looked at; undefined when all of it was
 */
async function readBack(
  tx: pg.ClientBase,
  scope: ReadScope,
  id: string,
  recorded: RecordedRange,
  occurred: RecordedRange,
  rows: ActorRow[],
  deadline: number,
): Promise<number | undefined> {
  const { after: start, before } = between(occurred);
  const within = partOf(scope);
  for (const range of ranges(recorded, 'desc', start, plansOf(scope))) {
    const olderMs = range.fromMs <= recorded.fromMs ? Number.NEGATIVE_INFINITY : range.fromMs + CLOCK_SKEW_MS_MAX;
    let after: Position | undefined = start;
    while (after !== undefined) {
      const limit = Math.min(CHUNK_EVENTS, ACTOR_EVENTS_MAX + 1 - rows.length);
      const chunk: ActorRow[] = await readActorSlice(tx, scope.tenantId, id, {
        recorded: range,
        order: 'desc',
        limit,
        after,
        before,
        within,
      });
      rows.push(...chunk);
      const last: ActorRow | undefined = chunk.length < limit ? undefined : chunk.at(-1);
      after = last && { occurredMs: last.occurredMs, seq: last.seq };
      // What is unread lies behind the last one, and in older partitions.
      const unreadMs = Math.max(olderMs, after === undefined ? Number.NEGATIVE_INFINITY : after.occurredMs + 1);
      const over = rows.length > ACTOR_EVENTS_MAX || performance.now() > deadline;
      if (over && unreadMs > occurred.fromMs) return unreadMs;
    }
  }
  return undefined;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
