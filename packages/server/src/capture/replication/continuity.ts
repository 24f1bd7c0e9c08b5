// Compares the source with what the trail remembers of it: is it the same server, the same slot where it was left, the
// same publication, and does that name everything? Asked at the start of every session and every ten seconds.

import type pg from 'pg';
import { loadPublication } from '../source/catalog.ts';
import type { Gap } from '../gaps/gap.ts';
import type { StopReason } from '../gaps/gap-reasons.ts';
import { type Lsn, lsnText } from './lsn.ts';
import { publicationVersion } from '../source/publication-memory.ts';
import { narrowedBy } from '../source/publication-plan.ts';
import { type SourceIdentity, walEnd } from './replication.ts';
import { type SlotState, loadSlot } from '../slot/slot-state.ts';
import type { SourceRecord } from '../source/source-record.ts';

export interface SourceHealth {
  readonly gap: Gap | undefined;
  /** Undefined when it is not there, or another server answers. */
  readonly slot: SlotState | undefined;
  /** Bytes of log that the slot holds back. */
  readonly lagBytes: number;
}

/**
 * @param identity who answers now; left out by the regular check of a connection that is already known
 * @param acknowledged the furthest that this trail has allowed the slot to go; asked after the slot was looked at
 */
export async function checkContinuity(
  source: pg.ClientBase,
  record: SourceRecord,
  identity: SourceIdentity | undefined,
  acknowledged: () => Lsn | Promise<Lsn>,
): Promise<SourceHealth> {
  const replaced = identity === undefined ? undefined : replacedBy(record, identity);
  if (replaced !== undefined) return { gap: replaced, slot: undefined, lagBytes: 0 };
  const slot = await loadSlot(source, record.slot);
  const allowed = await acknowledged();
  // Asked last: a log that ends before what the trail has read is not the log that it was read from.
  const end = await walEnd(source);
  const gap = slotGap(record, slot, allowed, end) ?? (await publicationGap(source, record, end));
  return { gap, slot, lagBytes: slot?.lagBytes ?? 0 };
}

function replacedBy(record: SourceRecord, identity: SourceIdentity): Gap | undefined {
  if (
    identity.systemIdentifier === record.systemIdentifier &&
    identity.timeline === record.timeline &&
    identity.database === record.database
  )
    return undefined;
  const was = `${record.database} of system ${record.systemIdentifier}, timeline ${record.timeline}`;
  const detail = `the source was ${was}; now ${identity.database} of system ${identity.systemIdentifier}, timeline ${identity.timeline} answers`;
  return { reason: 'source_replaced', detail, from: record.acknowledged, to: undefined };
}

function slotGap(record: SourceRecord, slot: SlotState | undefined, allowed: Lsn, end: Lsn): Gap | undefined {
  const gap = (reason: StopReason, detail: string, to: Lsn | undefined): Gap => ({ reason, detail, from: record.acknowledged, to });
  const read = allowed > record.cursor.lsn ? allowed : record.cursor.lsn;
  if (end < read) {
    const detail = `the source's log ends at ${lsnText(end)}, and this trail has read it up to ${lsnText(read)}: the source was put back to an older state`;
    return gap('source_replaced', detail, undefined);
  }
  if (slot === undefined) return gap('slot_missing', `the replication slot ${record.slot} is not there any more`, end);
  if (slot.plugin !== 'pgoutput' || slot.database !== record.database)
    return gap('slot_replaced', `the replication slot ${record.slot} belongs to ${slot.plugin} in ${slot.database} now`, end);
  if (slot.twoPhase)
    return gap('slot_replaced', `the replication slot ${record.slot} is another one: it was made for two-phase commit`, end);
  if (slot.lost) {
    const because = slot.lostBecause === undefined || slot.lostBecause === 'wal_removed' ? 'max_slot_wal_keep_size' : slot.lostBecause;
    return gap('slot_lost', `the source has removed log that the slot ${record.slot} still needed (${because})`, end);
  }
  if (slot.confirmed <= allowed) return undefined;
  return gap(
    'slot_advanced',
    `the slot ${record.slot} stands at ${lsnText(slot.confirmed)}, beyond ${lsnText(allowed)}, the furthest that this trail has acknowledged: it was moved, or made anew`,
    slot.confirmed,
  );
}

/** Of a publication it is not known when it changed: after it was last seen whole. */
async function publicationGap(source: pg.ClientBase, record: SourceRecord, end: Lsn): Promise<Gap | undefined> {
  const from = record.publishedAt < record.acknowledged ? record.publishedAt : record.acknowledged;
  const gap = (reason: StopReason, detail: string): Gap => ({ reason, detail, from, to: end });
  const name = record.publication;
  // Asked first: what goes between the two questions is missing then, and not another one.
  const version = await publicationVersion(source, name);
  const publication = await loadPublication(source, name);
  if (publication === undefined) return gap('publication_missing', `the publication ${name} is not there any more`);
  const [oid] = record.publicationWas.split(':');
  if (oid !== '' && oid !== version.split(':')[0])
    return gap('publication_replaced', `the publication ${name} was dropped and made anew since it was last looked at`);
  const narrowed = narrowedBy(publication);
  if (narrowed.length > 0) return gap('publication_narrowed', `the publication ${name} hides changes: ${narrowed.join('; ')}`);
  if (record.publicationWas === '' || record.publicationWas === version) return undefined;
  return gap(
    'publication_altered',
    `the publication ${name} was altered since it was last looked at, and is whole now; what it hid meanwhile is missing`,
  );
}
