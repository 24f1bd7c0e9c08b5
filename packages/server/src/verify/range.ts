// A range of a log's events, checked window by window in bounded memory: each event for itself, its place, its key, its leaf
// in the tile, and the times along the log. Runs in a worker, or in the caller's thread for small trails.

import { createHash } from 'node:crypto';
import { HASH_BYTES, TILE_WIDTH } from '@indelible/core';
import type pg from 'pg';
import { VERIFY_WINDOW_BYTES, VERIFY_WINDOW_EVENTS_MAX } from '../limits.ts';
import { readTiles } from '../store/tree-rows.ts';
import { type EventText, readEventTexts, readKeyTexts } from '../store/verify-rows.ts';
import { checkEvent, type EventFault, type EventVerdict } from './event-check.ts';
import { leafWalk, type Mark } from './leaf-walk.ts';

/** From this sequence number on no event may have been recorded before `t` (milliseconds since 1970). */
export interface Floor {
  readonly seq: number;
  readonly t: number;
}

export interface RangeTask {
  readonly tenantId: number;
  /** A multiple of 256. */
  readonly from: number;
  readonly to: number;
  /** Sizes in (from, to], in order, at which the root is wanted. */
  readonly sizes: readonly number[];
  /** Those that hold in this range, in order. */
  readonly floors: readonly Floor[];
}

export interface RangeResult {
  readonly tenantId: number;
  readonly from: number;
  readonly to: number;
  readonly tileRoots: Uint8Array;
  readonly marks: readonly Mark[];
  /** The first sequence number whose leaf is known from nowhere; roots beyond it cannot be made. */
  readonly brokenAt: number | undefined;
  readonly firstT: number | undefined;
  readonly lastT: number | undefined;
  /** As readRelatedDigests makes it of the rows; undefined when the events name no related resource. */
  readonly relatedDigest: string | undefined;
  readonly events: number;
  readonly tiles: number;
  readonly faults: readonly EventFault[];
  /** Faults beyond those listed, by code. */
  readonly moreFaults: Readonly<Record<string, number>>;
}

const FAULTS_PER_RANGE_MAX = 100;
const NO_LEAF = new Uint8Array(HASH_BYTES);

interface Window {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly EventText[];
  readonly keys: readonly (readonly [string, string, string])[];
  readonly tiles: ReadonlyMap<number, Buffer>;
}

/** @param onProgress told of each window with the number of events in it */
export async function verifyRange(client: pg.ClientBase, task: RangeTask, onProgress: (events: number) => void): Promise<RangeResult> {
  const walk = rangeWalk(task);
  let width = TILE_WIDTH;
  let ahead: Promise<Window> | undefined;
  for (let from = task.from; from < task.to; ) {
    const window = await (ahead ?? readWindow(client, task, from, width));
    // The next window is on its way while this one is checked.
    width = nextWidth(window);
    from = window.to;
    ahead = from < task.to ? readWindow(client, task, from, width) : undefined;
    // A rejection is seen where it is awaited, not before.
    ahead?.catch(() => undefined);
    walk.window(window);
    onProgress(window.to - window.from);
  }
  return walk.result();
}

async function readWindow(client: pg.ClientBase, { tenantId, to: end }: RangeTask, from: number, width: number): Promise<Window> {
  const to = Math.min(end, from + width);
  const rows = await readEventTexts(client, tenantId, from, to);
  const keys = await readKeyTexts(client, tenantId, from, to);
  const tiles = await readTiles(client, tenantId, 0, from / TILE_WIDTH, Math.floor(to / TILE_WIDTH));
  return { from, to, rows, keys, tiles };
}

/** Wide windows for small events, so that memory stays bounded and round trips few: always whole tiles. */
function nextWidth({ from, to, rows }: Window): number {
  const bytes = rows.reduce((sum, row) => sum + (row[5]?.length ?? 0), 0) / (to - from);
  const fitting = Math.floor(VERIFY_WINDOW_BYTES / (bytes + 1_024) / TILE_WIDTH) * TILE_WIDTH;
  return Math.max(TILE_WIDTH, Math.min(VERIFY_WINDOW_EVENTS_MAX, fitting));
}

function rangeWalk(task: RangeTask): { window(window: Window): void; result(): RangeResult } {
  const leaves = leafWalk(task.from, task.sizes);
  const related = createHash('sha256');
  const faults: EventFault[] = [];
  const moreFaults: Record<string, number> = {};
  const seen = { events: 0, tiles: 0, related: 0, floor: 0 };
  let brokenAt: number | undefined;
  let firstT: number | undefined;
  let lastT: number | undefined;

  const report = (fault: EventFault, verdict?: EventVerdict): void => {
    if (faults.length < FAULTS_PER_RANGE_MAX) {
      faults.push({ ...fault, ...(verdict?.action !== undefined && { action: verdict.action }), ...(verdict?.actor !== undefined && { actor: verdict.actor }) });
    } else moreFaults[fault.code] = (moreFaults[fault.code] ?? 0) + 1;
  };

  const times = (seq: number, verdict: EventVerdict): void => {
    const { t } = verdict;
    firstT ??= t;
    if (lastT !== undefined && t < lastT) report(timeFault(seq, t, lastT), verdict);
    for (; (task.floors[seen.floor + 1]?.seq ?? Number.POSITIVE_INFINITY) <= seq; seen.floor++);
    const floor = task.floors[seen.floor];
    if (floor !== undefined && floor.seq <= seq && t < floor.t) {
      const message = `event ${seq} says that it was recorded at ${new Date(t).toISOString()}, but the sealing of ${new Date(floor.t).toISOString()} or later did not find it: it was put there afterwards`;
      report({ code: 'backdated', seq, expected: `not before ${new Date(floor.t).toISOString()}`, found: new Date(t).toISOString(), message }, verdict);
    }
    lastT = t;
  };

  const event = (seq: number, row: EventText, key: readonly [string, string, string] | undefined, tiled: Uint8Array | undefined): void => {
    const verdict = checkEvent(row);
    const stored = Buffer.from((row[4] ?? '').slice(2), 'hex');
    seen.events++;
    for (const fault of verdict.faults) report(fault, verdict);
    const fault = leafFault(seq, verdict.leaf, stored, tiled);
    if (fault !== undefined && !verdict.faults.some(({ code }) => code === 'value_changed')) report(fault, verdict);
    const keyed = keyFault(seq, row, key);
    if (keyed !== undefined) report(keyed, verdict);
    // Of an event that was changed, the time says nothing.
    if (fault === undefined || fault.code === 'leaf_changed') times(seq, verdict);
    for (const hash of verdict.related.map((text) => createHash('sha256').update(text).digest()).sort(Buffer.compare)) {
      related.update(hash);
      seen.related++;
    }
    leaves.push(tiled ?? (stored.length === HASH_BYTES ? stored : NO_LEAF));
  };

  return {
    window({ from, to, rows, keys, tiles }) {
      seen.tiles += tiles.size;
      let next = 0;
      let nextKey = 0;
      for (let seq = from; seq < to; seq++) {
        const tile = tiles.get(Math.floor(seq / TILE_WIDTH));
        const tiled = tile?.subarray((seq % TILE_WIDTH) * HASH_BYTES, (seq % TILE_WIDTH) * HASH_BYTES + HASH_BYTES);
        const name = `${seq}`;
        const row = rows[next]?.[0] === name ? rows[next++] : undefined;
        const key = keys[nextKey]?.[0] === name ? keys[nextKey++] : undefined;
        if (row !== undefined) event(seq, row, key, tiled);
        else {
          const kept = key === undefined ? '' : `, whose key says that it was ${key[1]},`;
          report({ code: 'event_missing', seq, ...(tiled !== undefined && { expected: toBase64(tiled) }), message: `event ${seq}${kept} is missing, and no record in the log covers it` });
          if (tiled === undefined) brokenAt ??= seq;
          leaves.push(tiled ?? NO_LEAF);
        }
        for (; rows[next]?.[0] === name; next++) report({ code: 'event_unexpected', seq, message: `there is a second event with the sequence number ${seq}` });
      }
    },
    result: () => ({
      tenantId: task.tenantId,
      from: task.from,
      to: task.to,
      tileRoots: leaves.tileRoots(),
      marks: leaves.marks,
      brokenAt,
      firstT,
      lastT,
      relatedDigest: seen.related === 0 ? undefined : related.digest('base64'),
      events: seen.events,
      tiles: seen.tiles,
      faults,
      moreFaults,
    }),
  };
}

export function timeFault(seq: number, t: number, before: number): EventFault {
  const message = `event ${seq} says that it was recorded before the event in front of it`;
  return { code: 'time_goes_back', seq, expected: `not before ${new Date(before).toISOString()}`, found: new Date(t).toISOString(), message };
}

/** What the disclosures, the row and the tile say of one leaf must be one thing. */
function leafFault(seq: number, made: Uint8Array | undefined, stored: Buffer, tiled: Uint8Array | undefined): EventFault | undefined {
  const rowHolds = made !== undefined && stored.equals(made);
  const tileHolds = tiled === undefined || stored.equals(tiled);
  if (rowHolds && tileHolds) return undefined;
  const found = made === undefined ? 'disclosures that make no entry' : toBase64(made);
  const expected = toBase64(tiled ?? stored);
  if (rowHolds) return { code: 'leaf_changed', seq, expected, found, message: `event ${seq} is not the leaf that the tile holds: it was rewritten together with its leaf hash, or the tile was` };
  if (tiled !== undefined && made !== undefined && Buffer.from(tiled).equals(made)) {
    return { code: 'column_changed', seq, column: 'leaf_hash', expected, found: toBase64(stored), message: `the column leaf_hash of event ${seq} was changed` };
  }
  return { code: 'value_changed', seq, expected, found, message: `event ${seq} is not what was recorded: its disclosures do not make its leaf` };
}

function keyFault(seq: number, row: EventText, key: readonly [string, string, string] | undefined): EventFault | undefined {
  const [, id, recorded] = row;
  if (key === undefined) return { code: 'key_changed', seq, expected: `${id}`, found: 'nothing', message: `event ${seq} has no key, so that asking for it by its id does not find it` };
  if (key[1] === id && key[2] === recorded) return undefined;
  return { code: 'key_changed', seq, expected: `${id} ${recorded}`, found: `${key[1]} ${key[2]}`, message: `the key of event ${seq} does not lead to it` };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
