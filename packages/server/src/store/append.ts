// Appends events to a tenant's log inside a transaction: under the log's row lock, so that sequence numbers have no gaps,
// with one lookup of the ids that senders chose, so that an id seen before gets its first receipt again.

import { Failure, makeNewId, type NewEvent } from '@indelible/core';
import type pg from 'pg';
import { writeEvents } from './event-rows.ts';
import { createLog, findLog, type LogRow } from './log-row.ts';
import { type Prepared, prepare, rename, restamp } from './prepare.ts';

const newId = makeNewId();

/** What a sender gets for an event once it is durable. */
export interface Receipt {
  readonly id: string;
  /** The origin of the log. */
  readonly log: string;
  /** The leaf's index in the log, from 0. */
  readonly seq: number;
  /** base64, 32 bytes. */
  readonly leafHash: string;
}

/**
 * Appends events in the caller's transaction of the appender; they are durable when that commits. Makes the log of a new
 * tenant. A caller that appends to several tenants takes them in the order of their names, or two may wait for each other.
 *
 * @returns the receipts in the order of the events
 * @throws Failure `id_conflict` when an id was seen before with another body
 */
export async function appendIn(tx: pg.ClientBase, tenant: string, events: readonly NewEvent[]): Promise<Receipt[]> {
  const log = (await findLog(tx, tenant, true)) ?? (await createLog(tx, tenant));
  const now = Math.max(Date.now(), log.lastT);
  const verdicts = await appendLocked(
    tx,
    log,
    events.map((event) => prepare(event, now, log.macKey)),
  );
  return verdicts.map((verdict) => {
    if (verdict instanceof Failure) throw verdict;
    return verdict;
  });
}

/** Appends under a lock that the caller's transaction holds; a receipt, or an `id_conflict`, for each event. */
export async function appendLocked(tx: pg.ClientBase, log: LogRow, items: readonly Prepared[]): Promise<(Receipt | Failure)[]> {
  const seen = await findKeys(tx, log, items);
  const fresh: Prepared[] = [];
  const verdicts = items.map((item): Receipt | Failure => {
    const known = seen.get(item.event.id);
    if (known !== undefined && item.event.idFromSender) return again(item, known);
    // An id that the trail derived and that a sender has taken before must not hold the captured change up.
    const named = known === undefined ? item : rename(item, newId());
    const stamped = named.t < log.lastT ? restamp(named, log.lastT) : named;
    const receipt = { id: stamped.event.id, log: log.origin, seq: log.size + fresh.length, leafHash: stamped.leafHash };
    fresh.push(stamped);
    if (item.event.idFromSender) seen.set(item.event.id, { receipt, mac: item.mac });
    return receipt;
  });
  await writeEvents(tx, log.tenantId, log.size, fresh);
  return verdicts;
}

/** Version 8: the ids that capture derives (RFC 9562, 5.8); a sender may use that version too. */
function isDerived(id: string): boolean {
  return id[14] === '8';
}

interface Known {
  readonly receipt: Receipt;
  readonly mac: Buffer | undefined;
}

function again(item: Prepared, known: Known): Receipt | Failure {
  const same = item.mac !== undefined && known.mac !== undefined && item.mac.equals(known.mac);
  return same
    ? known.receipt
    : new Failure('id_conflict', `an event with the id ${item.event.id} and another body exists as sequence ${known.receipt.seq}`);
}

async function findKeys(tx: pg.ClientBase, log: LogRow, items: readonly Prepared[]): Promise<Map<string, Known>> {
  const ids = items.map((item) => item.event.id).filter((id, index) => items[index]?.event.idFromSender === true || isDerived(id));
  const known = new Map<string, Known>();
  if (ids.length === 0) return known;
  const answer = await tx.query<{ id: string; seq: string; body_mac: Buffer | null; leaf_hash: Buffer | null }>(
    `select k.id, k.seq, k.body_mac, e.leaf_hash
     from indelible.event_key k
     left join indelible.event e on e.tenant_id = k.tenant_id and e.seq = k.seq and e.recorded_at = k.recorded_at
     where k.tenant_id = $1 and k.id = any($2::uuid[])`,
    [log.tenantId, ids],
  );
  for (const row of answer.rows) {
    const receipt = { id: row.id, log: log.origin, seq: Number(row.seq), leafHash: row.leaf_hash?.toString('base64') ?? '' };
    // Without its event nothing can be said of the body: it counts as another one.
    known.set(row.id, { receipt, mac: row.leaf_hash === null ? undefined : (row.body_mac ?? undefined) });
  }
  return known;
}
