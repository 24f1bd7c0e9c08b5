// The system log as the sealer holds it: its tree's edge, what of it is published, and how leaves come to it.

import { type CheckpointLeaf, leafHash, parseSystemLeaf, printSystemLeaf, type SystemLeaf } from '@indelible/core';
import type pg from 'pg';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { nodeHash } from '../store/node-hash.ts';
import { appendSystemLeaves, insertTiles, openSystemLog, type SystemLeafRow } from '../store/seal-rows.ts';
import { newestCheckpoint, readSystemLeaves } from '../store/tree-rows.ts';
import { type Edge, edgeRoot, loadEdge, pushLeaves } from './edge.ts';
import { type Growth, grow, proofFrom } from './gather.ts';
import { checkNewLeaves } from './new-leaves.ts';
import type { Signer, SignRequest } from './signer.ts';

export interface SystemTree {
  readonly client: pg.ClientBase;
  readonly signer: Signer;
  readonly now: () => number;
  readonly origin: string;
  edge: Edge;
  /** The size of its newest published checkpoint. */
  published: number;
  /** Milliseconds since 1970: the `t` of its last leaf, and of its last beat since it was opened. */
  lastT: number;
  lastBeat: number;
}

/** A checkpoint leaf of the system log that no published checkpoint covers yet. */
export interface Pending {
  readonly seq: number;
  readonly size: number;
  readonly root: string;
}

/**
 * Reads where the system log stands and lets the signer look at it before anything is added to it.
 *
 * @returns with it the checkpoint leaves that are not published, by originHash
 * @throws Failure `signer_refused` when the system log is not the one that was signed, or goes on as this signer never would
 */
export async function openSystemTree(
  client: pg.ClientBase,
  signer: Signer,
  now: () => number,
): Promise<{ readonly system: SystemTree; readonly pending: Map<string, Pending> }> {
  const log = await openSystemLog(client);
  const newest = await newestCheckpoint(client, SYSTEM_TENANT_ID);
  const published = newest !== undefined && newest.note.startsWith(`${log.origin}\n`) ? newest.size : 0;
  const growth: Growth = { tenantId: SYSTEM_TENANT_ID, edge: await loadEdge(client, SYSTEM_TENANT_ID), tiles: [] };
  const [gap] = await grow(client, [{ growth, size: Math.max(log.size, growth.edge.size) }]);
  if (gap !== undefined) throw gap;
  await insertTiles(
    client,
    growth.tiles.map((tile) => ({ ...tile, tenantId: SYSTEM_TENANT_ID })),
  );
  const system: SystemTree = { client, signer, now, origin: log.origin, edge: growth.edge, published, lastT: log.lastT, lastBeat: 0 };
  if (log.size > 0 || published > 0) {
    const refused = signer.examine(await systemRequest(system, growth));
    if (refused !== undefined) throw refused;
  }
  await checkNewLeaves(client, signer, { origin: log.origin, size: growth.edge.size, root: edgeRoot(growth.edge) });
  const pending = new Map<string, Pending>();
  for (const { seq, leaf } of await readSystemLeaves(client, published, log.size)) {
    const parsed = parseSystemLeaf(leaf);
    if (parsed.kind === 'checkpoint') pending.set(parsed.originHash, pendingOf(seq, parsed));
    if (parsed.kind === 'beat') system.lastBeat = parsed.time;
  }
  return { system, pending };
}

export function pendingOf(seq: number, { size, root }: CheckpointLeaf): Pending {
  return { seq, size, root: Buffer.from(root).toString('base64') };
}

/** What the signer is asked to sign of the system log as it stands. */
export async function systemRequest({ client, signer, origin, published, edge }: SystemTree, growth: Growth): Promise<SignRequest> {
  const consistency = await proofFrom(client, growth, signer.remembered(origin)?.size ?? 0);
  return { origin, size: edge.size, root: edgeRoot(edge), published, consistency };
}

/** Inserts leaves of the system log and brings its edge up to them; returns its new full tiles. In the caller's transaction. */
export async function storeSystemLeaves(system: SystemTree, leaves: readonly SystemLeafRow[]): Promise<Growth['tiles']> {
  await appendSystemLeaves(system.client, leaves);
  const tiles = pushLeaves(system.edge, Buffer.concat(leaves.map((leaf) => leaf.hash)));
  await insertTiles(
    system.client,
    tiles.map((tile) => ({ ...tile, tenantId: SYSTEM_TENANT_ID })),
  );
  system.lastT = leaves.at(-1)?.t ?? system.lastT;
  return tiles;
}

export function nextLeaf(seq: number, leaf: SystemLeaf): SystemLeafRow {
  const text = printSystemLeaf(leaf);
  return { seq, text, hash: leafHash(text, nodeHash), t: leaf.time };
}

/** The time of the next leaf: milliseconds since 1970, never before the last one. */
export function leafTime({ now, lastT }: SystemTree): number {
  return Math.max(now(), lastT);
}

export async function inBlock(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  // Whatever fails ends the session and with it the connection, which rolls back.
  await work();
  await client.query('commit');
}
