// How far the trail says to have read each captured source, against the positions that its events are on record with, and
// against the source where that can be asked. Whoever moves a cursor forward hides what lies between from capture.

import pg from 'pg';
import { type CaptureCursor, readCaptureCursors } from '../store/capture-cursors.ts';
import { type CaptureMark, orderOf } from './capture-marks.ts';
import type { FindingList } from './finding.ts';

export interface SourceToAsk {
  readonly name: string;
  readonly url: string;
}

const ASK_MS_MAX = 5_000;
/** Before the first change of all. */
const NOWHERE = '0/0:-1';
/** What capture counts where a change makes no event; a cursor may stand at such a one. */
const WITHOUT_EVENT = ['skippedUnchanged', 'skippedNoise', 'skippedByMapping', 'messagesUnsound'];

/**
 * @param marks the last marks of all logs, of one snapshot with the cursors
 * @returns notes for the verdict
 */
export async function checkCursors(
  client: pg.ClientBase,
  marks: readonly CaptureMark[],
  { ownerUrl, sources = [] }: { readonly ownerUrl: string; readonly sources?: readonly SourceToAsk[] },
  found: FindingList,
): Promise<string[]> {
  const notes: string[] = [];
  for (const cursor of await readCaptureCursors(client)) {
    checkAgainstLog(
      cursor,
      marks.filter(({ source }) => source === cursor.name),
      found,
    );
    const source = sources.find(({ name }) => name === cursor.name);
    // Where capture has stopped at a gap, that is on record, and the source may be anything.
    if (source === undefined || cursor.stopped) continue;
    const fault = await askSource(cursor, source.url, ownerUrl, found);
    if (fault !== undefined) notes.push(`the source ${cursor.name} was not compared with its cursor: ${fault}`);
  }
  return notes;
}

function checkAgainstLog(cursor: CaptureCursor, marks: readonly CaptureMark[], found: FindingList): void {
  // Where positions began anew, they did so before the last start.
  const since = cursor.era === 0 ? 0 : Math.max(...marks.filter(({ kind }) => kind === 'start').map(({ t }) => t), 0);
  const positions = marks.filter(({ kind, t }) => kind !== 'start' && t >= since).map(({ position }) => position);
  const last = positions.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)).at(-1) ?? (cursor.era === 0 ? NOWHERE : undefined);
  if (last === undefined || last === cursor.cursor) return;
  const back = orderOf(cursor.cursor) < orderOf(last);
  const silent = WITHOUT_EVENT.reduce((sum, name) => sum + (cursor.counters[name] ?? 0), 0);
  // A change that made no event may be the last one; where there never was such a change, the last event is.
  if (!back && silent > 0) return;
  const message = back
    ? `the cursor of the source ${cursor.name} stands before the last change of it that is in the log: it was moved back`
    : `the cursor of the source ${cursor.name} stands beyond the last change of it that is in the log, and every change has made an event: it was moved forward, and what lies between was not captured`;
  found.add({ code: 'cursor_moved', source: cursor.name, column: 'cursor_lsn', expected: last, found: cursor.cursor, message });
}

/** @returns why the source could not be asked */
async function askSource(cursor: CaptureCursor, url: string, ownerUrl: string, found: FindingList): Promise<string | undefined> {
  const source = new pg.Client({ connectionString: url, connectionTimeoutMillis: ASK_MS_MAX, query_timeout: ASK_MS_MAX });
  source.on('error', () => undefined);
  try {
    await source.connect();
    const answer = await source.query<{ system: string; ends: string; slot: string | null; beyond: boolean; read: string }>(
      `select (select system_identifier::text from pg_control_system()) as system, w.ends::text as ends, $2::text as read,
         (select confirmed_flush_lsn::text from pg_replication_slots where slot_name = $1) as slot, $2::pg_lsn > w.ends as beyond
       from (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end as ends) w`,
      [cursor.slot, furthest(cursor)],
    );
    const row = answer.rows[0];
    if (row === undefined || row.system !== cursor.systemIdentifier) return 'another server answers';
    if (row.beyond) {
      const message = `the trail says to have read the source ${cursor.name} up to ${row.read}, but its log ends at ${row.ends}`;
      found.add({
        code: 'cursor_moved',
        source: cursor.name,
        column: 'cursor_lsn',
        expected: `at most ${row.ends}`,
        found: row.read,
        message,
      });
    }
    if (row.slot === null) return `it has no slot ${cursor.slot}`;
    await checkSlot(cursor, row.slot, ownerUrl, found);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await source.end().catch(() => undefined);
  }
}

function furthest({ cursor, acknowledged }: CaptureCursor): string {
  const [lsn = ''] = cursor.split(':');
  return orderOf(`${lsn}:0`) > orderOf(`${acknowledged}:0`) ? lsn : acknowledged;
}

/** A slot never goes further than the trail allowed it; what that is now is asked after the slot, for capture goes on meanwhile. */
async function checkSlot(cursor: CaptureCursor, slot: string, ownerUrl: string, found: FindingList): Promise<void> {
  const trail = new pg.Client({ connectionString: ownerUrl, application_name: 'indelible verify' });
  trail.on('error', () => undefined);
  try {
    await trail.connect();
    const now = (await readCaptureCursors(trail)).find(({ name }) => name === cursor.name);
    if (now === undefined || now.stopped || orderOf(`${slot}:0`) <= orderOf(`${now.acknowledged}:0`)) return;
    const message = `the slot ${cursor.slot} of the source ${cursor.name} stands beyond what the trail has read: it was moved, and what lies between is not captured`;
    found.add({ code: 'cursor_moved', source: cursor.name, column: 'slot', expected: `at most ${now.acknowledged}`, found: slot, message });
  } finally {
    await trail.end().catch(() => undefined);
  }
}
