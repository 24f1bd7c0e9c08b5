// One step of the projector: counts the next events of some logs, writes the counts down and moves the cursors, all in the
// caller's transaction, so that an event is in the counters exactly when it lies before the cursor.

import type pg from 'pg';
import { PROJECT_EVENTS_MAX } from '../limits.ts';
import { type Cursor, type Move, moveCursors } from '../store/counter-cursors.ts';
import { bucketAt, DAY, HOUR, MONTH } from '../store/counter-levels.ts';
import { type OwnedKey, type OwnedRow, readRows, writeRows } from '../store/counter-rows.ts';
import { COUNTED } from '../store/facet-columns.ts';
import { type Alike, tallyEvents } from '../store/tally-events.ts';
import { type Addition, CounterTree } from './counter-tree.ts';
import { Numbers } from './names.ts';

/**
 * For transactions of counting: short walks of indexes alone, whatever the planner knows of a log; and no wait for the disk, for
 * rows and cursor would be lost together, and counted again.
 */
export const SETTINGS =
  'set local synchronous_commit = off; set local jit = off; set local enable_seqscan = off; set local enable_bitmapscan = off';

export interface Projected {
  /** Events that were counted now. */
  readonly events: number;
  /** Whether there are events that are not counted. */
  readonly more: boolean;
}

/**
 * @param cursors locked by the transaction, which is the projector's; the first are served first
 * @param eventsMax how many events are counted at most
 */
export async function projectStep(tx: pg.ClientBase, cursors: readonly Cursor[], eventsMax = PROJECT_EVENTS_MAX): Promise<Projected> {
  const shares = shareOut(cursors, eventsMax);
  const events = shares.reduce((sum, { cursor, toSeq }) => sum + toSeq - cursor.projected, 0);
  const more = cursors.reduce((sum, { size, projected }) => sum + size - projected, 0) > events;
  if (events === 0) return { events, more };
  const tallied = await tallyEvents(
    tx,
    shares.map(({ cursor: { tenantId, projected }, toSeq }) => ({ tenantId, fromSeq: projected, toSeq })),
  );
  const rows = await rowsOf(tx, shares, tallied);
  const moves: Move[] = [];
  const written: OwnedRow[] = [];
  for (const [place, { cursor, toSeq }] of shares.entries()) {
    const { tenantId, build } = cursor;
    const numbers = new Numbers(cursor.named);
    const tree = new CounterTree(rows[place] ?? []);
    for (const alike of tallied[place] ?? []) tree.add(toAddition(alike, numbers));
    tree.settle();
    for (const row of tree.rows()) written.push({ tenantId, build, ...row });
    moves.push({ tenantId, build, projected: toSeq, named: numbers.grown() });
  }
  // Nothing is left of events that retention took.
  if (written.length > 0) await writeRows(tx, written);
  await moveCursors(tx, moves);
  return { events, more };
}

interface Share {
  readonly cursor: Cursor;
  readonly toSeq: number;
}

function shareOut(cursors: readonly Cursor[], eventsMax: number): Share[] {
  let left = eventsMax;
  return cursors.flatMap((cursor) => {
    const events = Math.min(left, cursor.size - cursor.projected);
    left -= Math.max(0, events);
    return events > 0 ? [{ cursor, toSeq: cursor.projected + events }] : [];
  });
}

/** The rows that there are of all buckets in which something happened, log by log. */
async function rowsOf(tx: pg.ClientBase, shares: readonly Share[], tallied: readonly (readonly Alike[])[]): Promise<OwnedRow[][]> {
  const keys = shares.flatMap(({ cursor: { tenantId, build } }, place): OwnedKey[] => {
    const hours = [...new Set((tallied[place] ?? []).map(({ hour }) => hour))];
    return ([MONTH, DAY, HOUR] as const).flatMap((level) => {
      const starts = new Set(hours.map((hour) => bucketAt(level, hour).start));
      return [...starts].map((start) => ({ tenantId, build, level, start }));
    });
  });
  const rows = shares.map((): OwnedRow[] => []);
  const places = new Map(shares.map(({ cursor }, place) => [cursor.tenantId, place]));
  for (const row of await readRows(tx, keys)) rows[places.get(row.tenantId) ?? -1]?.push(row);
  return rows;
}

function toAddition({ hour, outcome, values, count }: Alike, numbers: Numbers): Addition {
  const counted = COUNTED.map((facet, place) => numbers.of(facet, values[place] ?? null));
  return { hour, outcome, values: [1, ...counted], count };
}
