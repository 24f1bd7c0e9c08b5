// Holes of the capture as a tenant may know them: from when to when changes of a source may be missing, and why. They stand in
// the operator's log, which no tenant reads: this file does, in a transaction of its own, and gives away nothing else.
//
// A hole is known by places in the source's log; its times are the trail's own. It began after the last time at which all was
// well (the event about the source before it, one a day at least) and ended when capture was taken up again.

import { type CaptureGap, type HistoryEvent, type Json, SOURCE_KINDS } from '@indelible/core';
import type pg from 'pg';
import { GAPS_CACHE_MS, GAPS_MAX, QUERY_MS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import type { Condition, EventRow } from '../store/read-events.ts';
import type { Tenants } from '../store/tenants.ts';
import { foreignEvent, makeFollow, newestBefore } from './gaps-read.ts';
import { makeReadUnplaced, type UnplacedTruncation } from './gaps-truncated.ts';

/** One hole of a source. */
export interface SourceGap {
  readonly source: string;
  readonly reason: string;
  /** Milliseconds since 1970: the last time at which nothing was missing, and the time from which on nothing is; absent: open. */
  readonly fromMs: number;
  readonly toMs?: number;
  /** When it was put on record. */
  readonly foundMs: number;
  /** Whether it concerns resources of a type: a hole of single tables does not concern the others. */
  readonly concerns: (type: string) => boolean;
}

export interface Gaps {
  /** The holes of a source, oldest first; of one that the trail does not know, none. */
  of(source: string): Promise<readonly SourceGap[]>;
  /** The truncations of a type of which nobody could say whose rows they removed. */
  truncated(type: string): Promise<readonly UnplacedTruncation[]>;
}

/** A hole is found by a look at the source, and looks come several times in this time. */
const LOOK_MS = 60_000;
const SELF = SOURCE_KINDS.indexOf('self');

/** Earlier values, or commands that change the schema, are missing then, and no change of a row is. */
const HARMLESS = new Set(['identity_changed', 'ddl_untracked']);

/** @param reader the reader's pool */
export function makeGaps(reader: pg.Pool, tenants: Tenants): Gaps {
  return { of: shared(makeReadGaps(reader, tenants)), truncated: shared(makeReadUnplaced(reader, tenants)) };
}

/** Readers share an answer for a moment. */
function shared<Answer>(read: (name: string) => Promise<Answer>): (name: string) => Promise<Answer> {
  const cache = new Map<string, { readonly answer: Promise<Answer>; readonly until: number }>();
  return (name) => {
    const known = cache.get(name);
    if (known !== undefined && known.until > Date.now()) return known.answer;
    const answer = read(name);
    // Names come from events, and a sender may write any.
    if (cache.size >= GAPS_MAX) cache.clear();
    cache.set(name, { answer, until: Date.now() + GAPS_CACHE_MS });
    answer.catch(() => cache.delete(name));
    return answer;
  };
}

/** The holes that concern a resource of a type, by the sources that its events come from. */
export async function gapsOf(gaps: Gaps, type: string, events: readonly HistoryEvent[], untilMs: number): Promise<CaptureGap[]> {
  const sources = new Set(events.flatMap(({ source }) => (source?.kind === 'postgres' && source.name !== undefined ? [source.name] : [])));
  const found = await Promise.all(
    [...sources].map(async (source) => {
      const concerned = (await gaps.of(source)).filter((gap) => gap.fromMs <= untilMs && gap.concerns(type));
      const goodSince = concerned.length === 0 ? undefined : makeGoodSince(source, events);
      return concerned.map((gap) => ({
        from: new Date(goodSince?.(gap) ?? gap.fromMs).toISOString(),
        ...(gap.toMs === undefined ? {} : { to: new Date(gap.toMs).toISOString() }),
        detail: `changes of the source ${gap.source} may be missing (${gap.reason})`,
      }));
    }),
  );
  return found.flat();
}

/** What was captured of the resource itself before a hole was found says that nothing was missing yet. */
function makeGoodSince(source: string, events: readonly HistoryEvent[]): (gap: SourceGap) => number {
  const captured = events
    .filter((event) => event.source?.name === source)
    .map(({ recordedAt, occurredAt }) => ({ recordedMs: Date.parse(recordedAt ?? occurredAt), goodMs: Date.parse(occurredAt) }))
    .sort((a, b) => a.recordedMs - b.recordedMs);
  // From here on each says the latest of what is recorded up to it.
  let latestMs = Number.NEGATIVE_INFINITY;
  for (const item of captured) item.goodMs = latestMs = Math.max(latestMs, item.goodMs);
  return ({ fromMs, foundMs }) => {
    const before = captured.findLast(({ recordedMs }) => recordedMs < foundMs - LOOK_MS);
    return before === undefined ? fromMs : Math.max(fromMs, Math.min(foundMs, before.goodMs));
  };
}

interface Told {
  readonly ms: number;
  readonly action: string;
  readonly reason: string;
  readonly tables: readonly string[] | undefined;
  /** Whether the hole ended where it was found. */
  readonly closed: boolean;
  /** Milliseconds since 1970: when the source was told of before. */
  readonly beforeMs: number;
}

function makeReadGaps(reader: pg.Pool, tenants: Tenants): (source: string) => Promise<readonly SourceGap[]> {
  const [followTold, followMapping] = [makeFollow<Told>(GAPS_MAX), makeFollow<ReadonlyMap<string, string>>(1)];
  return async (source) => {
    const log = await tenants.byName(OPERATOR_TENANT);
    if (log === undefined) return [];
    const { tenantId } = log;
    const about =
      (condition: string): Condition =>
      ({ bind }) =>
        `e.resource_type = 'capture_source' and e.resource_id = ${bind(source)} and e.source_kind = ${bind(SELF)} and ${condition}`;
    const read = async (tx: pg.ClientBase): Promise<readonly SourceGap[]> => {
      const keep = async (row: EventRow): Promise<Told> => {
        const told = toldOf(row);
        if (told.action === 'capture.started') return told;
        return { ...told, beforeMs: (await newestBefore(tx, tenantId, about('true'), told.ms))?.occurredMs ?? told.ms };
      };
      const turns = about(`e.action in ('capture.gap', 'capture.started', 'capture.stopped')`);
      const told = await followTold(tx, tenantId, source, turns, keep);
      const [types = NO_TYPES] = told.some(({ tables }) => tables !== undefined)
        ? await followMapping(tx, tenantId, source, about(`e.action = 'capture.mapping'`), mappedTypes)
        : [];
      return gapsOfSource(source, told.toReversed(), types);
    };
    return asTenant(reader, tenantId, QUERY_MS_MAX, read, 'kept');
  };
}

const NO_TYPES: ReadonlyMap<string, string> = new Map();

/** @param told oldest first */
function gapsOfSource(source: string, told: readonly Told[], types: ReadonlyMap<string, string>): SourceGap[] {
  return told.flatMap((gap, index) => {
    if (gap.action === 'capture.started' || HARMLESS.has(gap.reason)) return [];
    const toMs = gap.closed ? gap.ms : told.slice(index + 1).find((later) => ends(later, gap))?.ms;
    return {
      source,
      reason: gap.reason,
      fromMs: gap.beforeMs - LOOK_MS,
      ...(toMs === undefined ? {} : { toMs }),
      foundMs: gap.ms,
      concerns: (type) => gap.tables?.some((table) => mayHold(table, type, types)) ?? true,
    };
  });
}

function toldOf(row: EventRow): Told {
  const { action, metadata } = foreignEvent(OPERATOR_TENANT, row);
  const { reason, tables, to } = (metadata ?? {}) as { readonly [key: string]: Json | undefined };
  const names = Array.isArray(tables) ? tables.filter((table): table is string => typeof table === 'string') : undefined;
  return {
    ms: row.occurredMs,
    beforeMs: row.occurredMs,
    action: typeof action === 'string' ? action : '',
    reason: typeof reason === 'string' ? reason : 'unknown',
    tables: names,
    // A hole of the whole source goes on until capture does, wherever in the source's log it was found to end.
    closed: names !== undefined && typeof to === 'string',
  };
}

/** Whether a later event ends a hole that was open when it was found. */
function ends(later: Told, gap: Told): boolean {
  if (later.action === 'capture.started') return true;
  return gap.tables !== undefined && later.closed && gap.tables.every((table) => later.tables?.includes(table) === true);
}

/** The resource types that a mapping gives to tables. */
function mappedTypes(row: EventRow): ReadonlyMap<string, string> {
  const change = foreignEvent(OPERATOR_TENANT, row)['change'] as { after?: { tables?: Record<string, { type?: string }> } } | undefined;
  return new Map(
    Object.entries(change?.after?.tables ?? {}).flatMap(([table, { type }]) => (type === undefined ? [] : [[table, type] as const])),
  );
}

/**
 * Whether the rows of a table may be resources of a type. The type is the table's name in the singular, as English makes it,
 * so the beginnings are compared: rather a doubt too many than one too few.
 */
function mayHold(table: string, type: string, types: ReadonlyMap<string, string>): boolean {
  const said = types.get(table);
  if (said !== undefined) return said === type;
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const name = plain(table.slice(table.indexOf('.') + 1));
  const wanted = plain(type).slice(0, 2);
  return name.startsWith(wanted) || plain(table).startsWith(wanted);
}
