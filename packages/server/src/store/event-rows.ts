// From prepared events to the rows of event, event_key and event_related, and the statement that stores them all at once.

import type pg from 'pg';
import { addressBytes } from './address.ts';
import { CopyRows, copyBatch } from './copy-batch.ts';
import type { Prepared } from './prepare.ts';
import { columnsOf, relatedOf } from './projection.ts';

const EVENT_COLUMNS =
  'seq, recorded_at, occurred_at, id, tenant_id, category, operation, outcome, severity, actor_type, attribution, source_kind, ' +
  'action, actor_id, actor_name, actor_email, resource_type, resource_id, ip, leaf_hash, salts, disclosures';
const EVENT_COLUMN_COUNT = 22;

/**
 * Writes events as the sequence numbers base, base + 1, ... and advances the log, in one round trip.
 * Fails with SQLSTATE 22012 (division by zero), and stores nothing, when the log's size is not `base` or it is frozen.
 */
export async function writeEvents(client: pg.ClientBase, tenantId: number, base: number, prepared: readonly Prepared[]): Promise<void> {
  const last = prepared.at(-1);
  if (last === undefined) return;
  const events = new CopyRows(prepared.length * 1_600 + 256);
  const keys = new CopyRows(prepared.length * 96 + 256);
  const related = new CopyRows();
  let relatedCount = 0;
  for (let index = 0; index < prepared.length; index++) {
    const item = prepared[index] as Prepared;
    eventRow(events, item, tenantId, base + index);
    keyRow(keys, item, tenantId, base + index);
    relatedCount += relatedRows(related, item, tenantId, base + index);
  }
  const sql =
    `update indelible.log set size = size + ${prepared.length} / (size = ${base} and frozen_at is null)::int, last_t = ${last.t} where tenant_id = ${tenantId};` +
    `copy indelible.event (${EVENT_COLUMNS}) from stdin (format binary);` +
    'copy indelible.event_key (seq, recorded_at, id, tenant_id, body_mac) from stdin (format binary);' +
    (relatedCount > 0
      ? 'copy indelible.event_related (seq, recorded_at, occurred_at, tenant_id, type, id) from stdin (format binary);'
      : '');
  await copyBatch(client, sql, relatedCount > 0 ? [events, keys, related] : [events, keys]);
}

function eventRow(rows: CopyRows, item: Prepared, tenantId: number, seq: number): void {
  const columns = columnsOf(item.event);
  rows.row(EVENT_COLUMN_COUNT);
  rows.int8(seq);
  rows.timestamp(item.t);
  rows.timestamp(item.occurredMs);
  rows.uuid(item.event.id);
  rows.int4(tenantId);
  rows.int2(columns.category);
  rows.int2(columns.operation);
  rows.int2(columns.outcome);
  rows.int2(columns.severity);
  rows.int2(columns.actor_type);
  rows.int2(columns.attribution);
  rows.int2(columns.source_kind);
  rows.text(columns.action);
  rows.text(columns.actor_id);
  rows.text(columns.actor_name);
  rows.text(columns.actor_email);
  rows.text(columns.resource_type);
  rows.text(columns.resource_id);
  rows.inet(columns.ip === undefined ? undefined : addressBytes(columns.ip));
  rows.base64(item.leafHash, 32);
  rows.bytes(item.salts);
  rows.text(item.disclosures);
}

function keyRow(rows: CopyRows, item: Prepared, tenantId: number, seq: number): void {
  rows.row(5);
  rows.int8(seq);
  rows.timestamp(item.t);
  rows.uuid(item.event.id);
  rows.int4(tenantId);
  rows.bytes(item.mac);
}

function relatedRows(rows: CopyRows, item: Prepared, tenantId: number, seq: number): number {
  if (item.event.related === undefined) return 0;
  const related = relatedOf(item.event);
  for (const { type, id } of related) {
    rows.row(6);
    rows.int8(seq);
    rows.timestamp(item.t);
    rows.timestamp(item.occurredMs);
    rows.int4(tenantId);
    rows.text(type);
    rows.text(id);
  }
  return related.length;
}
