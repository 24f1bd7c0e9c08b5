// A hole in the capture: changes that the source has forgotten, or that came by another way. It is an event of its own
// in the operator's log; gap-reasons.ts says which holes stop capture until somebody has seen them.

import type pg from 'pg';
import { type NewEvent, classify, makeNewId } from '@indelible/core';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { DDL_UNTRACKED, type StopReason, type TableReason } from './gap-reasons.ts';
import { type Lsn, lsnText } from '../replication/lsn.ts';
import type { SourceRecord } from '../source/source-record.ts';

export interface Gap {
  readonly reason: StopReason;
  /** What was found. */
  readonly detail: string;
  /** Everything after this position may be missing. */
  readonly from: Lsn;
  /** Where the source's log ended when the hole was found; undefined when it is another server's log. */
  readonly to: Lsn | undefined;
}

/** What happened to single tables since they were last looked at: full names. */
export interface TableChanges {
  /** Captured from now on. */
  readonly added: readonly string[];
  /** Captured since the command that made them, or made them tables that can be. */
  readonly addedByTrigger: readonly string[];
  /** Taken out of the publication, and back in it. */
  readonly again: readonly string[];
  /** Out of it. */
  readonly out: readonly string[];
  /** Out of it, because their changes are not in the source's log. */
  readonly unlogged: readonly string[];
  readonly rewritten: readonly string[];
  /** Partitions whose rows went by a TRUNCATE of the partition itself. */
  readonly partitionTruncated: readonly string[];
  /** Found without REPLICA IDENTITY FULL, and mended; lost: and not mended; back: mended by somebody else. */
  readonly identityMended: readonly string[];
  readonly identityLost: readonly string[];
  readonly identityBack: readonly string[];
}

/** What an operator does about a gap that stops a source. */
export function gapRemedy(name: string): string {
  return `"indelible capture resume <url> --name ${name}" tells what is lost, and goes on with --accept-gap; the range stays on record`;
}

/** Why a source is stopped, and what to do, in one sentence. */
export function stoppedText(name: string, gap: Gap): string {
  return `${gap.reason}: ${gap.detail}; ${gapRemedy(name)}`;
}

/**
 * Stops the source and writes `capture.gap` to the operator's log, once.
 *
 * @param tx a transaction of the connection that holds the source's lock: whoever lost that has no say any more
 * @returns false when it was stopped before
 */
export async function recordGap(tx: pg.ClientBase, record: SourceRecord, gap: Gap): Promise<boolean> {
  const range = rangeOf(gap.from, gap.to);
  const stopped = await tx.query(
    `update indelible.capture_source set stopped_reason = $2, gap = $3, stopped_at = now() where source_id = $1 and stopped_reason is null`,
    [record.sourceId, stoppedText(record.name, gap), JSON.stringify({ reason: gap.reason, detail: gap.detail, ...range })],
  );
  if (stopped.rowCount !== 1) return false;
  await appendIn(tx, OPERATOR_TENANT, [captureEvent('capture.gap', record, gap.from, gap.to, { reason: gap.reason, detail: gap.detail })]);
  return true;
}

/** Puts on record what may be missing of single tables, and from where on others are captured. */
export async function recordTables(tx: pg.ClientBase, record: SourceRecord, changes: TableChanges, from: Lsn, to: Lsn): Promise<void> {
  const events: NewEvent[] = [];
  const gap = (reason: TableReason, tables: readonly string[], end: Lsn | undefined, what: string): void => {
    if (tables.length === 0) return;
    events.push(captureEvent('capture.gap', record, from, end, { reason, detail: `${tables.join(', ')} ${what}`, tables }));
  };
  const coverage = (reason: string, tables: readonly string[], what: string): void => {
    if (tables.length === 0) return;
    events.push(captureEvent('capture.coverage', record, to, undefined, { reason, detail: `${tables.join(', ')} ${what}`, tables }));
  };
  gap('table_unpublished', changes.again, to, 'had been taken out of the publication; changes in this range may be missing');
  gap(
    'table_unpublished',
    changes.out,
    undefined,
    'is not in the publication any more; its changes are missing until it is: run "indelible capture setup" as its owner',
  );
  gap('table_unlogged', changes.unlogged, undefined, 'is unlogged now; its changes are missing until it is SET LOGGED and published again');
  gap('table_rewritten', changes.rewritten, to, 'was rewritten by ALTER TABLE; values that this changed came without a row change');
  gap(
    'partition_truncated',
    changes.partitionTruncated,
    to,
    'was truncated by itself; PostgreSQL sends that only of the whole table, so its rows went without an event',
  );
  gap('identity_changed', changes.identityMended, to, MISSING_EARLIER);
  gap('identity_changed', changes.identityLost, undefined, `${MISSING_EARLIER}, until it has: run "indelible capture setup" as its owner`);
  coverage('table_added', changes.added, `is captured from ${lsnText(to)} on; what was written before is not in the trail`);
  coverage(
    'table_added',
    changes.addedByTrigger,
    'is captured since the command that made it; the event of that command says whether it had rows before',
  );
  coverage(
    'identity_restored',
    changes.identityBack,
    `has REPLICA IDENTITY FULL again: earlier values are captured from ${lsnText(to)} on`,
  );
  if (events.length > 0) await appendIn(tx, OPERATOR_TENANT, events);
}

/**
 * Puts on record that the event triggers are gone, or are there again.
 *
 * @param was on record: as `Look` has it, empty when they were not there
 * @param found before this program mended anything
 */
export async function recordDdl(
  tx: pg.ClientBase,
  record: SourceRecord,
  was: string,
  found: string,
  now: string,
  from: Lsn,
  to: Lsn,
): Promise<void> {
  const events: NewEvent[] = [];
  if (was !== '' && was !== found) {
    const open = found === '' && now === '';
    const what = found === '' ? 'were dropped or disabled' : 'were dropped or disabled for a time';
    const detail = `the event triggers of the source ${what}: DDL in this range may not be on record, and tables that it made were captured only when the server found them`;
    const help = open ? '; run "indelible capture setup" as a role that may make event triggers' : '';
    events.push(captureEvent('capture.gap', record, from, open ? undefined : to, { reason: DDL_UNTRACKED, detail: detail + help }));
  }
  if (now !== '' && (was === '' || found === '')) {
    const detail = `DDL is on record from ${lsnText(to)} on, and new tables are captured from their first row`;
    events.push(captureEvent('capture.coverage', record, to, undefined, { reason: 'ddl_tracked', detail }));
  }
  if (events.length > 0) await appendIn(tx, OPERATOR_TENANT, events);
}

const MISSING_EARLIER = 'did not have REPLICA IDENTITY FULL; earlier values of rows changed in this range may be missing';

/** Puts on record that rows came without their earlier values: the identity had been changed when they were written. */
export async function recordBareRows(
  tx: pg.ClientBase,
  record: SourceRecord,
  tables: readonly string[],
  from: Lsn,
  to: Lsn,
): Promise<void> {
  const detail = `${tables.join(', ')} ${MISSING_EARLIER}`;
  await appendIn(tx, OPERATOR_TENANT, [captureEvent('capture.gap', record, from, to, { reason: 'identity_changed', detail, tables })]);
}

const newId = makeNewId();

function rangeOf(from: Lsn, to: Lsn | undefined): { readonly from: string; readonly to?: string } {
  return { from: lsnText(from), ...(to === undefined ? {} : { to: lsnText(to) }) };
}

/** An event about a source itself, in the operator's log. */
export function captureEvent(
  action: 'capture.gap' | 'capture.started' | 'capture.stopped' | 'capture.coverage',
  record: Pick<SourceRecord, 'name' | 'slot' | 'cursor'>,
  from: Lsn,
  to: Lsn | undefined,
  facts: { readonly reason: string; readonly detail: string; readonly tables?: readonly string[] },
): NewEvent {
  const { category, operation, severity, tags } = classify(action);
  return {
    id: newId(),
    idFromSender: false,
    action,
    category,
    operation,
    outcome: 'success',
    severity,
    ...(tags.length === 0 ? {} : { catalogueTags: tags }),
    actor: { type: 'system', name: 'indelible', attribution: 'verified' },
    resource: { type: 'capture_source', id: record.name, name: record.name },
    source: { kind: 'self', name: record.name },
    metadata: {
      ...facts,
      ...rangeOf(from, to),
      cursor: `${lsnText(record.cursor.lsn)}:${record.cursor.ordinal}`,
      slot: record.slot,
    },
  };
}
