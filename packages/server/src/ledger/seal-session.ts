// The owner's work: one tick after another over one connection. The order of its steps is what makes a crash harmless:
//
//   read sizes and hashes -> examine -> tx 1: tiles and system leaves -> sign (memory durable first) -> tx 2: publish
//
// System leaves are durable before anything is signed over them, so that what was signed once can always be continued.

import { type Failure, originHash, parseSystemLeaf } from '@indelible/core';
import type pg from 'pg';
import { BEAT_INTERVAL_MS, SEAL_EDGES_MAX, SEAL_LEAVES_MAX, SEAL_LOGS_MAX, SEAL_LOOKBACK_MS, SEAL_SWEEP_INTERVAL_MS } from '../limits.ts';
import { nodeHash } from '../store/node-hash.ts';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import {
  addKey,
  findLastSealing,
  findGrown,
  findShrunk,
  type GrownLog,
  insertTiles,
  presentKeys,
  publish,
  type SystemLeafRow,
} from '../store/seal-rows.ts';
import { type Edge, edgeRoot, loadEdge } from './edge.ts';
import { type Growth, grow, proofFrom } from './gather.ts';
import { keyFault } from './key-fault.ts';
import { rotateKey, type RotationStep } from './rotate-key.ts';
import type { Signer, SignRequest } from './signer.ts';
import {
  inBlock,
  leafTime,
  nextLeaf,
  openSystemTree,
  type Pending,
  pendingOf,
  storeSystemLeaves,
  systemRequest,
  type SystemTree,
} from './system-tree.ts';

/** Between these steps a crash may come. */
export type SealStep = 'gathered' | 'examined' | 'stored' | 'signed' | 'published' | RotationStep;

export interface SessionHooks {
  readonly now?: () => number;
  /** Called after each step; a test throws from it. */
  readonly onStep?: (step: SealStep) => void;
}

export interface TickResult {
  readonly logs: number;
  readonly leaves: number;
  readonly published: boolean;
  /** More logs wait than one tick takes. */
  readonly more: boolean;
}

export interface SealSession {
  /** By tenant: logs that are held up. */
  readonly failing: ReadonlyMap<number, { readonly origin: string; readonly error: Error }>;
  tick(): Promise<TickResult>;
}

interface State {
  readonly client: pg.ClientBase;
  readonly signer: Signer;
  readonly hooks: SessionHooks;
  readonly onLogError: (error: Error, origin: string) => void;
  readonly edges: Map<number, Edge>;
  readonly failing: Map<number, { origin: string; error: Error; retryAt: number }>;
  /** By originHash. */
  readonly pending: Map<string, Pending>;
  readonly system: SystemTree;
  sweepAt: number;
}

/** A log that is ready to be put under a checkpoint. */
interface Ready {
  readonly log: GrownLog;
  readonly growth: Growth;
  readonly request: SignRequest;
  readonly leaf: SystemLeafRow | undefined;
  readonly systemSeq: number;
}

const RETRY_MS = 5_000;

/**
 * Reads where the system log stands and lets the signer look at it before anything is added to it.
 *
 * @throws Failure `signer_refused` when the system log is not the one that was signed, or the key is not the one on record
 */
export async function openSession(
  client: pg.ClientBase,
  signer: Signer,
  onLogError: State['onLogError'],
  hooks: SessionHooks,
): Promise<SealSession> {
  const { system, pending } = await openSystemTree(client, signer, hooks.now ?? Date.now);
  const state: State = { client, signer, hooks, onLogError, edges: new Map(), failing: new Map(), pending, system, sweepAt: 0 };
  await recordKey(state);
  return {
    failing: state.failing,
    tick: async () => {
      const sealed = await tick(state);
      const wanted = await signer.rotationWanted();
      if (wanted === undefined) return sealed;
      await rotateKey(system, wanted.reason, (step) => hooks.onStep?.(step));
      return { ...sealed, published: true };
    },
  };
}

/** The first key of a trail goes into the database and, as a leaf, into the system log. Another one later is refused until the operator says so. */
async function recordKey(state: State): Promise<void> {
  const { client, signer, system } = state;
  const fault = keyFault(await presentKeys(client), signer);
  if (fault === 'unknown') {
    const leaf = nextLeaf(system.edge.size, { kind: 'key', publicKey: signer.publicKey, replaces: null, time: leafTime(system) });
    await inBlock(client, async () => {
      await addKey(client, signer.publicKey);
      await storeSystemLeaves(system, [leaf]);
    });
  } else if (fault !== undefined) throw fault;
}

async function tick(state: State): Promise<TickResult> {
  const { client, signer, hooks, system } = state;
  // The time is taken before the sizes are read: every event that is not among them was committed after it.
  const t = leafTime(system);
  const now = (hooks.now ?? Date.now)();
  const sweep = now >= state.sweepAt;
  if (sweep) await reportShrunk(state);
  const grown = await findGrown(client, sweep ? 0 : now - SEAL_LOOKBACK_MS, SEAL_LOGS_MAX);
  if (sweep && grown.length < SEAL_LOGS_MAX) {
    state.sweepAt = now + SEAL_SWEEP_INTERVAL_MS;
    // What was held up and is under its checkpoint again, as after rows were put back, is so no more.
    const waiting = new Set(grown.map(({ tenantId }) => tenantId));
    for (const tenantId of state.failing.keys()) if (!waiting.has(tenantId)) state.failing.delete(tenantId);
  }

  const growths = await gather(
    state,
    grown.filter((log) => now >= (state.failing.get(log.tenantId)?.retryAt ?? 0)),
  );
  hooks.onStep?.('gathered');
  const ready = await examine(state, growths, t);
  hooks.onStep?.('examined');

  const leaves = ready.flatMap(({ leaf }) => leaf ?? []);
  const beat = t - system.lastBeat >= BEAT_INTERVAL_MS;
  if (beat) leaves.push(nextLeaf(system.edge.size + leaves.length, { kind: 'beat', time: t }));
  if (ready.length === 0 && leaves.length === 0 && system.edge.size === system.published)
    return { logs: 0, leaves: 0, published: false, more: false };

  const systemGrowth: Growth = { tenantId: SYSTEM_TENANT_ID, edge: system.edge, tiles: [] };
  await inBlock(client, async () => {
    await insertTiles(
      client,
      ready.flatMap(({ growth }) => growth.tiles.map((tile) => ({ ...tile, tenantId: growth.tenantId }))),
    );
    systemGrowth.tiles = await storeSystemLeaves(system, leaves);
  });
  hooks.onStep?.('stored');

  const ofSystem = await systemRequest(system, systemGrowth);
  const notes = await signer.sign([...ready.map(({ request }) => request), ofSystem]);
  hooks.onStep?.('signed');

  const rows = ready.map(({ log, request, systemSeq }, index) => ({
    ...request,
    tenantId: log.tenantId,
    systemSeq,
    t,
    root: Buffer.from(request.root),
    note: notes[index] as string,
  }));
  const systemRow = {
    ...ofSystem,
    tenantId: SYSTEM_TENANT_ID,
    systemSeq: undefined,
    t,
    root: Buffer.from(ofSystem.root),
    note: notes.at(-1) as string,
  };
  await inBlock(client, () => publish(client, [...rows, systemRow]));
  hooks.onStep?.('published');

  if (beat) system.lastBeat = t;
  system.published = system.edge.size;
  for (const { log } of ready) {
    state.failing.delete(log.tenantId);
    // Those of logs that are held up still name the leaf that theirs will follow.
    state.pending.delete(originHash(log.origin, nodeHash));
  }
  const sealed = ready.reduce((sum, { log }) => sum + log.size - log.published, 0);
  return { logs: ready.length, leaves: sealed, published: true, more: grown.length === SEAL_LOGS_MAX };
}

/** Brings the trees of logs up to date, as many at a time as fit into memory. */
async function gather(state: State, logs: readonly GrownLog[]): Promise<{ log: GrownLog; growth: Growth }[]> {
  const sound: { log: GrownLog; growth: Growth }[] = [];
  let batch: { log: GrownLog; growth: Growth; size: number }[] = [];
  let missing = 0;
  const flush = async (): Promise<void> => {
    const faults = batch.length === 0 ? [] : await grow(state.client, batch);
    batch.forEach(({ log, growth }, index) => {
      const fault = faults[index];
      if (fault === undefined) sound.push({ log, growth });
      else holdUp(state, log, fault);
    });
    batch = [];
    missing = 0;
  };
  for (const log of logs) {
    const edge = await edgeOf(state, log);
    if (edge === undefined) continue;
    const wanted = log.size - edge.size;
    if (missing + wanted > SEAL_LEAVES_MAX) await flush();
    batch.push({ log, growth: { tenantId: log.tenantId, edge, tiles: [] }, size: log.size });
    missing += wanted;
  }
  await flush();
  return sound;
}

/** The right edge of a log's tree; undefined, and reported, when the log cannot be sealed. */
async function edgeOf(state: State, log: GrownLog): Promise<Edge | undefined> {
  try {
    const edge = state.edges.get(log.tenantId) ?? (await loadEdge(state.client, log.tenantId));
    if (edge.size <= log.size) {
      state.edges.delete(log.tenantId);
      state.edges.set(log.tenantId, edge);
      const oldest = state.edges.keys().next().value;
      if (state.edges.size > SEAL_EDGES_MAX && oldest !== undefined) state.edges.delete(oldest);
      return edge;
    }
    const request = { origin: log.origin, size: log.size, root: new Uint8Array(32), published: log.published, consistency: [] };
    holdUp(state, log, state.signer.examine(request) ?? new Error(`the log has ${log.size} leaves, but tiles of ${edge.size}`));
  } catch (error) {
    // A fault of the connection ends the session at the next statement.
    holdUp(state, log, error as Error);
  }
  return undefined;
}

/** Lets the signer look at every tree, and writes the system leaves of those it will sign. */
async function examine(state: State, growths: readonly { log: GrownLog; growth: Growth }[], t: number): Promise<Ready[]> {
  const ready: Ready[] = [];
  let next = state.system.edge.size;
  for (const { log, growth } of growths) {
    let refused: Error | undefined;
    const root = edgeRoot(growth.edge);
    const consistency = await proofFrom(state.client, growth, state.signer.remembered(log.origin)?.size ?? 0).catch((error: Error) => {
      refused = error;
      return [];
    });
    const request = { origin: log.origin, size: log.size, root, published: log.published, consistency };
    refused ??= state.signer.examine(request);
    if (refused !== undefined) {
      holdUp(state, log, refused);
      continue;
    }
    const name = originHash(log.origin, nodeHash);
    const pending = state.pending.get(name) ?? (await findUnpublished(state, log, name));
    // A crash left this very leaf unpublished, or its checkpoint was deleted: it serves now.
    const reused = pending !== undefined && pending.size === log.size && pending.root === toBase64(root) ? pending : undefined;
    const checkpoint = {
      kind: 'checkpoint',
      originHash: name,
      size: log.size,
      root,
      previous: pending?.seq ?? log.previous,
      time: t,
    } as const;
    ready.push({
      log,
      growth,
      request,
      leaf: reused === undefined ? nextLeaf(next, checkpoint) : undefined,
      systemSeq: reused?.seq ?? next,
    });
    if (reused === undefined) next++;
  }
  return ready;
}

/**
 * A log of which more was signed than is published, although no crash left it so: its checkpoints were deleted. The leaf that
 * it has in the system log tells where its chain goes on.
 */
async function findUnpublished(state: State, log: GrownLog, name: string): Promise<Pending | undefined> {
  if ((state.signer.remembered(log.origin)?.size ?? 0) <= log.published) return undefined;
  const last = await findLastSealing(state.client, name);
  const leaf = last === undefined ? undefined : parseSystemLeaf(last.leaf);
  return last !== undefined && leaf?.kind === 'checkpoint' ? pendingOf(last.seq, leaf) : undefined;
}

function holdUp(state: State, log: GrownLog, error: Error): void {
  state.edges.delete(log.tenantId);
  state.failing.set(log.tenantId, { origin: log.origin, error, retryAt: (state.hooks.now ?? Date.now)() + RETRY_MS });
  state.onLogError(error, log.origin);
}

/** A log that became smaller than what was signed, also where its checkpoints were taken away with it. */
async function reportShrunk(state: State): Promise<void> {
  const known = [...state.signer.states()];
  for (const { origin, size } of await findShrunk(state.client, known)) {
    const refused: Failure | undefined = state.signer.examine({ origin, size, root: new Uint8Array(32), published: 0, consistency: [] });
    if (refused !== undefined) state.onLogError(refused, origin);
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
