// The trail's own memory of a captured database: who it is, how far its changes are in the log, why it was stopped.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import { reopenTables } from '../baseline/baseline-record.ts';
import { type HashKey, hashKeyOf } from '../rows/hash-key.ts';
import { type Lsn, lsnText, parseLsn } from '../replication/lsn.ts';
import type { SourceIdentity } from '../replication/replication.ts';

/** The place of a row change in the source's log. */
export interface Cursor {
  readonly lsn: Lsn;
  readonly ordinal: number;
}

export interface SourceRecord extends SourceIdentity {
  readonly sourceId: number;
  readonly name: string;
  readonly slot: string;
  readonly publication: string;
  /** The last row change that is in the log. */
  readonly cursor: Cursor;
  /** The furthest that the slot was ever allowed to go. */
  readonly acknowledged: Lsn;
  /** Where the last hole in the stream ended: what was committed before says nothing of the tenants of other rows. */
  readonly tenantsFrom: Lsn;
  /** Where the source's log ended when the publication was last looked at, and was whole. */
  readonly publishedAt: Lsn;
  /** The publication's row then, as `publicationVersion` tells it; empty when it is not known. */
  readonly publicationWas: string;
  /** How often the source's history was replaced by another: the same position then means another change. */
  readonly era: number;
  readonly lastEventAt: Date | undefined;
  readonly stoppedReason: string | undefined;
  /** False while the source's event triggers are known not to be there. */
  readonly ddlTracked: boolean;
  /** The hole that stopped it. */
  readonly openGap: OpenGap | undefined;
  readonly counters: Readonly<Record<string, number>>;
  readonly hashKey: HashKey;
}

/** A gap after which nobody has resumed yet. */
export interface OpenGap {
  readonly reason: string;
  readonly detail: string;
  /** The range, as PostgreSQL writes positions; without an end when another server answers. */
  readonly from: string;
  readonly to?: string;
  /** When it was found. */
  readonly since: Date;
}

export interface Progress {
  readonly cursor: Cursor;
  readonly acknowledged: Lsn;
  readonly counters: Readonly<Record<string, number>>;
  /** False when a batch had no event. */
  readonly events: boolean;
}

const NAME = /^[a-z0-9_-]{1,50}$/;

/** The slot and the publication of a source. A slot's name knows no hyphen. */
export function namesOf(name: string): { readonly slot: string; readonly publication: string } {
  if (!NAME.test(name))
    throw new Failure('capture_invalid', `the name of a source has 1 to 50 characters of a-z, 0-9, _ and -; got "${name}"`);
  return { slot: `indelible_${name.replaceAll('-', '_')}`, publication: `indelible_${name}` };
}

interface RecordRow {
  readonly source_id: number;
  readonly name: string;
  readonly system_identifier: string;
  readonly timeline: number;
  readonly database: string;
  readonly slot: string;
  readonly publication: string;
  readonly cursor_lsn: string;
  readonly cursor_ordinal: string;
  readonly acknowledged_lsn: string;
  readonly tenants_from: string;
  readonly published_lsn: string;
  readonly publication_was: string;
  readonly era: number;
  readonly last_event_at: Date | null;
  readonly ddl_tracked: boolean;
  readonly stopped_reason: string | null;
  readonly stopped_at: Date | null;
  readonly gap: Omit<OpenGap, 'since'> | null;
  readonly counters: Record<string, number>;
  readonly hash_key: Buffer;
}

/** By which the secrets of a registered source are hidden. */
export async function loadHashKey(trail: pg.ClientBase, sourceId: number): Promise<HashKey> {
  const answer = await trail.query<{ hash_key: Buffer }>('select hash_key from indelible.capture_source where source_id = $1', [sourceId]);
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the source is not registered');
  return hashKeyOf(row.hash_key);
}

/** How far the slot may stand at this moment. */
export async function loadAcknowledged(trail: pg.ClientBase | pg.Pool, sourceId: number): Promise<Lsn> {
  const answer = await trail.query<{ lsn: string }>(
    'select acknowledged_lsn::text as lsn from indelible.capture_source where source_id = $1',
    [sourceId],
  );
  return parseLsn(answer.rows[0]?.lsn ?? '0/0');
}

/** What the publication was when it was last looked at; setup may have changed both meanwhile. */
export async function loadPublicationMemory(
  trail: pg.ClientBase,
  sourceId: number,
): Promise<Pick<SourceRecord, 'publishedAt' | 'publicationWas'>> {
  const answer = await trail.query<{ at: string; was: string }>(
    'select published_lsn::text as at, publication_was as was from indelible.capture_source where source_id = $1',
    [sourceId],
  );
  return { publishedAt: parseLsn(answer.rows[0]?.at ?? '0/0'), publicationWas: answer.rows[0]?.was ?? '' };
}

export async function loadRecord(trail: pg.ClientBase | pg.Pool, name: string): Promise<SourceRecord | undefined> {
  const answer = await trail.query<RecordRow>(
    `select source_id, name, system_identifier, timeline, database, slot, publication, cursor_lsn::text, cursor_ordinal::text, acknowledged_lsn::text, tenants_from::text,
       published_lsn::text, publication_was, era, last_event_at, ddl_was is distinct from '' as ddl_tracked, stopped_reason, stopped_at, gap, counters, hash_key from indelible.capture_source where name = $1`,
    [name],
  );
  const row = answer.rows[0];
  if (row === undefined) return undefined;
  return {
    sourceId: row.source_id,
    name: row.name,
    systemIdentifier: row.system_identifier,
    timeline: row.timeline,
    database: row.database,
    slot: row.slot,
    publication: row.publication,
    cursor: { lsn: parseLsn(row.cursor_lsn), ordinal: Number(row.cursor_ordinal) },
    acknowledged: parseLsn(row.acknowledged_lsn),
    tenantsFrom: parseLsn(row.tenants_from),
    publishedAt: parseLsn(row.published_lsn),
    publicationWas: row.publication_was,
    era: row.era,
    lastEventAt: row.last_event_at ?? undefined,
    ddlTracked: row.ddl_tracked,
    stoppedReason: row.stopped_reason ?? undefined,
    openGap: row.gap === null || row.stopped_at === null ? undefined : { ...row.gap, since: row.stopped_at },
    counters: row.counters,
    hashKey: hashKeyOf(row.hash_key),
  };
}

/**
 * Moves the cursor in the transaction that holds the events. It must still be where this consumer left it: anything else
 * means that another consumer runs, and this transaction must not commit.
 */
export async function advance(tx: pg.ClientBase, sourceId: number, from: Cursor, to: Progress): Promise<void> {
  const answer = await tx.query(
    `update indelible.capture_source set cursor_lsn = $4, cursor_ordinal = $5, acknowledged_lsn = greatest(acknowledged_lsn, $6::pg_lsn), counters = $7,
       last_event_at = case when $8 then now() else last_event_at end
     where source_id = $1 and cursor_lsn = $2 and cursor_ordinal = $3 and stopped_reason is null`,
    [
      sourceId,
      lsnText(from.lsn),
      from.ordinal,
      lsnText(to.cursor.lsn),
      to.cursor.ordinal,
      lsnText(to.acknowledged),
      JSON.stringify(to.counters),
      to.events,
    ],
  );
  if (answer.rowCount !== 1) throw new Error(MOVED);
}

/**
 * A source whose tables are quiet: lets the slot move on, so that it does not hold the log of other databases. As `advance`,
 * it is refused to a consumer that is not the one any more.
 */
export async function advanceIdle(trail: pg.ClientBase, sourceId: number, cursor: Cursor, acknowledged: Lsn): Promise<void> {
  const answer = await trail.query(
    `update indelible.capture_source set acknowledged_lsn = greatest(acknowledged_lsn, $2::pg_lsn)
     where source_id = $1 and cursor_lsn = $3 and cursor_ordinal = $4 and stopped_reason is null`,
    [sourceId, lsnText(acknowledged), lsnText(cursor.lsn), cursor.ordinal],
  );
  if (answer.rowCount !== 1) throw new Error(MOVED);
}

/** Where a source begins, or begins again. */
export interface Beginning {
  readonly slotAt: Lsn;
  /** As `remembered` tells it, at `publishedAt`. */
  readonly published: readonly string[];
  readonly publishedAt: Lsn;
  readonly publicationWas: string;
  /** From where on nothing is missing in the stream. */
  readonly wholeFrom: Lsn;
  /** False when positions of the source's log begin anew: then the cursor does too. */
  readonly sameHistory: boolean;
}

/** Registers a source, or takes it up again after it was stopped. */
export async function registerSource(tx: pg.ClientBase, name: string, identity: SourceIdentity, begin: Beginning): Promise<number> {
  const { slot, publication } = namesOf(name);
  const answer = await tx.query<{ source_id: number }>(
    `insert into indelible.capture_source
       (name, system_identifier, timeline, database, slot, publication, acknowledged_lsn, published, published_lsn, publication_was, tenants_from)
     values ($1, $2, $3, $4, $5, $6, $7, $9, $10, $11, $12)
     on conflict (name) do update set system_identifier = excluded.system_identifier, timeline = excluded.timeline, database = excluded.database,
       acknowledged_lsn = excluded.acknowledged_lsn, published = excluded.published, published_lsn = excluded.published_lsn,
       publication_was = excluded.publication_was, tenants_from = excluded.tenants_from, stopped_reason = null, stopped_at = null, gap = null,
       era = case when $8 then capture_source.era else capture_source.era + 1 end,
       cursor_lsn = case when $8 then capture_source.cursor_lsn else '0/0' end, cursor_ordinal = case when $8 then capture_source.cursor_ordinal else -1 end
     returning source_id`,
    [
      name,
      identity.systemIdentifier,
      identity.timeline,
      identity.database,
      slot,
      publication,
      lsnText(begin.slotAt),
      begin.sameHistory,
      begin.published,
      lsnText(begin.publishedAt),
      begin.publicationWas,
      lsnText(begin.wholeFrom),
    ],
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the source could not be registered');
  // What was observed before a hole says nothing of the rows after it.
  await reopenTables(tx, row.source_id);
  return row.source_id;
}

const MOVED = 'the cursor of the source was moved by somebody else, or the source was stopped';
