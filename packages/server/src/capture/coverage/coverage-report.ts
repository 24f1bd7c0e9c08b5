// What is captured and what is not, of every source that the trail knows: the answer of GET /v1/coverage. Tables are looked up
// in the source itself at the time of the question, so that the answer is right on a server that stands by, too.

import type { AuditEvent } from '@indelible/core';
import type pg from 'pg';
import { ADVISORY_LOCK_CAPTURE_CLASS, COVERAGE_CACHE_MS, COVERAGE_GAPS_MAX, PAGE_EVENTS_MAX } from '../../limits.ts';
import type { CaptureState, CaptureStatus } from '../capture.ts';
import { type Counters, countersFrom } from '../counters.ts';
import { type GapNote, gapNotes } from '../gaps/gap-notes.ts';
import { REMOVED } from '../setup/remove.ts';
import { type SourceFacts, lookAtSource } from '../source/source-facts.ts';
import { type SourceRecord, loadRecord, namesOf } from '../source/source-record.ts';
import { type StoredCount, loadCounts } from './table-counters.ts';
import { TABLE_STATES, type TableState, type TableStatus, tableStates } from '../tables/table-states.ts';

/** A source that this server captures, or would if no other did. */
export interface WatchedSource {
  readonly sourceUrl: string;
  readonly status: () => CaptureStatus;
  /** Whether the configuration leaves a table out: its name as schema.table. */
  readonly skipped?: (table: string) => boolean;
}

export interface TableCoverage extends TableStatus {
  /** Events of the table in the trail: rows that were written and not left out as noise. */
  readonly rows: number;
  /** Of these, those of nobody known: changes behind the application's back. */
  readonly unattributed: number;
  /** unattributed / rows; absent when there are none. */
  readonly unattributedShare?: number;
  /** RFC 3339: when the last of them was committed in the source. */
  readonly lastEventAt?: string;
}

export interface CoverageTotals {
  readonly tables: Readonly<Record<TableState, number>>;
  readonly rows: number;
  readonly unattributed: number;
  readonly unattributedShare?: number;
}

export interface SourceCoverage {
  readonly name: string;
  readonly state: CaptureState;
  /** Why it stands by, retries or was stopped, and what to do. */
  readonly reason?: string;
  readonly database?: string;
  readonly slot: string;
  readonly publication: string;
  /** When the tables and the slot were looked at; absent when the source could not be asked since this server started. */
  readonly asOf?: string;
  /** Why the source could not be asked just now; what the answer says of it is then as of `asOf`. */
  readonly unanswered?: string;
  readonly lag: {
    /** Bytes of the source's log that the trail has not acknowledged. */
    readonly bytes?: number;
    /** How old the oldest change is that is not in the trail; 0 when nothing waits. */
    readonly seconds?: number;
    /** The share of the log that the slot may hold back (max_slot_wal_keep_size) which it does; absent without a limit. */
    readonly used?: number;
    /** Whether the source has given the slot up. */
    readonly lost?: boolean;
  };
  readonly lastEventAt?: string;
  readonly counters: Counters;
  readonly gaps: { readonly open: readonly GapNote[]; readonly past: readonly GapNote[] };
  readonly tables: readonly TableCoverage[];
  readonly totals: CoverageTotals;
}

export interface CoverageReport {
  /** RFC 3339: when the question was answered. */
  readonly asOf: string;
  readonly sources: readonly SourceCoverage[];
}

export interface CoverageOptions {
  readonly appender: pg.Pool;
  readonly watched: () => readonly WatchedSource[];
  /** Events of the tenant `_operator` that a query asks for, newest first. */
  readonly operatorEvents: (query: string, limit: number) => Promise<readonly AuditEvent[]>;
}

/** Answers about all sources; questions that come within COVERAGE_CACHE_MS share an answer. */
export function makeCoverage(options: CoverageOptions): () => Promise<CoverageReport> {
  /** What each source said last, for the time when it does not answer. */
  const seen = new Map<string, SourceFacts>();
  let latest: { readonly report: Promise<CoverageReport>; readonly until: number } | undefined;
  return () => {
    if (latest === undefined || latest.until < Date.now()) {
      const report = reportAll(options, seen);
      latest = { report, until: Number.POSITIVE_INFINITY };
      const over = (): void => {
        latest = { report, until: Date.now() + COVERAGE_CACHE_MS };
      };
      report.then(over, () => {
        latest = undefined;
      });
    }
    return latest.report;
  };
}

async function reportAll(options: CoverageOptions, seen: Map<string, SourceFacts>): Promise<CoverageReport> {
  const watched = new Map(options.watched().map((source) => [source.status().name, source]));
  const registered = await options.appender.query<{ name: string; held: boolean }>(
    `select s.name, exists (select from pg_locks l where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = $1
         and l.objid = s.source_id and l.database = (select oid from pg_database where datname = current_database())) as held
     from indelible.capture_source s where (s.gap ->> 'reason') is distinct from $2 or s.name = any($3)`,
    // A source that was taken out on purpose is none any more, unless somebody would still capture it.
    [ADVISORY_LOCK_CAPTURE_CLASS, REMOVED, [...watched.keys()]],
  );
  const held = new Map(registered.rows.map((row) => [row.name, row.held]));
  const names = [...new Set([...held.keys(), ...watched.keys()])].sort();
  const sources = await Promise.all(names.map((name) => reportOne(name, watched.get(name), held.get(name) === true, options, seen)));
  return { asOf: new Date().toISOString(), sources };
}

async function reportOne(
  name: string,
  watched: WatchedSource | undefined,
  held: boolean,
  options: CoverageOptions,
  seen: Map<string, SourceFacts>,
): Promise<SourceCoverage> {
  const { appender, operatorEvents } = options;
  const record = await loadRecord(appender, name);
  const { slot, publication } = record ?? namesOf(name);
  const status = watched?.status();
  const [counts, events, unanswered] = await Promise.all([
    record === undefined ? [] : loadCounts(appender, record.sourceId),
    gapEvents(name, operatorEvents),
    watched === undefined ? 'this server does not know its address' : look(watched.sourceUrl, name, slot, publication, seen),
  ]);
  const facts = seen.get(name);
  const states =
    facts === undefined ? [] : tableStates(facts.catalog, { publication, ...(watched?.skipped && { skipped: watched.skipped }) });
  const tables = tablesOf(states, counts, record, facts !== undefined);
  // Of a table that is gone nothing can be missing any more.
  const uncaptured = tables.filter(({ state }) => state !== 'captured' && state !== 'dropped').map(({ table }) => table);
  const gaps = gapNotes(events, record?.stoppedReason, new Set(uncaptured), record?.ddlTracked !== false);
  const lastEventAt = record?.lastEventAt;
  return {
    name,
    ...stateOf(record, status, held),
    ...(record === undefined ? {} : { database: record.database }),
    slot,
    publication,
    ...(facts === undefined ? {} : { asOf: facts.readAt.toISOString() }),
    ...(unanswered === undefined ? {} : { unanswered }),
    lag: lagOf(facts, status),
    ...(lastEventAt === undefined ? {} : { lastEventAt: lastEventAt.toISOString() }),
    counters: countersFrom(record?.counters ?? {}),
    gaps: { open: gaps.open, past: gaps.past.slice(0, COVERAGE_GAPS_MAX) },
    tables,
    totals: totalsOf(tables),
  };
}

/** The newest, and behind them those of single tables that had no end when they were found: an open one never goes out of sight. */
async function gapEvents(name: string, operatorEvents: CoverageOptions['operatorEvents']): Promise<readonly AuditEvent[]> {
  const query = `action:capture.gap resource:"capture_source/${name}"`;
  const newest = await operatorEvents(query, COVERAGE_GAPS_MAX);
  if (newest.length < COVERAGE_GAPS_MAX) return newest;
  const endless = await operatorEvents(`${query} has:meta.tables -has:meta.to`, PAGE_EVENTS_MAX);
  const known = new Set(newest.map(({ id }) => id));
  return [...newest, ...endless.filter(({ id }) => !known.has(id))];
}

/** @returns why the source did not answer */
async function look(
  url: string,
  name: string,
  slot: string,
  publication: string,
  seen: Map<string, SourceFacts>,
): Promise<string | undefined> {
  try {
    seen.set(name, await lookAtSource(url, slot, publication));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function stateOf(
  record: SourceRecord | undefined,
  status: CaptureStatus | undefined,
  held: boolean,
): { readonly state: CaptureState; readonly reason?: string } {
  // What is on record counts for every server; this one may not have noticed yet.
  if (record?.stoppedReason !== undefined) return { state: 'stopped', reason: record.stoppedReason };
  if (status !== undefined) return { state: status.state, ...(status.reason === undefined ? {} : { reason: status.reason }) };
  return held
    ? { state: 'standby', reason: 'another server captures this source' }
    : {
        state: 'stopped',
        reason: 'no server captures this source; its slot holds the log of the source back until one does, or until it is dropped',
      };
}

function lagOf(facts: SourceFacts | undefined, status: CaptureStatus | undefined): SourceCoverage['lag'] {
  const slot = facts?.slot;
  const seconds = status?.lagSeconds ?? facts?.lagSeconds;
  return {
    ...(slot === undefined ? {} : { bytes: slot.lagBytes, lost: slot.lost }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(slot?.used === undefined ? {} : { used: slot.used }),
  };
}

/** Tables of the source with what the trail holds of them, and tables of the trail that the source does not have any more. */
function tablesOf(
  states: readonly TableStatus[],
  counts: readonly StoredCount[],
  record: SourceRecord | undefined,
  known: boolean,
): TableCoverage[] {
  const stored = new Map(counts.map((count) => [count.table, count]));
  const listed = states.map((status) => {
    // While capture is stopped nothing is captured, whatever the publication says.
    const down =
      record === undefined ? 'the source has not been set up' : record.stoppedReason === undefined ? undefined : 'capture is stopped';
    const covered = status.state === 'captured' || status.state === 'earlier values missing';
    return down !== undefined && covered ? { ...status, state: 'not covered' as const, cause: 'stopped' as const, why: down } : status;
  });
  const names = new Set(states.map(({ table }) => table));
  const gone = counts
    .filter(({ table }) => !names.has(table))
    .map(({ table }): TableStatus => {
      const why = known ? 'not in the source any more: dropped or renamed' : 'the source has not answered since this server started';
      return { table, state: known ? 'dropped' : 'unknown', cause: known ? 'gone' : 'unanswered', why, statements: [] };
    });
  return [...listed, ...gone].map((status) => {
    const count = stored.get(status.table);
    const { rows, unattributed } = count ?? { rows: 0, unattributed: 0 };
    return {
      ...status,
      rows,
      unattributed,
      ...shareOf(rows, unattributed),
      ...(count?.lastEventAt === undefined ? {} : { lastEventAt: count.lastEventAt.toISOString() }),
    };
  });
}

function totalsOf(tables: readonly TableCoverage[]): CoverageTotals {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const unattributed = tables.reduce((sum, table) => sum + table.unattributed, 0);
  const byState = TABLE_STATES.map((state) => [state, tables.filter((table) => table.state === state).length] as const);
  return { tables: Object.fromEntries(byState) as Record<TableState, number>, rows, unattributed, ...shareOf(rows, unattributed) };
}

export function shareOf(rows: number, unattributed: number): { readonly unattributedShare?: number } {
  return rows === 0 ? {} : { unattributedShare: unattributed / rows };
}
