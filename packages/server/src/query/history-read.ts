// The past of one resource up to an instant, read backwards: as far as its state needs, and no further.
//
// Partitions are cut by the time of recording and read newest first, events are ordered by the time of occurrence; so what
// was read is complete only down to a time, the one where the unread begins (walk.ts says why). An event that makes or
// removes the resource ends the walk; so does, for the values alone, one that shows all of them, and for who set them, one
// after which no field is left that nobody has set.

import { CLOCK_SKEW_MS_MAX, escapeStep, type HistoryEvent, isWhole, startsAnew, stateAt, tellingOf } from '@indelible/core';
import type pg from 'pg';
import { STATE_BYTES_MAX, STATE_EVENTS_MAX } from '../limits.ts';
import { filledBy, type Position, type RecordedRange, recordedBounds, type Slice } from '../store/read-events.ts';
import { readResource, type ResourceName, type ResourceRow } from '../store/read-resource.ts';
import { historyEvent } from './history-event.ts';
import { partOf, plansOf } from './part.ts';
import type { ReadScope } from './present.ts';
import type { Truncations } from './truncations.ts';
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
  /** What an earlier event calls the resource, where none of these has a name. */
  readonly name?: string;
}

/** A name stands in most events, so that few are looked at for one. */
const NAMED_EVENTS_MAX = 64;

const FIRST_EVENTS: Readonly<Record<Need, number>> = { values: 8, blame: 64 };
const CHUNK_EVENTS_MAX = 1_000;
const CHUNK_BYTES = 4 * 1024 * 1024;

export interface PastQuestion {
  readonly scope: ReadScope;
  readonly truncations: Truncations;
  readonly resource: ResourceName;
  /** Milliseconds since 1970; what occurred in that very millisecond belongs to it. */
  readonly untilMs: number;
  readonly need: Need;
  /** When to read no more, on the clock of performance.now(). */
  readonly deadline: number;
}

interface Reading {
  readonly question: PastQuestion;
  /** As they were read: newest first in each partition. */
  readonly events: ReadEvent[];
  bytes: number;
  /** Everything that occurred at this time or later was read, as far as it is asked for. */
  completeMs: number;
  /** When it was made or removed, and when all its values were shown, as far as that was read. */
  readonly startedMs: number[];
  readonly shownMs: number[];
  /** Columns that no event changed, of the first event that shows all; absent while there is none. */
  untouched: Set<string> | undefined;
  /** Events that were taken off those. */
  counted: number;
}

interface ReadEvent {
  readonly event: HistoryEvent;
  readonly atMs: number;
}

/** @param tx of the reader, for this tenant */
export async function readPast(tx: pg.ClientBase, question: PastQuestion): Promise<Past> {
  const { scope, resource, untilMs, truncations } = question;
  const bounds = await recordedBounds(tx, scope.tenantId, {});
  if (bounds === undefined) return { events: [], reach: 'whole', backToMs: Number.NEGATIVE_INFINITY };
  const reading: Reading = {
    question,
    events: [],
    bytes: 0,
    completeMs: Number.POSITIVE_INFINITY,
    startedMs: [],
    shownMs: [],
    untouched: undefined,
    counted: 0,
  };
  const reach = await readBack(tx, reading, bounds);
  const ordered = complete(reading, reach === 'whole' ? Number.NEGATIVE_INFINITY : reading.completeMs);
  const anchor = ordered.findLastIndex(startsAnew);
  const own = anchor > 0 ? ordered.slice(anchor) : ordered;
  const started = anchor < 0 ? undefined : Date.parse(own[0]?.occurredAt ?? '');
  const backToMs = started ?? (reach === 'whole' ? Number.NEGATIVE_INFINITY : reading.completeMs);
  // Only captured tables are truncated. Of two sources that have tables of one name each truncates its own.
  const sources = new Set(own.flatMap(({ source }) => (source?.kind === 'postgres' ? [source.name] : [])));
  if (own.length > 0 && sources.size === 0) {
    const name = await nameBefore(tx, reading, own, reach, bounds);
    return { events: own, reach, backToMs, ...(name === undefined ? {} : { name }) };
  }
  const emptied = await truncations.of(tx, scope, resource.type, bounds, { fromMs: backToMs, toMs: untilMs });
  const concerned = own.length === 0 ? emptied : emptied.filter(({ source }) => sources.has(source?.name));
  return { events: concerned.length === 0 ? own : [...own, ...concerned].sort(byTime), reach, backToMs };
}

/** The event that removes a resource need not say how it was called. What comes into being has its own name, or none. */
async function nameBefore(
  tx: pg.ClientBase,
  reading: Reading,
  own: readonly HistoryEvent[],
  reach: Past['reach'],
  recorded: RecordedRange,
): Promise<string | undefined> {
  const [first] = own;
  if (first === undefined || reach === 'partial' || latestName(own) !== undefined) return undefined;
  if (reach === 'whole' && tellingOf(first) !== 'removed') return undefined;
  const { completeMs, question } = reading;
  const read = latestName(complete(reading, completeMs));
  if (read !== undefined || !Number.isFinite(completeMs)) return read;
  const { scope, resource } = question;
  const after = { occurredMs: completeMs, seq: -1 };
  const slice: Slice = { recorded, order: 'desc', limit: NAMED_EVENTS_MAX, bytes: CHUNK_BYTES, after, within: partOf(scope) };
  const rows = await readResource(tx, scope.tenantId, resource, slice);
  return latestName(rows.map((row) => historyEvent(scope, row, resource)).reverse());
}

/** @param events oldest first */
export function latestName(events: readonly HistoryEvent[]): string | undefined {
  return events.findLast(({ resource }) => resource?.name !== undefined)?.resource?.name;
}

async function readBack(tx: pg.ClientBase, reading: Reading, bounds: RecordedRange): Promise<Past['reach']> {
  const { scope, resource, untilMs, deadline } = reading.question;
  const start = { occurredMs: untilMs + 1, seq: -1 };
  for (const recorded of ranges(bounds, 'desc', start, plansOf(scope))) {
    const olderMs = recorded.fromMs <= bounds.fromMs ? Number.NEGATIVE_INFINITY : recorded.fromMs + CLOCK_SKEW_MS_MAX;
    let after: Position | undefined = start;
    while (after !== undefined) {
      const chunk: Slice = { recorded, order: 'desc', limit: nextLimit(reading), bytes: CHUNK_BYTES, after, within: partOf(scope) };
      const rows: ResourceRow[] = await readResource(tx, scope.tenantId, resource, chunk);
      for (const row of rows) {
        note(reading, historyEvent(scope, row, resource), row);
      }
      const last: ResourceRow | undefined = filledBy(rows, chunk) === undefined ? undefined : rows.at(-1);
      after = last && { occurredMs: last.occurredMs, seq: last.seq };
      // Beside the last event of a chunk there may be another of the same millisecond.
      reading.completeMs = Math.min(
        reading.completeMs,
        Math.max(olderMs, after === undefined ? Number.NEGATIVE_INFINITY : after.occurredMs + 1),
      );
      const found = suffices(reading);
      if (found !== undefined) return found;
      const atLimit = reading.events.length >= STATE_EVENTS_MAX || reading.bytes >= STATE_BYTES_MAX || performance.now() > deadline;
      if (atLimit && reading.completeMs > Number.NEGATIVE_INFINITY) return 'partial';
    }
  }
  return 'whole';
}

/** Few events first, since most resources need no more; then as many as fit into a chunk's bytes by what was read. */
function nextLimit({ events, bytes, question }: Reading): number {
  if (events.length === 0) return FIRST_EVENTS[question.need];
  const fitting = Math.max(8, Math.floor(CHUNK_BYTES / Math.max(1, bytes / events.length)));
  return Math.min(
    CHUNK_EVENTS_MAX,
    fitting,
    Math.max(FIRST_EVENTS[question.need], events.length * 8),
    Math.max(8, STATE_EVENTS_MAX - events.length),
  );
}

/** What was read and is complete since a time, oldest first. */
function complete({ events }: Reading, sinceMs: number): HistoryEvent[] {
  return events
    .filter(({ atMs }) => atMs >= sinceMs)
    .sort((a, b) => a.atMs - b.atMs || a.event.seq - b.event.seq)
    .map(({ event }) => event);
}

function note(reading: Reading, event: HistoryEvent, { occurredMs: atMs, disclosures }: ResourceRow): void {
  reading.bytes += disclosures.length;
  reading.events.push({ event, atMs });
  if (startsAnew(event)) reading.startedMs.push(atMs);
  if (!showsAll(event)) return;
  reading.shownMs.push(atMs);
  reading.untouched ??= new Set(Object.keys(event.change?.after ?? {}).map(escapeStep));
}

/** Whether what was read, and is complete, is all that is needed. */
function suffices(reading: Reading): 'whole' | 'enough' | undefined {
  const { events, completeMs, question, untouched } = reading;
  if (reading.startedMs.some((atMs) => atMs >= completeMs)) return 'whole';
  if (untouched === undefined || !reading.shownMs.some((atMs) => atMs >= completeMs)) return undefined;
  if (question.need === 'values') return 'enough';
  for (; reading.counted < events.length; reading.counted++)
    for (const field of events[reading.counted]?.event.change?.fields ?? []) untouched.delete(field.split('/')[0] ?? '');
  if (untouched.size > 0) return undefined;
  // Every column was changed at some time: now it pays to look at every leaf.
  const { fields } = stateAt(complete(reading, completeMs), question.untilMs);
  return fields.length > 0 && fields.every(({ setBy }) => setBy !== undefined) ? 'enough' : undefined;
}

/** Whether nothing before an event is needed to know the values after it. */
function showsAll(event: HistoryEvent): boolean {
  const { change } = event;
  if (change?.after === undefined || tellingOf(event) === undefined || !isWhole(event)) return false;
  return (change.unavailable ?? []).every(({ field }) => Object.hasOwn(change.after ?? {}, field));
}

/** What comes after an instant. */
export interface Next {
  /** Oldest first. */
  readonly events: readonly HistoryEvent[];
  /** `partial`: a limit was met before an event that tells something, or the end. */
  readonly reach: 'whole' | 'partial';
}

/**
 * The first events about a resource after an instant, up to one that tells something: what comes next says whether the
 * resource was there before. Empty when there is none.
 *
 * @param most as far as readPast goes, by default
 */
export async function readNext(
  tx: pg.ClientBase,
  { scope, resource, untilMs, deadline }: Pick<PastQuestion, 'scope' | 'resource' | 'untilMs' | 'deadline'>,
  most = { events: STATE_EVENTS_MAX, bytes: STATE_BYTES_MAX },
): Promise<Next> {
  const recorded = await recordedBounds(tx, scope.tenantId, {});
  const events: HistoryEvent[] = [];
  if (recorded === undefined) return { events, reach: 'whole' };
  let after: Position = { occurredMs: untilMs, seq: Number.MAX_SAFE_INTEGER };
  let bytes = 0;
  for (let limit = 1; ; limit = Math.min(CHUNK_EVENTS_MAX, limit * 8)) {
    const chunk: Slice = { recorded, order: 'asc', limit, bytes: Math.min(CHUNK_BYTES, most.bytes), after, within: partOf(scope) };
    const rows = await readResource(tx, scope.tenantId, resource, chunk);
    for (const row of rows) {
      const event = historyEvent(scope, row, resource);
      events.push(event);
      bytes += row.disclosures.length;
      if (tellingOf(event) !== undefined) return { events, reach: 'whole' };
    }
    const last = rows.at(-1);
    if (last === undefined || filledBy(rows, chunk) === undefined) return { events, reach: 'whole' };
    if (events.length >= most.events || bytes >= most.bytes || performance.now() > deadline) return { events, reach: 'partial' };
    after = { occurredMs: last.occurredMs, seq: last.seq };
  }
}

/** By (occurredAt, seq), oldest first. */
export function byTime(a: HistoryEvent, b: HistoryEvent): number {
  return a.occurredAt === b.occurredAt ? a.seq - b.seq : a.occurredAt < b.occurredAt ? -1 : 1;
}
