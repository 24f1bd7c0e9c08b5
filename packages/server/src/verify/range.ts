// A range of a log's events, checked window by window in bounded memory: each event for itself, its place, its key, its leaf
// in the tile, and the times along the log. Runs in a worker, or in the caller's thread for small trails.

import { createHash, type Hash, hash } from 'node:crypto';
import { HASH_BYTES, TILE_WIDTH } from '@indelible/core';
import type pg from 'pg';
import { VERIFY_WINDOW_BYTES, VERIFY_WINDOW_EVENTS_MAX } from '../limits.ts';
import { readTiles } from '../store/tree-rows.ts';
import { type EventText, readEventTexts, readKeyTexts } from '../store/verify-rows.ts';
import { type CaptureMark, type MarkList, markList } from './capture-marks.ts';
import { checkEvent, type EventFault, type EventVerdict } from './event-check.ts';
import { type LeafWalk, leafWalk, type Mark } from './leaf-walk.ts';

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
  readonly captured: readonly CaptureMark[];
  readonly events: number;
  readonly tiles: number;
  readonly faults: readonly EventFault[];
  /** Faults beyond those listed, by code. */
  readonly moreFaults: Readonly<Record<string, number>>;
}

const FAULTS_PER_RANGE_MAX = 100;
const NO_LEAF = new Uint8Array(HASH_BYTES);

/** Sequence number, id, microseconds of recording. */
type KeyText = readonly [string, string, string];

interface Window {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly EventText[];
  readonly keys: readonly KeyText[];
  readonly tiles: ReadonlyMap<number, Buffer>;
}

/** @param onProgress told of each window with the number of events in it */
export async function verifyRange(client: pg.ClientBase, task: RangeTask, onProgress: (events: number) => void): Promise<RangeResult> {
  const walk = openWalk(task);
  let width = TILE_WIDTH;
  let ahead: Promise<Window> | undefined;
  for (let from = task.from; from < task.to;) {
    const window = await (ahead ?? readWindow(client, task, from, width));
    // The next window is on its way while this one is checked.
    width = nextWidth(window);
    from = window.to;
    ahead = from < task.to ? readWindow(client, task, from, width) : undefined;
    // A rejection is seen where it is awaited, not before.
    ahead?.catch(() => undefined);
    takeWindow(walk, window);
    onProgress(window.to - window.from);
  }
  return resultOf(walk);
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

/** Where the walk along a range stands. */
interface Walk {
  readonly task: RangeTask;
  readonly leaves: LeafWalk;
  readonly related: Hash;
  readonly faults: EventFault[];
  readonly moreFaults: Record<string, number>;
  readonly captured: MarkList;
  events: number;
  tiles: number;
  relatedRows: number;
  floor: number;
  brokenAt: number | undefined;
  firstT: number | undefined;
  lastT: number | undefined;
}

function openWalk(task: RangeTask): Walk {
  const nothing = { events: 0, tiles: 0, relatedRows: 0, floor: 0, brokenAt: undefined, firstT: undefined, lastT: undefined };
  return {
    task,
    leaves: leafWalk(task.from, task.sizes),
    related: createHash('sha256'),
    faults: [],
    moreFaults: {},
    captured: markList(),
    ...nothing,
  };
}

function report(walk: Walk, fault: EventFault, verdict?: EventVerdict): void {
  if (walk.faults.length >= FAULTS_PER_RANGE_MAX) {
    walk.moreFaults[fault.code] = (walk.moreFaults[fault.code] ?? 0) + 1;
    return;
  }
  const { action, actor } = verdict ?? {};
  walk.faults.push({ ...fault, ...(action !== undefined && { action }), ...(actor !== undefined && { actor }) });
}

function takeWindow(walk: Walk, { from, to, rows, keys, tiles }: Window): void {
  walk.tiles += tiles.size;
  let next = 0;
  let nextKey = 0;
  for (let seq = from; seq < to; seq++) {
    const name = `${seq}`;
    const at = (seq % TILE_WIDTH) * HASH_BYTES;
    const tiled = tiles.get(Math.floor(seq / TILE_WIDTH))?.subarray(at, at + HASH_BYTES);
    const row = rows[next]?.[0] === name ? rows[next++] : undefined;
    const key = keys[nextKey]?.[0] === name ? keys[nextKey++] : undefined;
    if (row === undefined) takeMissing(walk, seq, key, tiled);
    else takeEvent(walk, seq, row, key, tiled);
    for (; rows[next]?.[0] === name; next++) {
      report(walk, { code: 'event_unexpected', seq, message: `there is a second event with the sequence number ${seq}` });
    }
  }
}

function takeMissing(walk: Walk, seq: number, key: KeyText | undefined, tiled: Uint8Array | undefined): void {
  const kept = key === undefined ? '' : `, whose key says that it was ${key[1]},`;
  const message = `event ${seq}${kept} is missing, and no record in the log covers it`;
  report(walk, { code: 'event_missing', seq, ...(tiled !== undefined && { expected: toBase64(tiled) }), message });
  if (tiled === undefined) walk.brokenAt ??= seq;
  walk.leaves.push(tiled ?? NO_LEAF);
}

function takeEvent(walk: Walk, seq: number, row: EventText, key: KeyText | undefined, tiled: Uint8Array | undefined): void {
  const verdict = checkEvent(row);
  const stored = Buffer.from((row[4] ?? '').slice(2), 'hex');
  walk.events++;
  if (verdict.mark !== undefined) walk.captured.add(verdict.mark);
  for (const fault of verdict.faults) report(walk, fault, verdict);
  const fault = leafFault(seq, verdict.leaf, stored, tiled);
  if (fault !== undefined && !verdict.faults.some(({ code }) => code === 'value_changed')) report(walk, fault, verdict);
  const keyed = keyFault(seq, row, key);
  if (keyed !== undefined) report(walk, keyed, verdict);
  // Of an event that was changed, the time says nothing.
  if (fault === undefined || fault.code === 'leaf_changed') checkTime(walk, seq, verdict);
  const digests = verdict.related.map((text) => hash('sha256', text, 'buffer')).sort((a, b) => Buffer.compare(a, b));
  for (const digest of digests) walk.related.update(digest);
  walk.relatedRows += digests.length;
  walk.leaves.push(tiled ?? (stored.length === HASH_BYTES ? stored : NO_LEAF));
}

function checkTime(walk: Walk, seq: number, verdict: EventVerdict): void {
  const { t } = verdict;
  const { floors } = walk.task;
  walk.firstT ??= t;
  if (walk.lastT !== undefined && t < walk.lastT) report(walk, timeFault(seq, t, walk.lastT), verdict);
  walk.lastT = t;
  while ((floors[walk.floor + 1]?.seq ?? Number.POSITIVE_INFINITY) <= seq) walk.floor++;
  const floor = floors[walk.floor];
  if (floor === undefined || floor.seq > seq || t >= floor.t) return;
  const [said, sealed] = [new Date(t).toISOString(), new Date(floor.t).toISOString()];
  const message = `event ${seq} says that it was recorded at ${said}, but a sealing after ${sealed} did not find it: it was put there afterwards`;
  report(walk, { code: 'backdated', seq, expected: `not before ${sealed}`, found: said, message }, verdict);
}

function resultOf({
  task,
  leaves,
  related,
  faults,
  moreFaults,
  captured,
  events,
  tiles,
  relatedRows,
  brokenAt,
  firstT,
  lastT,
}: Walk): RangeResult {
  const relatedDigest = relatedRows === 0 ? undefined : related.digest('base64');
  const { tenantId, from, to } = task;
  return {
    tenantId,
    from,
    to,
    tileRoots: leaves.tileRoots(),
    marks: leaves.marks,
    brokenAt,
    firstT,
    lastT,
    relatedDigest,
    captured: captured.all(),
    events,
    tiles,
    faults,
    moreFaults,
  };
}

export function timeFault(seq: number, t: number, before: number): EventFault {
  const message = `event ${seq} says that it was recorded before the event in front of it`;
  return {
    code: 'time_goes_back',
    seq,
    expected: `not before ${new Date(before).toISOString()}`,
    found: new Date(t).toISOString(),
    message,
  };
}

/** What the disclosures, the row and the tile say of one leaf must be one thing. */
function leafFault(seq: number, made: Uint8Array | undefined, stored: Buffer, tiled: Uint8Array | undefined): EventFault | undefined {
  const rowHolds = made !== undefined && stored.equals(made);
  const tileHolds = tiled === undefined || stored.equals(tiled);
  if (rowHolds && tileHolds) return undefined;
  const found = made === undefined ? 'disclosures that make no entry' : toBase64(made);
  const expected = toBase64(tiled ?? stored);
  if (rowHolds)
    return {
      code: 'leaf_changed',
      seq,
      expected,
      found,
      message: `event ${seq} is not the leaf that the tile holds: it was rewritten together with its leaf hash, or the tile was`,
    };
  if (tiled !== undefined && made !== undefined && Buffer.from(tiled).equals(made)) {
    return {
      code: 'column_changed',
      seq,
      column: 'leaf_hash',
      expected,
      found: toBase64(stored),
      message: `the column leaf_hash of event ${seq} was changed`,
    };
  }
  return {
    code: 'value_changed',
    seq,
    expected,
    found,
    message: `event ${seq} is not what was recorded: its disclosures do not make its leaf`,
  };
}

function keyFault(seq: number, row: EventText, key: KeyText | undefined): EventFault | undefined {
  const [, id, recorded] = row;
  if (key === undefined)
    return {
      code: 'key_changed',
      seq,
      expected: `${id}`,
      found: 'nothing',
      message: `event ${seq} has no key, so that asking for it by its id does not find it`,
    };
  if (key[1] === id && key[2] === recorded) return undefined;
  return {
    code: 'key_changed',
    seq,
    expected: `${id} ${recorded}`,
    found: `${key[1]} ${key[2]}`,
    message: `the key of event ${seq} does not lead to it`,
  };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
