// The trail's own memory of a captured database: who it is, how far its changes are in the log, why it was stopped.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import { type Lsn, lsnText, parseLsn } from './lsn.ts';
import type { SourceIdentity } from './replication.ts';

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
  /** Where the source's log ended when the publication was last looked at, and was whole. */
  readonly publishedAt: Lsn;
  /** How often the source's history was replaced by another: the same position then means another change. */
  readonly era: number;
  readonly lastEventAt: Date | undefined;
  readonly stoppedReason: string | undefined;
  readonly counters: Readonly<Record<string, number>>;
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
  readonly published_lsn: string;
  readonly era: number;
  readonly last_event_at: Date | null;
  readonly stopped_reason: string | null;
  readonly counters: Record<string, number>;
}

/** How far the slot may stand at this moment. */
export async function loadAcknowledged(trail: pg.ClientBase | pg.Pool, sourceId: number): Promise<Lsn> {
  const answer = await trail.query<{ lsn: string }>(
    'select acknowledged_lsn::text as lsn from indelible.capture_source where source_id = $1',
    [sourceId],
  );
  return parseLsn(answer.rows[0]?.lsn ?? '0/0');
}

/** Whether the source was ever set up; a source that is stopped was. */
export async function isRegistered(trail: pg.Pool, name: string): Promise<boolean> {
  return (await trail.query('select from indelible.capture_source where name = $1', [name])).rowCount === 1;
}

export async function loadRecord(trail: pg.ClientBase | pg.Pool, name: string): Promise<SourceRecord | undefined> {
  const answer = await trail.query<RecordRow>(
    `select source_id, name, system_identifier, timeline, database, slot, publication, cursor_lsn::text, cursor_ordinal::text, acknowledged_lsn::text,
       published_lsn::text, era, last_event_at, stopped_reason, counters from indelible.capture_source where name = $1`,
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
    publishedAt: parseLsn(row.published_lsn),
    era: row.era,
    lastEventAt: row.last_event_at ?? undefined,
    stoppedReason: row.stopped_reason ?? undefined,
    counters: row.counters,
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
  if (answer.rowCount !== 1) throw new Error('the cursor of the source was moved by somebody else, or the source was stopped');
}

/** A source whose tables are quiet: lets the slot move on, so that it does not hold the log of other databases. */
export async function advanceIdle(trail: pg.ClientBase, sourceId: number, acknowledged: Lsn): Promise<void> {
  await trail.query('update indelible.capture_source set acknowledged_lsn = greatest(acknowledged_lsn, $2::pg_lsn) where source_id = $1', [
    sourceId,
    lsnText(acknowledged),
  ]);
}

/**
 * Registers a source, or takes it up again at a new slot after it was stopped.
 *
 * @param published as `publishedIn` tells it, at `slotAt`
 * @param sameHistory false when positions of the source's log begin anew: then the cursor does too
 */
export async function registerSource(
  tx: pg.ClientBase,
  name: string,
  identity: SourceIdentity,
  slotAt: Lsn,
  published: readonly string[],
  sameHistory: boolean,
): Promise<number> {
  const { slot, publication } = namesOf(name);
  const answer = await tx.query<{ source_id: number }>(
    `insert into indelible.capture_source (name, system_identifier, timeline, database, slot, publication, acknowledged_lsn, published, published_lsn)
     values ($1, $2, $3, $4, $5, $6, $7, $9, $7)
     on conflict (name) do update set system_identifier = excluded.system_identifier, timeline = excluded.timeline, database = excluded.database,
       acknowledged_lsn = excluded.acknowledged_lsn, published = excluded.published, published_lsn = excluded.published_lsn, stopped_reason = null,
       era = case when $8 then capture_source.era else capture_source.era + 1 end,
       cursor_lsn = case when $8 then capture_source.cursor_lsn else '0/0' end, cursor_ordinal = case when $8 then capture_source.cursor_ordinal else -1 end
     returning source_id`,
    [name, identity.systemIdentifier, identity.timeline, identity.database, slot, publication, lsnText(slotAt), sameHistory, published],
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the source could not be registered');
  return row.source_id;
}
