// Takes everything of Indelible out of a source again: event triggers, function, publication, slot. Replica identities are
// left as they are, and named: nobody remembers what they were. The trail keeps its events, and says that capture ended.

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Failure } from '@indelible/core';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { inTransaction } from '../../store/pool.ts';
import { loadCatalog } from '../source/catalog.ts';
import { DDL_SCHEMA } from '../ddl/ddl.ts';
import { captureEvent } from '../gaps/gap.ts';
import { lsnText } from '../replication/lsn.ts';
import { tableName } from '../source/publication-plan.ts';
import { identifySource, walEnd } from '../replication/replication.ts';
import { openSource } from '../source/source-client.ts';
import { type SourceRecord, loadRecord, namesOf } from '../source/source-record.ts';

export interface CaptureRemove {
  readonly sourceUrl: string;
  readonly name: string;
  /** The trail; without it the source alone is cleaned. */
  readonly appender?: pg.Pool;
  /** Without it nothing is changed. */
  readonly yes: boolean;
}

export interface CaptureRemoveResult {
  /** The SQL for the source, in order; empty when nothing of Indelible is there. */
  readonly statements: readonly string[];
  readonly applied: boolean;
  /** What would put the replica identity of each table back to PostgreSQL's default. They are not run. */
  readonly identities: readonly string[];
}

/** Why such a source is stopped. */
export const REMOVED = 'removed';
const ATTEMPTS = 100;
const ATTEMPT_MS = 100;

/** A source that was taken out on purpose may be set up again; one with a gap may not. */
export function wasRemoved(record: SourceRecord): boolean {
  return record.openGap?.reason === REMOVED;
}

/**
 * @throws Failure `capture_invalid`: the source does not answer, is not the one that the trail knows, or its slot stays in use
 * @example
 * const { statements } = await captureRemove({ sourceUrl, name: 'shop', appender: store.appender, yes: false });
 */
export async function captureRemove(remove: CaptureRemove): Promise<CaptureRemoveResult> {
  const { slot, publication } = namesOf(remove.name);
  const source = await openSource(remove.sourceUrl);
  try {
    const record = remove.appender === undefined ? undefined : await loadRecord(remove.appender, remove.name);
    if (record !== undefined) await mustBe(remove.sourceUrl, record);
    const { schema, hasSlot } = await planRemoval(source, slot, publication);
    const statements = [...(hasSlot ? [`SELECT pg_drop_replication_slot(${pg.escapeLiteral(slot)})`] : []), ...schema];
    const full = [...(await loadCatalog(source, publication)).tables.values()].filter((table) => table.identity === 'f');
    const identities = full.map((table) => `ALTER TABLE ${tableName(table)} REPLICA IDENTITY DEFAULT`);
    if (!remove.yes) return { statements, applied: false, identities };
    // The trail first: a server that captures must not take what follows for a gap.
    if (remove.appender !== undefined && record !== undefined) await stop(source, remove.appender, record);
    // The slot next: nobody reads it any more, and while it is there the source keeps its whole log for it.
    if (hasSlot) await dropSlot(source, slot);
    await inOne(source, schema);
    return { statements, applied: true, identities };
  } finally {
    await source.end();
  }
}

/** Another database of the same name keeps its slot. */
async function mustBe(url: string, record: SourceRecord): Promise<void> {
  const { systemIdentifier, database } = await identifySource(url);
  if (systemIdentifier === record.systemIdentifier && database === record.database) return;
  throw new Failure(
    'capture_invalid',
    `the trail knows ${record.name} as ${record.database} of system ${record.systemIdentifier}; here ${database} of system ${systemIdentifier} answers`,
  );
}

/** The function serves every publication of ours, so it stays while another trail's is there. */
async function planRemoval(source: pg.ClientBase, slot: string, publication: string): Promise<{ schema: string[]; hasSlot: boolean }> {
  const answer = await source.query<{
    triggers: string[];
    functions: boolean;
    schema: boolean;
    mine: boolean;
    others: boolean;
    slot: boolean;
  }>(
    `select array(select evtname::text from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid where p.pronamespace = n.oid order by 1) as triggers,
       exists (select from pg_proc where pronamespace = n.oid and proname = 'on_ddl') as functions, n.oid is not null as schema,
       exists (select from pg_publication where pubname = $2) as mine,
       exists (select from pg_publication where pubname like 'indelible\\_%' and pubname <> $2) as others,
       exists (select from pg_replication_slots where slot_name = $1) as slot
     from (select) one left join pg_namespace n on n.nspname = $3`,
    [slot, publication, DDL_SCHEMA],
  );
  const found = answer.rows[0];
  if (found === undefined) throw new Error('the source did not answer');
  const triggers = found.others
    ? []
    : [
        ...found.triggers.map((name) => `DROP EVENT TRIGGER ${pg.escapeIdentifier(name)}`),
        ...(found.functions ? [`DROP FUNCTION ${DDL_SCHEMA}.on_ddl()`] : []),
        ...(found.schema ? [`DROP SCHEMA ${DDL_SCHEMA}`] : []),
      ];
  return {
    schema: [...triggers, ...(found.mine ? [`DROP PUBLICATION ${pg.escapeIdentifier(publication)}`] : [])],
    hasSlot: found.slot,
  };
}

async function stop(source: pg.ClientBase, appender: pg.Pool, record: SourceRecord): Promise<void> {
  const end = await walEnd(source);
  const before = record.stoppedReason === undefined || wasRemoved(record) ? '' : `; it was stopped before: ${record.stoppedReason}`;
  const detail = `taken out of the source by "indelible capture remove"; changes after ${lsnText(record.acknowledged)} may be missing${before}`;
  await inTransaction(appender, async (tx) => {
    const gap = { reason: REMOVED, detail, from: lsnText(record.acknowledged), to: lsnText(end) };
    const stopped = await tx.query(
      `update indelible.capture_source set stopped_reason = $2, gap = $3, stopped_at = now()
       where source_id = $1 and (gap ->> 'reason') is distinct from $4`,
      [record.sourceId, `${REMOVED}: ${detail}; "indelible capture setup" captures it again`, JSON.stringify(gap), REMOVED],
    );
    if (stopped.rowCount === 1)
      await appendIn(tx, OPERATOR_TENANT, [captureEvent('capture.stopped', record, record.acknowledged, end, { reason: REMOVED, detail })]);
  });
}

async function inOne(source: pg.ClientBase, statements: readonly string[]): Promise<void> {
  await source.query('begin');
  try {
    for (const statement of statements) await source.query(statement);
    await source.query('commit');
  } catch (cause) {
    await source.query('rollback');
    if (!(cause instanceof Error)) throw cause;
    throw new Failure(
      'capture_invalid',
      `${cause.message}; the slot is dropped, and the rest is left: run it again as the role that made it, or as a superuser`,
      {},
      { cause },
    );
  }
}

/** A server that captures holds the slot; its stream is ended, and then it finds the source stopped. */
async function dropSlot(source: pg.ClientBase, slot: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await source.query(
        `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active_pid is not null`,
        [slot],
      );
      await source.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active', [
        slot,
      ]);
      if ((await source.query('select from pg_replication_slots where slot_name = $1', [slot])).rowCount === 0) return;
      if (attempt >= ATTEMPTS) throw new Error('it is still in use');
    } catch (cause) {
      const OBJECT_IN_USE = '55006';
      if (!(cause instanceof Error)) throw cause;
      if ((cause as { code?: string }).code !== OBJECT_IN_USE || attempt >= ATTEMPTS)
        throw new Failure(
          'capture_invalid',
          `the slot ${slot} could not be dropped: ${cause.message}. It holds the log of the source back, without an end, until it is: stop the server that captures, and run it again, or SELECT pg_drop_replication_slot(${pg.escapeLiteral(slot)})`,
          {},
          { cause },
        );
    }
    await pause(ATTEMPT_MS);
  }
}
