// The system log, checked leaf by leaf: sequence, hashes, tiles, times, the chain of each log's checkpoints. What it says about
// the tenants' logs is kept for their own checks: the last root of each, and when which leaves had been sealed.

import { equalBytes, HASH_BYTES, leafHash, originHash, parseSystemLeaf, type SystemLeaf, TILE_WIDTH } from '@indelible/core';
import type pg from 'pg';
import { SEAL_LAG_MS_MAX } from '../limits.ts';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readTiles } from '../store/tree-rows.ts';
import { type LogToVerify, readSystemRows } from '../store/verify-rows.ts';
import type { Checked, FindingList } from './finding.ts';
import { type LeafWalk, leafWalk } from './leaf-walk.ts';
import { logTree } from './log-tree.ts';
import type { Floor } from './range.ts';
import type { NamedKey } from './signing-keys.ts';

/** What the system log says about one log. */
export interface Sealings {
  /** Number of the last leaf. */
  seq: number;
  size: number;
  root: Uint8Array;
  /** The last leaf that the newest published checkpoint of the system log covers, which must be published itself. */
  covered: { readonly seq: number; readonly size: number } | undefined;
  readonly floors: Floor[];
}

export interface SystemReport {
  /** By originHash. */
  readonly sealings: ReadonlyMap<string, Sealings>;
  /** The leaves that name keys, in their order. */
  readonly keys: readonly NamedKey[];
  /** Milliseconds since 1970: the last leaf's time. */
  readonly lastT: number;
  /** Milliseconds since 1970: the time of the first leaf that no published checkpoint covers; undefined when there is none. */
  readonly openSinceT: number | undefined;
  root(size: number): Uint8Array | undefined;
}

const PAGE = 16 * TILE_WIDTH;
// Floors this close together are kept as one, the lower; it costs that much sharpness and bounds the memory.
const FLOOR_STEP_MS = SEAL_LAG_MS_MAX / 2;

/**
 * @param log its row
 * @param sizes the sizes at which its root will be asked for, in order
 * @param published the size of its newest published checkpoint, 0 when there is none
 */
export async function verifySystemLog(
  client: pg.ClientBase,
  log: LogToVerify,
  sizes: readonly number[],
  published: number,
  found: FindingList,
  checked: Checked,
): Promise<SystemReport> {
  const walk = leafWalk(0, sizes);
  const reader = leafReader(log, published, found);
  let seq = 0;
  for (;;) {
    const rows = await readSystemRows(client, seq, PAGE);
    if (rows.length === 0) break;
    const tiles = await readTiles(
      client,
      SYSTEM_TENANT_ID,
      0,
      Math.floor(seq / TILE_WIDTH),
      Math.floor((rows.at(-1)?.seq ?? 0) / TILE_WIDTH) + 1,
    );
    checked.tiles += tiles.size;
    for (const row of rows) {
      if (row.seq !== seq) {
        found.add({ code: 'event_missing', log: log.origin, seq, toSeq: row.seq - 1, message: `the system log has no leaf ${seq}` });
        return { ...reader.report(), root: () => undefined };
      }
      pushLeaf(walk, row, tiles.get(Math.floor(seq / TILE_WIDTH)), log, found);
      reader.read(seq, row.leaf);
      checked.systemLeaves++;
      seq++;
    }
  }
  if (seq !== log.size)
    found.add({
      code: 'log_shrunk',
      log: log.origin,
      seq,
      expected: `${log.size} leaves`,
      found: `${seq}`,
      message: `the system log has ${seq} leaves, but its row says ${log.size}`,
    });
  const tree = logTree();
  for (const tile of tree.push(walk.tileRoots(), walk.marks)) {
    const stored = (await readTiles(client, SYSTEM_TENANT_ID, tile.level, tile.index, tile.index + 1)).get(tile.index);
    if (stored !== undefined && !equalBytes(stored, tile.bytes)) {
      found.add({
        code: 'tile_changed',
        log: log.origin,
        message: `the tile ${tile.index} of level ${tile.level} of the system log is not what its leaves make`,
      });
    }
  }
  return { ...reader.report(), root: (size) => tree.root(size) };
}

function pushLeaf(
  walk: LeafWalk,
  row: { seq: number; leaf: string; hash: Buffer },
  tile: Buffer | undefined,
  log: LogToVerify,
  found: FindingList,
): void {
  const made = leafHash(row.leaf, nodeHash);
  const at = (row.seq % TILE_WIDTH) * HASH_BYTES;
  const tiled = tile?.subarray(at, at + HASH_BYTES);
  const expected = tiled ?? row.hash;
  if (!equalBytes(made, expected) || !equalBytes(made, row.hash)) {
    const message = `leaf ${row.seq} of the system log was changed`;
    found.add({
      code: 'system_leaf_changed',
      log: log.origin,
      seq: row.seq,
      expected: Buffer.from(expected).toString('base64'),
      found: Buffer.from(made).toString('base64'),
      message,
    });
  }
  walk.push(expected);
}

/** Follows what the leaves say. */
function leafReader(
  log: LogToVerify,
  published: number,
  found: FindingList,
): { read(seq: number, text: string): void; report(): Omit<SystemReport, 'root'> } {
  const sealings = new Map<string, Sealings>();
  const keys: NamedKey[] = [];
  let time = 0;
  // The time of the last leaf that an earlier tick wrote: those of one tick share theirs.
  let earlier = 0;
  let openSinceT: number | undefined;
  const complain = (seq: number, message: string): void => found.add({ code: 'system_leaf_changed', log: log.origin, seq, message });
  return {
    read(seq, text) {
      let leaf: SystemLeaf;
      try {
        leaf = parseSystemLeaf(text);
      } catch (error) {
        complain(seq, `leaf ${seq} of the system log cannot be read: ${(error as Error).message}`);
        return;
      }
      if (leaf.time < time) complain(seq, `leaf ${seq} of the system log is older than the one before it`);
      if (leaf.time > time) [earlier, time] = [time, leaf.time];
      if (seq >= published) openSinceT ??= leaf.time;
      if (leaf.kind === 'key') keys.push({ seq, ...leaf });
      if (leaf.kind !== 'checkpoint') return;
      const known = sealings.get(leaf.originHash);
      if (leaf.previous !== (known?.seq ?? -1))
        complain(seq, `leaf ${seq} of the system log names ${leaf.previous} as the leaf before it, which is ${known?.seq ?? -1}`);
      if (leaf.size < (known?.size ?? 1))
        complain(seq, `leaf ${seq} of the system log says that a log shrank from ${known?.size ?? 1} to ${leaf.size} leaves`);
      const floors = known?.floors ?? [];
      addFloor(floors, { seq: known?.size ?? 0, t: earlier - SEAL_LAG_MS_MAX });
      const covered = seq < published ? { seq, size: leaf.size } : known?.covered;
      if (known === undefined) sealings.set(leaf.originHash, { seq, size: leaf.size, root: leaf.root, covered, floors });
      else Object.assign(known, { seq, size: leaf.size, root: leaf.root, covered });
    },
    report: () => ({ sealings, keys, lastT: time, openSinceT }),
  };
}

function addFloor(floors: Floor[], floor: Floor): void {
  const last = floors.at(-1);
  if (last === undefined || floor.t - last.t >= FLOOR_STEP_MS) floors.push(floor);
}

/** What the system log says about a log, and the floor of what is not sealed yet. */
export function floorsOf(
  report: SystemReport,
  log: LogToVerify,
): { readonly last: Sealings | undefined; readonly floors: readonly Floor[] } {
  const last = report.sealings.get(originHash(log.origin, nodeHash));
  // A frozen log is not sealed any more, so that its last leaves may be old.
  const floors = [...(last?.floors ?? []), ...(log.frozen ? [] : [{ seq: last?.size ?? 0, t: report.lastT - SEAL_LAG_MS_MAX }])];
  return { last, floors };
}
