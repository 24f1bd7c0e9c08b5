// From rows of a snapshot to `<resource>.observed` in the logs: a page, its place in the baseline and, with the last page,
// `capture.baseline` in the operator's log are one transaction.

import { createHash } from 'node:crypto';
import type pg from 'pg';
import { type Actor, type NewEvent, type Redaction, classify, uuidFrom } from '@indelible/core';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import type { PageRow, ReadTable } from './baseline-read.ts';
import { type Step, type TableProgress, advanceTable } from './baseline-record.ts';
import { type Lsn, lsnText } from '../replication/lsn.ts';
import { observedImages } from '../rows/row-of-table.ts';
import type { SourceRecord } from '../source/source-record.ts';
import { DEFAULT_TENANT } from '../tenants/tenant-map.ts';
import { eventOf } from '../rows/unreadable-row.ts';
import type { TypeMap } from '../values/values.ts';

/** Nobody did this: the trail itself looked. It is no change behind the application's back either. */
const OBSERVER: Actor = { type: 'system', name: 'indelible', attribution: 'verified' };

export interface WriteSettings {
  readonly record: SourceRecord;
  readonly lsn: Lsn;
  /** Milliseconds since 1970: the time of the snapshot. */
  readonly takenAt: number;
  readonly types: TypeMap;
  readonly redaction: Redaction;
}

export interface Observed {
  readonly row: PageRow;
  readonly tenant: string | undefined;
}

/** Writes a page inside the caller's transaction of the appender. */
export async function writePage(
  tx: pg.ClientBase,
  read: ReadTable,
  from: TableProgress,
  rows: readonly Observed[],
  step: Step,
  settings: WriteSettings,
): Promise<TableProgress> {
  const progress = await advanceTable(tx, settings.record.sourceId, from, step);
  const byTenant = new Map<string, NewEvent[]>();
  rows.forEach(({ row, tenant }, index) => {
    const event = observedEvent(read, row, from.rows + index, tenant !== undefined, settings);
    const list = byTenant.get(tenant ?? DEFAULT_TENANT);
    if (list === undefined) byTenant.set(tenant ?? DEFAULT_TENANT, [event]);
    else list.push(event);
  });
  if (step.finished) byTenant.set(OPERATOR_TENANT, [finishedEvent(progress, settings)]);
  // In the order of the names, so that two writers never wait for each other.
  for (const tenant of [...byTenant.keys()].sort()) await appendIn(tx, tenant, byTenant.get(tenant) ?? []);
  return progress;
}

/** @param number the row's place among those of its table, from 0 */
function observedEvent(read: ReadTable, row: PageRow, number: number, tenantKnown: boolean, settings: WriteSettings): NewEvent {
  const { record, lsn, takenAt, types, redaction } = settings;
  const begin = { kind: 'begin', commitLsn: lsn, committedAt: takenAt, xid: 0 } as const;
  const change = { kind: 'insert', relation: read.relation, after: row.tuple } as const;
  const event = eventOf(
    { kind: 'row', begin, ordinal: 0, change, message: undefined, bytes: row.bytes },
    observedImages(read.relation, row.tuple),
    read.map,
    { actor: OBSERVER },
    tenantKnown,
    { ...record, nowMs: Date.now(), types, redaction },
    () => {},
  );
  return {
    ...event,
    id: derivedId(['baseline', read.name, row.key.length === 0 ? number : row.key], settings),
    // To observe a row changes none of its fields.
    ...(event.change === undefined ? {} : { change: { ...event.change, fields: [] } }),
    source: { kind: 'postgres', name: record.name, position: lsnText(lsn) },
  };
}

/** From when on the state of a table's rows is known. */
function finishedEvent({ table, rows, startedAt }: TableProgress, settings: WriteSettings): NewEvent {
  const { record, lsn, takenAt } = settings;
  const { category, operation, severity, tags } = classify('capture.baseline');
  return {
    id: derivedId(['baseline', table], settings),
    idFromSender: false,
    action: 'capture.baseline',
    category,
    operation,
    outcome: 'success',
    severity,
    ...(tags.length === 0 ? {} : { catalogueTags: tags }),
    actor: OBSERVER,
    resource: { type: 'capture_source', id: record.name, name: record.name },
    source: { kind: 'self', name: record.name },
    metadata: { table, rows, position: lsnText(lsn), observedAt: new Date(takenAt).toISOString(), startedAt: startedAt.toISOString() },
  };
}

function derivedId(parts: readonly unknown[], { record, lsn }: WriteSettings): string {
  const seed = JSON.stringify([record.systemIdentifier, record.timeline, record.era, lsnText(lsn), ...parts]);
  return uuidFrom(createHash('sha256').update(seed).digest().subarray(0, 16));
}
