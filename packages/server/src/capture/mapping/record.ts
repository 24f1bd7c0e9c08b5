// Puts a mapping on record before it is in force: who can configure capture can blind it, so the operator's log says what is
// skipped, redacted and renamed, from where on.

import type pg from 'pg';
import { type Change, EVENT_BYTES_MAX, type JsonObject, type NewEvent, classify, diff, makeNewId } from '@indelible/core';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import type { SourceRecord } from '../source/source-record.ts';
import { type SourceMapping, settingsOf } from './mapping.ts';

const ACTION = 'capture.mapping';
const SKIPPED_TABLES_MAX = 200;
const newId = makeNewId();

/**
 * Writes a `capture.mapping` event when the mapping is another than the last one on record, over restarts too.
 *
 * @param trail a connection of the appender, outside a transaction
 * @returns whether it was another
 */
export async function recordMapping(
  trail: pg.ClientBase,
  record: Pick<SourceRecord, 'sourceId' | 'name'>,
  mapping: SourceMapping,
): Promise<boolean> {
  const { before, cursor } = await lastOf(trail, record.sourceId);
  if (isSame(before, mapping)) return false;
  await trail.query('begin');
  try {
    await write(trail, record, mapping, before, cursor);
  } catch (error) {
    await trail.query('rollback').catch(() => {});
    throw error;
  }
  const committed = await trail.query('commit');
  if (committed.command !== 'COMMIT') throw new Error('the trail rolled the mapping back');
  return true;
}

/** As `recordMapping`, in the caller's transaction. */
export async function recordMappingIn(
  tx: pg.ClientBase,
  record: Pick<SourceRecord, 'sourceId' | 'name'>,
  mapping: SourceMapping,
): Promise<void> {
  const { before, cursor } = await lastOf(tx, record.sourceId);
  if (!isSame(before, mapping)) await write(tx, record, mapping, before, cursor);
}

/** Settings that differ between what is on record and a mapping. */
export function differencesOf(before: JsonObject, mapping: SourceMapping): string[] {
  return diff(before, settingsOf(mapping), (key) => mapping.tables.has(key));
}

function isSame(before: JsonObject, mapping: SourceMapping): boolean {
  return differencesOf(before, mapping).length === 0;
}

async function lastOf(trail: pg.ClientBase, sourceId: number): Promise<{ before: JsonObject; cursor: string }> {
  const answer = await trail.query<{ before: JsonObject; cursor: string }>(
    `select mapping as before, cursor_lsn || ':' || cursor_ordinal as cursor from indelible.capture_source where source_id = $1`,
    [sourceId],
  );
  return answer.rows[0] ?? { before: {}, cursor: '' };
}

async function write(
  tx: pg.ClientBase,
  { sourceId, name }: Pick<SourceRecord, 'sourceId' | 'name'>,
  mapping: SourceMapping,
  before: JsonObject,
  cursor: string,
): Promise<void> {
  const change = { before, after: settingsOf(mapping), fields: differencesOf(before, mapping) };
  await appendIn(tx, OPERATOR_TENANT, [mappingEvent(name, cursor, mapping, change)]);
  await tx.query('update indelible.capture_source set mapping = $2 where source_id = $1', [sourceId, JSON.stringify(change.after)]);
}

/** @param cursor the last row change that was written by the mapping before */
function mappingEvent(name: string, cursor: string, mapping: SourceMapping, change: Change): NewEvent {
  const { category, operation, severity, tags } = classify(ACTION);
  const skipped = [...mapping.tables].flatMap(([table, { skip }]) => (skip === true ? [table] : []));
  // No mapping that a person writes is that large; the hash still names it.
  const fits = Buffer.byteLength(JSON.stringify(change)) < EVENT_BYTES_MAX / 2;
  return {
    id: newId(),
    idFromSender: false,
    action: ACTION,
    category,
    operation,
    outcome: 'success',
    severity,
    ...(tags.length === 0 ? {} : { catalogueTags: tags }),
    actor: { type: 'system', name: 'indelible', attribution: 'verified' },
    resource: { type: 'capture_source', id: name, name },
    source: { kind: 'self', name },
    ...(fits ? { change } : {}),
    metadata: {
      detail: skipped.length === 0 ? 'no table is skipped' : `${skipped.length} tables are skipped: their changes make no events`,
      ...(mapping.sha256 === undefined ? {} : { sha256: mapping.sha256 }),
      skipped: skipped.slice(0, SKIPPED_TABLES_MAX),
      cursor,
    },
  };
}
