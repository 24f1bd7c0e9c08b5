// One piece of the stream in one transaction of the trail: events, tenant map, nonces and cursor together, so that each
// change is in the log exactly once, whatever breaks in between.

import type pg from 'pg';
import type { NewEvent, Redaction } from '@indelible/core';
import { appendIn } from '../store/append.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import type { ChangeItem, DdlItem, Item, RowItem } from './replication/assemble.ts';
import { type Attributed, type Opened, UNATTRIBUTED, openAttribution, provesIn, weakened } from './attribution/attribution.ts';
import type { Counters } from './counters.ts';
import { ddlEvent } from './ddl/ddl-event.ts';
import type { Lsn } from './replication/lsn.ts';
import { claimNonces } from './attribution/nonces.ts';
import type { Begin, Relation, Tuple } from './replication/pgoutput.ts';
import type { TableMap } from './tables/resource-map.ts';
import { type EventSettings, skippedBecause } from './rows/row-event.ts';
import { type RowImages, imagesOf, keyOf } from './rows/row-image.ts';
import { sidesOf, toldTo } from './rows/row-sides.ts';
import { type Cursor, type SourceRecord, advance } from './source/source-record.ts';
import { type TableCounts, countRow, flushCounts } from './coverage/table-counters.ts';
import { TenantBatch, type Way, fixedWay, wayOf } from './tenants/tenant-map.ts';
import { type RowFault, UNREADABLE_TAG, eventOf, faultOf, mapBlind, unreadableEvent } from './rows/unreadable-row.ts';

export interface BatchSettings extends EventSettings {
  readonly contextKey: string | undefined;
  readonly redaction: Redaction;
  readonly mapOf: (relation: Relation) => TableMap;
  /** Told of each row whose values could not be read; again when the piece is tried again. */
  readonly unreadable: (fault: RowFault) => void;
}

export interface BatchResult {
  readonly cursor: Cursor;
  /** The end of the last whole transaction in the batch: may be acknowledged once the trail has committed. */
  readonly acknowledge: Lsn | undefined;
  readonly events: number;
}

interface Row {
  readonly item: RowItem;
  readonly images: RowImages;
  readonly map: TableMap;
  readonly before: Way;
  readonly after: Way;
  /** Nothing but its place could be made out. */
  readonly blind: boolean;
}

/**
 * Writes a batch inside the caller's transaction of the appender.
 *
 * @param counters counted up; the caller takes a fresh copy for a batch that is tried again
 */
export async function applyBatch(
  tx: pg.ClientBase,
  record: SourceRecord,
  from: Cursor,
  items: readonly Item[],
  counters: Counters,
  settings: BatchSettings,
): Promise<BatchResult> {
  const changes = items.filter((item) => item.kind !== 'commit').filter(({ begin, ordinal }) => isAfter(begin.commitLsn, ordinal, from));
  const rows = changes.filter((item) => item.kind === 'row');
  const parts = rows.map((item) => partsOf(item, settings));
  const attributions = await attribute(tx, record, changes, counters, settings);
  const tenants = new TenantBatch(record.sourceId, record.tenantsFrom);
  await tenants.load(
    tx,
    parts.flatMap(({ before, after }) => [before, after]),
  );
  const byTenant = new Map<string, NewEvent[]>();
  const tables: TableCounts = new Map();
  for (const part of parts) {
    const told = await tenantsTold(tx, part, tenants);
    addRow(part, attributions.get(part.item) ?? UNATTRIBUTED, told, tenants, byTenant, counters, tables, settings);
  }
  const schema = changes.filter((item) => item.kind === 'ddl').flatMap((item) => toldBy(item, attributions, counters, settings));
  if (schema.length > 0) byTenant.set(OPERATOR_TENANT, [...(byTenant.get(OPERATOR_TENANT) ?? []), ...schema]);
  await flushCounts(tx, record.sourceId, tables);
  let events = 0;
  // In the order of the names, so that two writers never wait for each other.
  for (const tenant of [...byTenant.keys()].sort()) {
    const list = byTenant.get(tenant) ?? [];
    events += list.length;
    await appendIn(tx, tenant, list);
  }
  const commit = items.findLast((item) => item.kind === 'commit');
  if (parts.length > 0) await tenants.flush(tx, commit?.commitLsn);
  const last = changes.at(-1);
  const cursor = last === undefined ? from : { lsn: last.begin.commitLsn, ordinal: last.ordinal };
  counters.rows += rows.length;
  counters.events += events;
  await advance(tx, record.sourceId, from, { cursor, acknowledged: commit?.endLsn ?? 0n, counters, events: events > 0 });
  return { cursor, acknowledge: commit?.endLsn, events };
}

/** What is sent again after a restart, up to the cursor, is in the log already. */
function isAfter(lsn: Lsn, ordinal: number, cursor: Cursor): boolean {
  return lsn > cursor.lsn || (lsn === cursor.lsn && ordinal > cursor.ordinal);
}

/** The event of a DDL command; none when the message is not one that the source's function sends. */
function toldBy(item: DdlItem, attributions: ReadonlyMap<ChangeItem, Attributed>, counters: Counters, settings: BatchSettings): NewEvent[] {
  const event = ddlEvent(item, attributions.get(item) ?? UNATTRIBUTED, settings);
  if (event === undefined) counters.messagesUnsound++;
  return event === undefined ? [] : [event];
}

/** A row that cannot be read is a row all the same. */
function partsOf(item: RowItem, settings: BatchSettings): Row {
  const images = imagesOf(item.change);
  try {
    return readParts(item, images, settings.mapOf(images.relation));
  } catch (error) {
    const map = mapBlind(images.relation);
    settings.unreadable(faultOf(item, map.table, error));
    return { item, images, map, before: undefined, after: undefined, blind: true };
  }
}

function readParts(item: RowItem, images: RowImages, map: TableMap): Row {
  const way = (tuple: RowImages['after']): Way => (tuple === undefined ? fixedWay(map) : wayOf(map, images.relation, tuple));
  return {
    item,
    images,
    map,
    before: images.before === undefined || images.wholeBefore ? way(images.before) : (fixedWay(map) ?? ownWay(map, images, images.before)),
    after: way(images.after),
    blind: false,
  };
}

/** Of a row that is known by its key alone, only the map knows the tenant. */
function ownWay({ ownKey }: TableMap, images: RowImages, key: Tuple): Way {
  const text = ownKey === undefined ? undefined : keyOf(images.relation, key, ownKey);
  return ownKey === undefined || text === undefined ? undefined : { kind: 'row', table: ownKey.label, key: text };
}

/** The tenants that a TRUNCATE takes rows from, as far as the map knows them; empty for everything else. */
async function tenantsTold(tx: pg.ClientBase, { item, images, map, before }: Row, tenants: TenantBatch): Promise<Set<string | undefined>> {
  if (images.kind !== 'truncate' || map.skip || before !== undefined) return new Set();
  const labels = map.mapKeys.map(({ label }) => label);
  return tenants.tenantsIn(tx, labels, item.begin.commitLsn);
}

function addRow(
  row: Row,
  attributed: Attributed,
  told: ReadonlySet<string | undefined>,
  tenants: TenantBatch,
  byTenant: Map<string, NewEvent[]>,
  counters: Counters,
  tables: TableCounts,
  settings: BatchSettings,
): void {
  const { item, images, map } = row;
  const before = tenants.resolve(row.before, item.begin.commitLsn);
  const after = tenants.resolve(row.after, item.begin.commitLsn);
  follow(row, tenants);
  if (map.skip) {
    counters.skippedByMapping++;
    return;
  }
  const skipped = skippedBecause(map, images);
  if (skipped !== undefined) {
    counters[skipped === 'noise' ? 'skippedNoise' : 'skippedUnchanged']++;
    return;
  }
  const sides = told.size > 0 ? toldTo(told, images) : sidesOf(images, before, after);
  if (sides.some(({ known }) => !known)) counters.tenantUnknown++;
  if (attributed.actor.attribution === 'none') counters.unattributed++;
  countRow(tables, map.table, attributed.actor.attribution !== 'none', item.begin.committedAt);
  for (const { tenant, known, images: own } of sides) {
    const event = row.blind
      ? unreadableEvent(item, own, map, attributed, known, settings)
      : eventOf(item, own, map, attributed, known, settings, settings.unreadable);
    if (event.tags?.includes(UNREADABLE_TAG) === true) counters.valuesUnreadable++;
    if (event.change?.unavailable !== undefined) counters.valuesUnavailable++;
    const list = byTenant.get(tenant);
    if (list === undefined) byTenant.set(tenant, [event]);
    else list.push(event);
  }
}

/** Keeps the map: rows that other rows find their tenant through. */
function follow({ item, images, map, before, after }: Row, tenants: TenantBatch): void {
  for (const mapKey of map.mapKeys) {
    const { label } = mapKey;
    if (images.kind === 'truncate') {
      tenants.buryAll(label, item.begin.commitLsn);
      continue;
    }
    const old = images.before === undefined ? undefined : keyOf(images.relation, images.before, mapKey);
    const now = images.after === undefined ? undefined : keyOf(images.relation, images.after, mapKey);
    if (old !== undefined && old !== now) tenants.bury(label, old, images.wholeBefore ? before : undefined, item.begin.commitLsn);
    if (now !== undefined) tenants.put(label, now, after, item.begin.commitLsn);
  }
}

/** Opens each message once, and takes the proof from those that are late, misdirected, or used by another transaction. */
async function attribute(
  tx: pg.ClientBase,
  { sourceId, database }: SourceRecord,
  changes: readonly ChangeItem[],
  counters: Counters,
  settings: BatchSettings,
): Promise<Map<ChangeItem, Attributed>> {
  const texts = new Map<string, Opened>();
  const nonces = new Map<string, Begin>();
  for (const { message } of changes) {
    if (message === undefined || texts.has(message)) continue;
    const opened = openAttribution(message, settings.contextKey, settings.redaction);
    if (!opened.sound) counters.messagesUnsound++;
    texts.set(message, opened);
  }
  for (const { message, begin } of changes) {
    const opened = message === undefined ? undefined : texts.get(message);
    if (opened?.nonce === undefined || nonces.has(opened.nonce)) continue;
    if (provesIn(opened, begin.committedAt, database)) nonces.set(opened.nonce, begin);
  }
  const owners = await claimNonces(tx, sourceId, nonces);
  const found = new Map<ChangeItem, Attributed>();
  for (const item of changes) {
    const opened = item.message === undefined ? undefined : texts.get(item.message);
    if (opened === undefined) continue;
    const { begin } = item;
    const proven = provesIn(opened, begin.committedAt, database) && owners.get(opened.nonce ?? '') === begin.commitLsn;
    if (opened.nonce !== undefined && !proven) counters.noncesReplayed++;
    found.set(item, proven ? opened.attributed : weakened(opened.attributed));
  }
  return found;
}
