// A hole in the capture: changes that the source has forgotten, or that came by another way. It is an event of its own,
// and capture stops until somebody has seen it: nothing is made anew in silence.

import type pg from 'pg';
import { type NewEvent, classify, makeNewId } from '@indelible/core';
import { appendIn } from '../store/append.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import { type Lsn, lsnText, parseLsn } from './lsn.ts';
import { loadPublication } from './catalog.ts';
import { narrowedBy } from './publication-plan.ts';
import { type SourceIdentity, walEnd } from './replication.ts';
import type { SourceRecord } from './source-record.ts';

export type GapReason =
  | 'slot_missing'
  | 'slot_lost'
  | 'slot_advanced'
  | 'slot_replaced'
  | 'source_replaced'
  | 'publication_missing'
  | 'publication_narrowed';

/** Tables whose coverage begins, or begins again after somebody took them out of the publication: their full names. */
export interface Coverage {
  readonly added: readonly string[];
  readonly again: readonly string[];
  /** Found to be out of the publication now. */
  readonly out: readonly string[];
}

export interface Gap {
  readonly reason: GapReason;
  /** What was found. */
  readonly detail: string;
  /** Everything after this position may be missing. */
  readonly from: Lsn;
  /** Where the source's log ended when the hole was found; undefined when it is another server's log. */
  readonly to: Lsn | undefined;
}

/** What an operator does about every gap. */
export const GAP_REMEDY =
  'run "indelible capture setup" for this source: it makes the publication whole and a new slot, and the trail goes on from there; the range of the gap stays on record';

interface SlotRow {
  readonly plugin: string;
  readonly database: string;
  readonly confirmed: string | null;
  readonly wal_status: string | null;
  readonly lag: string | null;
}

export interface SlotHealth {
  readonly gap: Gap | undefined;
  /** Bytes of log that the slot holds back. */
  readonly lagBytes: number;
}

/**
 * Compares the source with what the trail remembers of it.
 *
 * @param identity who answers now; left out by the regular check of a connection that is already known
 * @param acknowledged the furthest that this trail has allowed the slot to go; asked after the slot was looked at
 */
export async function checkContinuity(
  source: pg.ClientBase,
  record: SourceRecord,
  identity: SourceIdentity | undefined,
  acknowledged: () => Lsn | Promise<Lsn>,
): Promise<SlotHealth> {
  const gap = (reason: GapReason, detail: string, to: Lsn | undefined): SlotHealth => ({
    gap: { reason, detail, from: record.acknowledged, to },
    lagBytes: 0,
  });
  if (
    identity !== undefined &&
    (identity.systemIdentifier !== record.systemIdentifier ||
      identity.timeline !== record.timeline ||
      identity.database !== record.database)
  ) {
    const was = `${record.database} of system ${record.systemIdentifier}, timeline ${record.timeline}`;
    return gap(
      'source_replaced',
      `the source was ${was}; now ${identity.database} of system ${identity.systemIdentifier}, timeline ${identity.timeline} answers`,
      undefined,
    );
  }
  const slots = await source.query<SlotRow>(
    `select plugin, database, confirmed_flush_lsn::text as confirmed, wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::text as lag
     from pg_replication_slots where slot_name = $1`,
    [record.slot],
  );
  const slot = slots.rows[0];
  const allowed = await acknowledged();
  // Asked last: a log that ends before what the trail has read is not the log that it was read from.
  const end = await walEnd(source);
  const read = allowed > record.cursor.lsn ? allowed : record.cursor.lsn;
  if (end < read) {
    const detail = `the source's log ends at ${lsnText(end)}, and this trail has read it up to ${lsnText(read)}: the source was put back to an older state`;
    return gap('source_replaced', detail, undefined);
  }
  if (slot === undefined) return gap('slot_missing', `the replication slot ${record.slot} is not there any more`, end);
  if (slot.plugin !== 'pgoutput' || slot.database !== record.database) {
    return gap('slot_replaced', `the replication slot ${record.slot} belongs to ${slot.plugin} in ${slot.database} now`, end);
  }
  if (slot.wal_status === 'lost')
    return gap('slot_lost', `the source has removed log that the slot ${record.slot} still needed (max_slot_wal_keep_size)`, end);
  const confirmed = slot.confirmed === null ? 0n : parseLsn(slot.confirmed);
  if (confirmed > allowed) {
    return gap(
      'slot_advanced',
      `the slot ${record.slot} stands at ${lsnText(confirmed)}, beyond ${lsnText(allowed)}, the furthest that this trail has acknowledged`,
      confirmed,
    );
  }
  // Of a publication it is not known when it changed: after it was last seen whole.
  const since = (found: SlotHealth): SlotHealth => ({
    ...found,
    gap: found.gap && { ...found.gap, from: earlier(record.publishedAt, record.acknowledged) },
  });
  const publication = await loadPublication(source, record.publication);
  if (publication === undefined)
    return since(gap('publication_missing', `the publication ${record.publication} is not there any more`, end));
  const narrowed = narrowedBy(publication);
  if (narrowed.length > 0)
    return since(gap('publication_narrowed', `the publication ${record.publication} hides changes: ${narrowed.join('; ')}`, end));
  return { gap: undefined, lagBytes: Math.max(0, Number(slot.lag ?? 0)) };
}

function earlier(a: Lsn, b: Lsn): Lsn {
  return a < b ? a : b;
}

/**
 * Stops the source and writes `capture.gap` to the operator's log, once.
 *
 * @param tx a transaction of the appender
 * @returns false when it was stopped before
 */
export async function recordGap(tx: pg.ClientBase, record: SourceRecord, gap: Gap): Promise<boolean> {
  const stopped = await tx.query(
    'update indelible.capture_source set stopped_reason = $2 where source_id = $1 and stopped_reason is null',
    [record.sourceId, `${gap.reason}: ${gap.detail}; ${GAP_REMEDY}`],
  );
  if (stopped.rowCount !== 1) return false;
  await appendIn(tx, OPERATOR_TENANT, [captureEvent('capture.gap', record, gap.from, gap.to, { reason: gap.reason, detail: gap.detail })]);
  return true;
}

/** Puts on record from where on tables are captured: what happened to their rows before is not in the trail. */
export async function recordCoverage(
  tx: pg.ClientBase,
  record: SourceRecord,
  { added, again, out }: Coverage,
  from: Lsn,
  to: Lsn,
): Promise<void> {
  const events: NewEvent[] = [];
  if (again.length > 0) {
    const detail = `${again.join(', ')} had been taken out of the publication; changes in this range may be missing`;
    events.push(captureEvent('capture.gap', record, from, to, { reason: 'table_unpublished', detail, tables: again }));
  }
  if (out.length > 0) {
    const detail = `${out.join(', ')} is not in the publication any more; its changes are missing until it is: run "indelible capture setup" as its owner`;
    events.push(captureEvent('capture.gap', record, from, undefined, { reason: 'table_unpublished', detail, tables: out }));
  }
  if (added.length > 0) {
    const detail = `${added.join(', ')} is captured from ${lsnText(to)} on; what was written before is not in the trail`;
    events.push(captureEvent('capture.coverage', record, to, undefined, { reason: 'table_added', detail, tables: added }));
  }
  if (events.length > 0) await appendIn(tx, OPERATOR_TENANT, events);
}

const newId = makeNewId();

/** An event about a source itself, in the operator's log. */
export function captureEvent(
  action: 'capture.gap' | 'capture.started' | 'capture.coverage',
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
      from: lsnText(from),
      ...(to === undefined ? {} : { to: lsnText(to) }),
      cursor: `${lsnText(record.cursor.lsn)}:${record.cursor.ordinal}`,
      slot: record.slot,
    },
  };
}
