// One tenant's log while its ranges come in, and what is checked when they are all there: roots against every checkpoint that
// is kept, against the system log and against the signer's memory, tiles, rows outside the log, related resources.

import { equalBytes, originHash, parseSystemLeaf } from '@indelible/core';
import type pg from 'pg';
import { VERIFY_RANGE_EVENTS } from '../limits.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readTiles } from '../store/tree-rows.ts';
import {
  countTiles,
  type KeptCheckpoint,
  type LogToVerify,
  readActionAndActor,
  readCheckpoints,
  readOutside,
} from '../store/verify-rows.ts';
import { type CaptureMark, type MarkList, markList } from './capture-marks.ts';
import { belongingTo, type Checked, type FindingCode, type FindingList } from './finding.ts';
import { type LogTree, logTree, type UpperTile } from './log-tree.ts';
import { narrow } from './narrow.ts';
import { type RangeResult, type RangeTask, timeFault } from './range.ts';
import { checkRelated } from './related.ts';
import { floorsOf, type SystemReport } from './system-log.ts';
import type { Judge } from './trust.ts';

/** A size at which somebody has a root of this log. */
export interface Claim {
  readonly size: number;
  readonly root: Uint8Array;
  /** Who has it, for messages. */
  readonly by: string;
}

export interface LogContext {
  readonly client: pg.ClientBase;
  readonly system: SystemReport;
  readonly judge: Judge;
  readonly found: FindingList;
  readonly checked: Checked;
  /** What others say, by origin: the signer's memory, and the logs that followed frozen ones. */
  readonly claims: readonly ReadonlyMap<string, Claim>[];
  /** How far the events say that captured sources were read: the last marks of each log. */
  readonly captured: CaptureMark[];
}

export interface LogCheck {
  readonly log: LogToVerify;
  tasks(): Generator<RangeTask>;
  /** Takes a range in; true when it was the last that was missing. */
  take(result: RangeResult): boolean;
  finish(): Promise<void>;
}

interface Progress {
  readonly tree: LogTree;
  readonly waiting: Map<number, RangeResult>;
  readonly upper: UpperTile[];
  readonly digests: Map<number, string>;
  readonly captured: MarkList;
  next: number;
  lastT: number | undefined;
  brokenAt: number;
}

export async function openLogCheck(ctx: LogContext, log: LogToVerify): Promise<LogCheck> {
  const checkpoints = await readCheckpoints(ctx.client, log.tenantId);
  const { last, floors } = floorsOf(ctx.system, log);
  const claims = claimsOf(
    checkpoints,
    last,
    ctx.claims.flatMap((said) => said.get(log.origin) ?? []),
  );
  const sizes = [...new Set(claims.map((claim) => claim.size))].filter((size) => size <= log.size).sort((a, b) => a - b);
  const state: Progress = {
    tree: logTree(),
    waiting: new Map(),
    upper: [],
    digests: new Map(),
    captured: markList(),
    next: 0,
    lastT: undefined,
    brokenAt: Number.POSITIVE_INFINITY,
  };
  return {
    log,
    *tasks() {
      for (let from = 0; from < log.size; from += VERIFY_RANGE_EVENTS) {
        const to = Math.min(log.size, from + VERIFY_RANGE_EVENTS);
        const first = floors.findLastIndex((floor) => floor.seq <= from);
        yield {
          tenantId: log.tenantId,
          from,
          to,
          sizes: sizes.filter((size) => size > from && size <= to),
          floors: floors.filter((floor, index) => index >= first && floor.seq < to),
        };
      }
    },
    take(result) {
      state.waiting.set(result.from, result);
      for (let ready = state.waiting.get(state.next); ready !== undefined; ready = state.waiting.get(state.next))
        absorb(ctx, log, state, ready);
      return state.next >= log.size;
    },
    async finish() {
      await checkOutside(ctx, log);
      await checkCheckpoints(ctx, log, checkpoints);
      checkPublished(ctx, log, checkpoints, last?.covered);
      await checkRoots(ctx, log, state, claims);
      await checkTiles(ctx, log, state.upper, checkpoints.at(-1)?.size ?? 0);
      await checkRelated(ctx, log, state.digests);
      ctx.captured.push(...state.captured.all());
      ctx.checked.logs++;
    },
  };
}

function claimsOf(
  checkpoints: readonly KeptCheckpoint[],
  last: { size: number; root: Uint8Array } | undefined,
  others: readonly Claim[],
): Claim[] {
  return [
    ...checkpoints.map(({ size, root }) => ({ size, root, by: 'its published checkpoint' })),
    ...(last === undefined ? [] : [{ ...last, by: 'the system log' }]),
    ...others,
  ].sort((a, b) => a.size - b.size);
}

function absorb({ found, checked }: LogContext, log: LogToVerify, state: Progress, result: RangeResult): void {
  state.waiting.delete(result.from);
  state.next = result.to;
  state.upper.push(...state.tree.push(result.tileRoots, result.marks));
  for (const fault of result.faults) found.add({ ...belongingTo(log), ...fault });
  for (const [code, more] of Object.entries(result.moreFaults)) found.count(code as FindingCode, more);
  if (state.lastT !== undefined && result.firstT !== undefined && result.firstT < state.lastT) {
    found.add({ ...belongingTo(log), ...timeFault(result.from, result.firstT, state.lastT) });
  }
  state.lastT = result.lastT ?? state.lastT;
  state.brokenAt = Math.min(state.brokenAt, result.brokenAt ?? state.brokenAt);
  if (result.relatedDigest !== undefined) state.digests.set(result.from / VERIFY_RANGE_EVENTS, result.relatedDigest);
  for (const mark of result.captured) state.captured.add(mark);
  checked.events += result.events;
  checked.tiles += result.tiles;
}

async function checkOutside({ client, found }: LogContext, log: LogToVerify): Promise<void> {
  for (const { seq, id } of await readOutside(client, 'event', log.tenantId, log.size)) {
    found.add({
      ...belongingTo(log),
      code: 'event_unexpected',
      seq,
      message: `there is an event ${id} with the sequence number ${seq}, but the log has ${log.size} leaves`,
    });
  }
  for (const { seq, id } of await readOutside(client, 'event_key', log.tenantId, log.size)) {
    found.add({
      ...belongingTo(log),
      code: 'key_changed',
      seq,
      message: `there is a key ${id} for the sequence number ${seq}, but the log has ${log.size} leaves`,
    });
  }
}

async function checkCheckpoints(
  { judge, found, checked }: LogContext,
  log: LogToVerify,
  checkpoints: readonly KeptCheckpoint[],
): Promise<void> {
  for (const checkpoint of checkpoints) {
    checked.checkpoints++;
    const { size } = checkpoint;
    const reason = await judge.fault(checkpoint.note, log.origin, checkpoint, {
      former: log.frozen,
      leaves: (checkpoint.systemSeq ?? -1) + 1,
    });
    if (reason !== undefined)
      found.add({
        ...belongingTo(log),
        code: 'signature_invalid',
        seq: size - 1,
        message: `the checkpoint of size ${size} is not valid: ${reason}`,
      });
    if (!isRecorded(checkpoint, log.origin)) {
      found.add({
        ...belongingTo(log),
        code: 'checkpoint_unrecorded',
        seq: size - 1,
        message: `the checkpoint of size ${size} is not the leaf ${checkpoint.systemSeq ?? '-'} of the system log`,
      });
    }
  }
}

/**
 * What the system log says of this log last, as far as it is published itself, must be published too; the two are published
 * in one transaction. Of a frozen log the first leaf of the one that follows it tells.
 */
function checkPublished(
  { found }: LogContext,
  log: LogToVerify,
  checkpoints: readonly KeptCheckpoint[],
  covered: { readonly seq: number; readonly size: number } | undefined,
): void {
  if (covered === undefined || log.frozen) return;
  if (checkpoints.some(({ size, systemSeq }) => size === covered.size && systemSeq === covered.seq)) return;
  found.add({
    ...belongingTo(log),
    code: 'checkpoint_missing',
    seq: covered.size - 1,
    message: `the newest checkpoint of the log, of size ${covered.size}, is leaf ${covered.seq} of the system log, but is not published`,
  });
}

function isRecorded({ size, root, systemLeaf }: KeptCheckpoint, origin: string): boolean {
  if (systemLeaf === undefined) return false;
  try {
    const leaf = parseSystemLeaf(systemLeaf);
    return (
      leaf.kind === 'checkpoint' && leaf.originHash === originHash(origin, nodeHash) && leaf.size === size && equalBytes(leaf.root, root)
    );
  } catch {
    return false;
  }
}

/** Names the first claim that does not hold, and where in the log the change lies: the later ones follow from it. */
async function checkRoots({ client, found }: LogContext, log: LogToVerify, state: Progress, claims: readonly Claim[]): Promise<void> {
  const larger = claims.findLast((claim) => claim.size > log.size);
  if (larger !== undefined) {
    const message = `the log has ${log.size} leaves, but ${larger.by} is of ${larger.size}: the events from ${log.size} on were cut off`;
    found.add({
      ...belongingTo(log),
      code: 'log_shrunk',
      seq: log.size,
      toSeq: larger.size - 1,
      expected: `${larger.size} leaves`,
      found: `${log.size}`,
      message,
    });
  }
  const wrong = claims.find(
    ({ size, root }) => size <= Math.min(log.size, state.brokenAt) && !equalBytes(state.tree.root(size) ?? new Uint8Array(), root),
  );
  if (wrong === undefined) return;
  const narrowed = await narrow(client, log, claims);
  if (narrowed.kind === 'holds') {
    const message = 'the stored tiles make another root than the one that was signed, which the events still make: the tiles were changed';
    found.add({ ...belongingTo(log), code: 'tile_changed', message });
    return;
  }
  const { from, to } =
    narrowed.kind === 'changed' ? narrowed : { from: claims.findLast((claim) => claim.size < wrong.size)?.size ?? 0, to: wrong.size };
  const named = to - from === 1 ? await readActionAndActor(client, log.tenantId, from) : undefined;
  found.add({
    ...belongingTo(log),
    code: 'root_changed',
    seq: from,
    ...(to - from > 1 && { toSeq: to - 1 }),
    ...(named !== undefined && { action: named.action, ...(named.actor !== undefined && { actor: named.actor }) }),
    expected: Buffer.from(wrong.root).toString('base64'),
    found: Buffer.from(state.tree.root(wrong.size) ?? []).toString('base64'),
    message: `the root of ${wrong.size} leaves is not the one of ${wrong.by}: ${to - from === 1 ? `event ${from} was` : `among the events ${from} to ${to - 1} one or more were`} rewritten together with leaf and tiles`,
  });
}

async function checkTiles(
  { client, found, checked }: LogContext,
  log: LogToVerify,
  upper: readonly UpperTile[],
  published: number,
): Promise<void> {
  for (const tile of upper) {
    const stored = (await readTiles(client, log.tenantId, tile.level, tile.index, tile.index + 1)).get(tile.index);
    if (stored === undefined) continue;
    checked.tiles++;
    if (!equalBytes(stored, tile.bytes))
      found.add({
        ...belongingTo(log),
        code: 'tile_changed',
        message: `the tile ${tile.index} of level ${tile.level} is not what the tiles below it make`,
      });
  }
  const counts = await countTiles(client, log.tenantId);
  for (let level = 0, leaves = 256; leaves <= log.size || counts.has(level); level++, leaves *= 256) {
    const count = counts.get(level) ?? 0;
    const least = Math.floor(Math.min(published, log.size) / leaves);
    const most = Math.floor(log.size / leaves);
    if (count < least)
      found.add({ ...belongingTo(log), code: 'tile_missing', message: `${least - count} full tiles of level ${level} are missing` });
    if (count > most)
      found.add({
        ...belongingTo(log),
        code: 'tile_changed',
        message: `there are ${count} tiles of level ${level}, but the log fills only ${most}`,
      });
  }
}
