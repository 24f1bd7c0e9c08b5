// Makes the slot of a source and registers it at the slot's own snapshot: the tenant map and the memory of the tables are
// read at the very point from which the slot streams, so that no row is between the two.

import pg from 'pg';
import { makeRedaction } from '@indelible/core';
import { appendIn } from '../../store/append.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { inTransaction } from '../../store/pool.ts';
import { type SlotSnapshot, clockOf } from '../baseline/baseline-snapshot.ts';
import { loadCatalog } from '../source/catalog.ts';
import { captureEvent } from '../gaps/gap.ts';
import { type Lsn, lsnText, parseLsn } from '../replication/lsn.ts';
import { NO_MAPPING } from '../mapping/mapping.ts';
import { recordMappingIn } from '../mapping/record.ts';
import { lookAt, rememberDdl, remembered } from '../source/publication-memory.ts';
import { type SourceIdentity, connectReplication, identify } from '../replication/replication.ts';
import { type MapOptions, makeResourceMap } from '../tables/resource-map.ts';
import { isHiddenBy } from '../tables/secrets.ts';
import { ShapeMemory } from '../tables/shape-memory.ts';
import { type SourceRecord, loadHashKey, namesOf, registerSource } from '../source/source-record.ts';
import { type Waiting, untilMade } from './slot-wait.ts';
import { fillFromSource } from '../tenants/tenant-fill.ts';

export interface NewSlot extends MapOptions, Waiting {
  readonly sourceUrl: string;
  readonly name: string;
  readonly appender: pg.Pool;
  /** What the trail knew of the source; a slot that is there is dropped then. */
  readonly record: SourceRecord | undefined;
  /** Told of the slot's snapshot while it can be imported. */
  readonly withSnapshot?: (snapshot: SlotSnapshot) => Promise<void>;
}

/** @param source a connection outside a transaction */
export async function makeSlot(source: pg.Client, options: NewSlot): Promise<void> {
  const { slot } = namesOf(options.name);
  if (options.record !== undefined)
    await source.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [slot]);
  const replication = await connectReplication(options.sourceUrl);
  let made = false;
  try {
    const identity = await identify(replication);
    const takenAt = await clockOf(replication);
    const making = replication.query<{ consistent_point: string; snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT ${pg.escapeIdentifier(slot)} LOGICAL pgoutput (SNAPSHOT 'export')`,
    );
    const answer = await untilMade(source, slot, making, options);
    made = true;
    options.signal?.throwIfAborted();
    const row = answer.rows[0];
    if (row === undefined) throw new Error('the source did not say where the slot begins');
    await options.withSnapshot?.({ name: row.snapshot_name, lsn: parseLsn(row.consistent_point), takenAt });
    await source.query('begin isolation level repeatable read read only');
    await source.query(`set transaction snapshot ${pg.escapeLiteral(row.snapshot_name)}`);
    await register(source, options, identity, parseLsn(row.consistent_point));
    await source.query('commit');
  } catch (error) {
    await source.query('rollback').catch(() => {});
    // A slot that nobody reads would hold the source's log for ever.
    if (made) await source.query('select pg_drop_replication_slot($1)', [slot]).catch(() => {});
    throw error;
  } finally {
    await replication.end();
  }
}

async function register(source: pg.Client, options: NewSlot, identity: SourceIdentity, slotAt: Lsn): Promise<void> {
  const { record, name, appender } = options;
  const { slot, publication } = namesOf(name);
  // A source that was put back to an older state writes other changes at positions that the cursor has passed.
  const sameHistory =
    record === undefined ||
    (record.systemIdentifier === identity.systemIdentifier &&
      record.timeline === identity.timeline &&
      record.openGap?.reason !== 'source_replaced' &&
      slotAt >= record.cursor.lsn);
  const catalog = await loadCatalog(source, publication);
  const look = await lookAt(source, catalog, publication);
  const begin = {
    slotAt,
    published: remembered(look),
    publishedAt: slotAt,
    publicationWas: look.publication,
    wholeFrom: slotAt,
    sameHistory,
  };
  await inTransaction(appender, async (tx) => {
    const sourceId = await registerSource(tx, name, identity, begin);
    await rememberDdl(tx, sourceId, look);
    // What the map knows from before the gap may be wrong by now.
    await tx.query('delete from indelible.tenant_map where source_id = $1', [sourceId]);
    const mapping = options.mapping?.() ?? NO_MAPPING;
    const shapes = await ShapeMemory.load(tx, sourceId);
    if (!sameHistory) await shapes.clear(tx);
    await shapes.see(tx, catalog, async () => slotAt);
    await shapes.forget(tx, (was, now) => isHiddenBy(mapping, was, now));
    const { tables } = shapes.extend(catalog).catalog;
    const labelled = { ...catalog, tables: new Map([...tables].filter(([oid]) => catalog.tables.has(oid))) };
    const maps = makeResourceMap(labelled, await loadHashKey(tx, sourceId), {
      ...options,
      redaction: options.redaction ?? makeRedaction(),
    });
    await fillFromSource(source, tx, sourceId, labelled, maps);
    await recordMappingIn(tx, { sourceId, name }, mapping);
    const registered = { name, slot, cursor: record?.cursor ?? { lsn: 0n, ordinal: -1 } };
    const facts =
      record === undefined
        ? { reason: 'setup', detail: `changes are captured from ${lsnText(slotAt)} on` }
        : {
            reason: 'resumed_after_gap',
            detail: `${record.openGap?.reason ?? 'stopped'}: capture goes on at a new slot from ${lsnText(slotAt)} on; changes in this range are missing`,
          };
    await appendIn(tx, OPERATOR_TENANT, [captureEvent('capture.started', registered, record?.acknowledged ?? slotAt, slotAt, facts)]);
  });
}
