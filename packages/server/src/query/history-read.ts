// The past of one resource up to an instant, read backwards: as far as its state needs, and no further.
//
// Partitions are cut by the time of recording and read newest first, events are ordered by the time of occurrence; so what
// was read is complete only down to a time, the one where the unread begins (walk.ts says why). An event that makes or
// removes the resource ends the walk; so does, for the values alone, one that shows all of them, and for who set them, one
// after which no field is left that nobody has set.

import { CLOCK_SKEW_MS_MAX, type HistoryEvent, isWhole, startsAnew, stateAt, tellingOf } from '@indelible/core';
import type pg from 'pg';
import { STATE_BYTES_MAX, STATE_EVENTS_MAX, STATE_TRUNCATIONS_MAX } from '../limits.ts';
import { type Position, type RecordedRange, recordedBounds } from '../store/read-events.ts';
import { readResource, type ResourceName, type ResourceRow, readTruncations } from '../store/read-resource.ts';
import { historyEvent } from './history-event.ts';
import type { ReadScope } from './present.ts';
import { ranges } from './walk.ts';

/** What is to be known: the values of the resource, or also who set each. */
export type Need = 'values' | 'blame';

export interface Past {
  /** Oldest first, truncations of the type among them. */
  readonly events: readonly HistoryEvent[];
  /**
   * `whole`: nothing before matters. `enough`: what is needed is known, and not when it began. `partial`: a limit was met,
   * and what lies before `backToMs` was not looked at.
   */
  readonly reach: 'whole' | 'enough' | 'partial';
  /** Milliseconds since 1970. */
  readonly backToMs: number;
}

const FIRST_EVENTS: Readonly<Record<Need, number>> = { values: 8, blame: 64 };
const CHUNK_EVENTS_MAX = 1_000;
const CHUNK_BYTES = 4 * 1024 * 1024;

export interface PastQuestion {
  readonly scope: ReadScope;
  readonly resource: ResourceName;
  /** Milliseconds since 1970; what occurred in that very millisecond belongs to it. */
  readonly untilMs: number;
  readonly need: Need;
  /** When to read no more, on the clock of performance.now(). */
  readonly deadline: number;
}

interface Reading {
  readonly question: PastQuestion;
  readonly events: HistoryEvent[];
  bytes: number;
  /** Everything that occurred at this time or later was read, as far as it is asked for. */
  completeMs: number;
  /** How many events there were when who set what was last looked at. */
  looked: number;
}

/** @param tx of the reader, for this tenant */
export async function readPast(tx: pg.ClientBase, question: PastQuestion): Promise<Past> {
  const { scope, untilMs } = question;
  const bounds = await recordedBounds(tx, scope.tenantId, {});
  if (bounds === undefined) return { events: [], reach: 'whole', backToMs: Number.NEGATIVE_INFINITY };
  const reading: Reading = { question, events: [], bytes: 0, completeMs: Number.POSITIVE_INFINITY, looked: 0 };
  const reach = await readBack(tx, reading, bounds);
  const complete = reading.events.filter(({ occurredAt }) => reach === 'whole' || Date.parse(occurredAt) >= reading.completeMs);
  const ordered = complete.sort(byTime);
  const anchor = ordered.findLastIndex(startsAnew);
  const own = anchor > 0 ? ordered.slice(anchor) : ordered;
  const oldest = anchor >= 0 ? own[0] : undefined;
  const backToMs = oldest === undefined ? (reach === 'whole' ? Number.NEGATIVE_INFINITY : reading.completeMs) : Date.parse(oldest.occurredAt);
  const truncations = await truncationsOf(tx, question, own, { fromMs: backToMs, toMs: untilMs }, bounds);
  return { events: [...own, ...truncations].sort(byTime), reach, backToMs };
}

async function readBack(tx: pg.ClientBase, reading: Reading, bounds: RecordedRange): Promise<Past['reach']> {
  const { scope, resource, untilMs, need, deadline } = reading.question;
  const start = { occurredMs: untilMs + 1, seq: -1 };
  for (const recorded of ranges(bounds, 'desc', start)) {
    const olderMs = recorded.fromMs <= bounds.fromMs ? Number.NEGATIVE_INFINITY : recorded.fromMs + CLOCK_SKEW_MS_MAX;
    let after: Position | undefined = start;
    while (after !== undefined) {
      const limit = nextLimit(reading, need);
      const rows: ResourceRow[] = await readResource(tx, scope.tenantId, resource, { recorded, order: 'desc', limit, after });
      for (const row of rows) {
        reading.bytes += row.disclosures.length;
        reading.events.push(historyEvent(scope, row, resource));
      }
      const last: ResourceRow | undefined = rows.length < limit ? undefined : rows.at(-1);
      after = last && { occurredMs: last.occurredMs, seq: last.seq };
      // Beside the last event of a chunk there may be another of the same millisecond.
      reading.completeMs = Math.min(reading.completeMs, Math.max(olderMs, after === undefined ? Number.NEGATIVE_INFINITY : after.occurredMs + 1));
      const found = suffices(reading);
      if (found !== undefined) return found;
      const atLimit = reading.events.length >= STATE_EVENTS_MAX || reading.bytes >= STATE_BYTES_MAX || performance.now() > deadline;
      if (atLimit && reading.completeMs > Number.NEGATIVE_INFINITY) return 'partial';
    }
  }
  return 'whole';
}

/** Few events first, since most resources need no more; then as many as fit into a chunk's bytes by what was read. */
function nextLimit({ events, bytes }: Reading, need: Need): number {
  if (events.length === 0) return FIRST_EVENTS[need];
  const fitting = Math.max(8, Math.floor(CHUNK_BYTES / Math.max(1, bytes / events.length)));
  return Math.min(CHUNK_EVENTS_MAX, fitting, events.length * 8, Math.max(8, STATE_EVENTS_MAX - events.length));
}

/** Whether what was read, and is complete, is all that is needed. */
function suffices(reading: Reading): 'whole' | 'enough' | undefined {
  const { events, completeMs, question } = reading;
  const complete = events.filter(({ occurredAt }) => Date.parse(occurredAt) >= completeMs);
  if (complete.some(startsAnew)) return 'whole';
  const known = complete.some(showsAll);
  if (!known) return undefined;
  if (question.need === 'values') return 'enough';
  if (complete.length < 2 * reading.looked) return undefined;
  reading.looked = complete.length;
  const { fields } = stateAt(complete.sort(byTime), question.untilMs);
  return fields.every(({ setBy }) => setBy !== undefined) ? 'enough' : undefined;
}

/** Whether nothing before an event is needed to know the values after it. */
function showsAll(event: HistoryEvent): boolean {
  const { change } = event;
  if (change?.after === undefined || tellingOf(event) === undefined || !isWhole(event)) return false;
  return (change.unavailable ?? []).every(({ field }) => Object.hasOwn(change.after ?? {}, field));
}

/**
 * The truncations of the type since a time. Only captured tables are truncated, so of other resources none is looked for;
 * of two sources that have tables of one name each truncates its own.
 */
async function truncationsOf(
  tx: pg.ClientBase,
  { scope, resource }: PastQuestion,
  own: readonly HistoryEvent[],
  occurred: RecordedRange,
  bounds: RecordedRange,
): Promise<HistoryEvent[]> {
  const sources = new Set(own.flatMap(({ source }) => (source?.kind === 'postgres' ? [source.name] : [])));
  if (own.length > 0 && sources.size === 0) return [];
  const fromMs = Math.max(bounds.fromMs, occurred.fromMs - CLOCK_SKEW_MS_MAX);
  if (fromMs >= bounds.toMs) return [];
  const rows = await readTruncations(tx, scope.tenantId, resource.type, {
    recorded: { fromMs, toMs: bounds.toMs },
    order: 'desc',
    limit: STATE_TRUNCATIONS_MAX,
    after: { occurredMs: occurred.toMs + 1, seq: -1 },
    before: { occurredMs: occurred.fromMs, seq: -1 },
  });
  const events = rows.map((row) => historyEvent(scope, row, { type: resource.type }));
  return own.length === 0 ? events : events.filter(({ source }) => sources.has(source?.name));
}

/**
 * The first events about a resource after an instant, oldest first, up to one that tells something: what comes next says
 * whether the resource was there before. Empty when there is none.
 */
export async function readNext(tx: pg.ClientBase, { scope, resource, untilMs }: PastQuestion): Promise<HistoryEvent[]> {
  const recorded = await recordedBounds(tx, scope.tenantId, {});
  if (recorded === undefined) return [];
  const events: HistoryEvent[] = [];
  let after: Position = { occurredMs: untilMs, seq: Number.MAX_SAFE_INTEGER };
  for (let limit = 1; events.length < STATE_EVENTS_MAX; limit = Math.min(CHUNK_EVENTS_MAX, limit * 8)) {
    const rows = await readResource(tx, scope.tenantId, resource, { recorded, order: 'asc', limit, after });
    for (const row of rows) {
      const event = historyEvent(scope, row, resource);
      events.push(event);
      if (tellingOf(event) !== undefined) return events;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    after = { occurredMs: last.occurredMs, seq: last.seq };
  }
  return events;
}

function byTime(a: HistoryEvent, b: HistoryEvent): number {
  return a.occurredAt === b.occurredAt ? a.seq - b.seq : a.occurredAt < b.occurredAt ? -1 : 1;
}
