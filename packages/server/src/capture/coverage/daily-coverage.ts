// Once a day each source says in the log of `_operator` what of it is covered: who reads the log later sees that nothing was
// amiss, or what was. One event a source and day, however many servers there are and however often they restart.

import { createHash } from 'node:crypto';
import { type AuditEvent, type JsonObject, type NewEvent, uuidFrom } from '@indelible/core';
import type pg from 'pg';
import { COVERAGE_DAILY_CHECK_MS, COVERAGE_NAMES_MAX } from '../../limits.ts';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT, findLog } from '../../store/log-row.ts';
import { inTransaction } from '../../store/pool.ts';
import { type CoverageReport, type SourceCoverage, shareOf } from './coverage-report.ts';
import { captureEvent } from '../gaps/gap.ts';
import type { CaptureLog } from '../session.ts';
import { type SourceRecord, loadRecord } from '../source/source-record.ts';

/** Marks the daily event among those of single tables. */
const DAILY_TAG = 'coverage:daily';

export interface DailyCoverage {
  readonly appender: pg.Pool;
  readonly report: () => Promise<CoverageReport>;
  /** Names of the sources that this server captures now, or would if they could be. */
  readonly names: () => readonly string[];
  readonly operatorEvents: (query: string, limit: number) => Promise<readonly AuditEvent[]>;
  readonly log: CaptureLog;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Writes the event of the day of each source, at the start and soon after midnight (UTC). The answer stops it. */
export function keepDailyCoverage(daily: DailyCoverage): () => Promise<void> {
  const told = new Map<string, string>();
  let running = Promise.resolve();
  const tick = (): void => {
    running = running
      .then(() => tellDay(daily, told))
      .catch((error: unknown) => daily.log.warn({ err: error }, 'the coverage of the day could not be written'));
  };
  const timer = setInterval(tick, COVERAGE_DAILY_CHECK_MS);
  tick();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/**
 * Writes what is missing of today's events.
 *
 * @param told the day that each source was told for, so that the database is asked once a day
 */
export async function tellDay(daily: DailyCoverage, told: Map<string, string>): Promise<void> {
  const day = new Date((daily.now ?? Date.now)()).toISOString().slice(0, 10);
  const due = daily.names().filter((name) => told.get(name) !== day);
  if (due.length === 0) return;
  const { sources } = await daily.report();
  for (const source of sources.filter(({ name }) => due.includes(name))) {
    const record = await loadRecord(daily.appender, source.name);
    // A source that is not set up yet has nothing to say; it will have later in the day.
    if (record === undefined) continue;
    const before = await lastTold(daily, source.name);
    const written = await writeOnce(daily.appender, dailyEvent(record, source, day, before));
    told.set(source.name, day);
    if (written) daily.log.info({ source: source.name, day }, `coverage of ${source.name} is on record for ${day}`);
  }
}

interface Told {
  readonly at: string;
  readonly rows: number;
  readonly unattributed: number;
}

/** What the last event said; the totals since the source was set up are in it. */
async function lastTold(daily: DailyCoverage, name: string): Promise<Told | undefined> {
  const [event] = await daily.operatorEvents(`action:capture.coverage resource:"capture_source/${name}" tag:"${DAILY_TAG}"`, 1);
  const totals = event?.metadata?.['total'] as { rows?: unknown; unattributed?: unknown } | undefined;
  if (event === undefined || typeof totals?.rows !== 'number' || typeof totals.unattributed !== 'number') return undefined;
  return { at: event.occurredAt, rows: totals.rows, unattributed: totals.unattributed };
}

function dailyEvent(record: SourceRecord, source: SourceCoverage, day: string, before: Told | undefined): NewEvent {
  const { totals, gaps, lag } = source;
  const rows = totals.rows - (before?.rows ?? 0);
  const unattributed = totals.unattributed - (before?.unattributed ?? 0);
  const named = (...states: readonly string[]): string[] =>
    source.tables.filter(({ state }) => states.includes(state)).map(({ table }) => table);
  const uncovered = named('not covered', 'unknown');
  const partly = named('earlier values missing');
  const event = captureEvent('capture.coverage', record, record.acknowledged, undefined, {
    reason: 'daily',
    detail: `${totals.tables.captured} of ${source.tables.length - totals.tables.dropped} tables are captured whole, ${uncovered.length} are not covered`,
  });
  const facts: JsonObject = {
    day,
    state: source.state,
    ...(source.reason === undefined ? {} : { stateReason: source.reason }),
    tablesByState: { ...totals.tables },
    ...(uncovered.length === 0 ? {} : { notCovered: uncovered.slice(0, COVERAGE_NAMES_MAX) }),
    ...(partly.length === 0 ? {} : { earlierValuesMissing: partly.slice(0, COVERAGE_NAMES_MAX) }),
    ...(before === undefined ? {} : { since: before.at }),
    rows,
    unattributed,
    ...shareOf(rows, unattributed),
    total: { rows: totals.rows, unattributed: totals.unattributed },
    ...(lag.bytes === undefined ? {} : { lagBytes: lag.bytes }),
    ...(lag.seconds === undefined ? {} : { lagSeconds: lag.seconds }),
    openGaps: gaps.open.map(({ reason }) => reason),
    pastGaps: gaps.past.length,
  };
  return { ...event, id: dailyId(record, day), tags: [DAILY_TAG], metadata: { ...event.metadata, ...facts } };
}

/** The same for every server. */
function dailyId(record: SourceRecord, day: string): string {
  const seed = `coverage,${record.sourceId},${record.name},${day}`;
  return uuidFrom(createHash('sha256').update(seed).digest().subarray(0, 16));
}

/** Under the lock of the log no other server can come in between. */
function writeOnce(appender: pg.Pool, event: NewEvent): Promise<boolean> {
  return inTransaction(appender, async (tx) => {
    const log = await findLog(tx, OPERATOR_TENANT, true);
    const known = await tx.query('select from indelible.event_key where tenant_id = $1 and id = $2', [log?.tenantId, event.id]);
    if (known.rowCount !== 0) return false;
    await appendIn(tx, OPERATOR_TENANT, [event]);
    return true;
  });
}
