// The way back after a legitimate restore, or without the signer's memory: every log is frozen as it stands, and another one
// opens whose first leaf says which log it follows, at which size and root, and why. What was signed before stays true of the
// frozen logs, and nobody is asked to believe that they were never longer.
//
//   lock sealing -> put the signer's memory aside -> one transaction: freeze, open, rename the system log, change the key
//
// A crash before the transaction leaves a signer without memory, which refuses until the command is run again.

import { setTimeout as sleep } from 'node:timers/promises';
import { acceptEvent, equalBytes, Failure, leafHash, makeNewId, makeRedaction, parseSystemLeaf, printSystemLeaf } from '@indelible/core';
import type pg from 'pg';
import { ADVISORY_LOCK_SEAL } from '../limits.ts';
import { appendIn } from '../store/append.ts';
import { createLog, OPERATOR_TENANT, SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { nodeHash } from '../store/node-hash.ts';
import { connect, storeFailure } from '../store/pool.ts';
import {
  addKey,
  appendSystemLeaves,
  endKeys,
  findLastKeyLeaf,
  openSystemLog,
  presentKeys,
  type SystemLog,
  tryLock,
} from '../store/seal-rows.ts';
import { freezeLog, lockPresentLogs, renameSystemLog } from '../store/succession-rows.ts';
import { edgeRoot, loadEdge } from './edge.ts';
import { grow } from './gather.ts';
import { keyFault } from './key-fault.ts';
import { Signer } from './signer.ts';
import { putMemoryAside, readMemory, type SignedState } from './signer-memory.ts';

export interface SucceedOptions {
  /** The owner's pool. */
  readonly owner: pg.Pool;
  readonly signerDirectory: string;
  /** Why: it goes into the first leaf of every new log. */
  readonly reason: string;
}

export interface Succession {
  readonly logs: readonly { readonly tenant: string; readonly from: string; readonly to: string; readonly size: number }[];
  readonly system: { readonly from: string; readonly size: number; readonly logId: string };
  /** Where the former memory of the signer was put; undefined when it was lost. */
  readonly memoryAside: string | undefined;
  readonly newKey: boolean;
}

const LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 100;

/**
 * Lets every log be followed by another one.
 *
 * @throws Failure `directory_in_use` while a server seals, which needs no succession; `signer_refused` when a log has a gap
 */
export async function succeed(options: SucceedOptions): Promise<Succession> {
  const { owner, signerDirectory, reason } = options;
  if (reason.trim() === '')
    throw new Failure('parameter_invalid', '--reason: say why the logs are followed by others; it is recorded in each of them');
  const client = await connect(owner);
  try {
    await waitForLock(client);
    const signed = await readMemory(signerDirectory).catch(() => []);
    const memoryAside = await putMemoryAside(signerDirectory, Date.now());
    const signer = await Signer.open(signerDirectory);
    try {
      await client.query('begin');
      const done = await follow(client, { signer, reason, signed: new Map(signed.map((state) => [state.origin, state])) });
      await client.query('commit');
      return { ...done, memoryAside };
    } finally {
      await signer.close();
    }
  } catch (error) {
    throw storeFailure(error);
  } finally {
    // Ending the connection gives the lock back and rolls back what was not committed.
    client.release(true);
  }
}

async function waitForLock(client: pg.ClientBase): Promise<void> {
  const until = Date.now() + LOCK_WAIT_MS;
  // A server whose signer refuses holds the lock for moments only; one that seals holds it for good.
  while (!(await tryLock(client, ADVISORY_LOCK_SEAL))) {
    if (Date.now() > until)
      throw new Failure(
        'directory_in_use',
        'a server is sealing these logs, so that nothing needs to follow them; stop it first if you mean to',
      );
    await sleep(LOCK_POLL_MS);
  }
}

interface Context {
  readonly signer: Signer;
  readonly reason: string;
  readonly signed: ReadonlyMap<string, SignedState>;
}

async function follow(tx: pg.ClientBase, ctx: Context): Promise<Omit<Succession, 'memoryAside'>> {
  const system = await openSystemLog(tx);
  const logs: Succession['logs'][number][] = [];
  for (const { tenantId, tenant, origin, size } of await lockPresentLogs(tx)) {
    const predecessor = { origin, size, root: await rootOfLog(tx, tenantId, size), reason: ctx.reason, ...beyond(ctx, origin, size) };
    await freezeLog(tx, tenantId);
    logs.push({ tenant, from: origin, to: (await createLog(tx, tenant, predecessor)).origin, size });
  }
  const root = system.size === 0 ? undefined : await rootOfLog(tx, SYSTEM_TENANT_ID, system.size);
  const logId = await renameSystemLog(tx, system.size);
  const newKey = await changeKey(tx, ctx.signer, system);
  if (root !== undefined) await recordSystem(tx, ctx, system, logId, root);
  return { logs, system: { from: system.origin, size: system.size, logId }, newKey };
}

/** What the signer had signed of a log and the database no longer has: said openly. */
function beyond({ signed }: Context, origin: string, size: number): { signed?: { size: number; root: string } } {
  const known = signed.get(origin);
  return known === undefined || known.size <= size ? {} : { signed: { size: known.size, root: known.root } };
}

async function rootOfLog(tx: pg.ClientBase, tenantId: number, size: number): Promise<string> {
  const growth = { tenantId, edge: await loadEdge(tx, tenantId), tiles: [] };
  if (growth.edge.size > size)
    throw new Failure('signer_refused', `the log ${tenantId} has tiles beyond its end; restore the database as a whole`);
  const [fault] = await grow(tx, [{ growth, size }]);
  if (fault !== undefined) throw fault;
  return Buffer.from(edgeRoot(growth.edge)).toString('base64');
}

/**
 * A signer whose directory was lost, or restored from before its key was changed, comes with another key. That is a leaf of the
 * system log.
 */
async function changeKey(tx: pg.ClientBase, signer: Signer, system: SystemLog): Promise<boolean> {
  const fault = keyFault(await presentKeys(tx), signer);
  if (fault === 'unknown') return false;
  const last = await lastKey(tx);
  const isOwn = [signer.publicKey, signer.nextPublicKey].some((key) => key !== undefined && last !== undefined && equalBytes(key, last));
  if (fault === undefined && isOwn) return false;
  if (fault !== undefined) {
    await endKeys(tx);
    await addKey(tx, signer.publicKey);
  }
  const time = Math.max(Date.now(), system.lastT);
  const text = printSystemLeaf({ kind: 'key', publicKey: signer.publicKey, replaces: last ?? null, time });
  await appendSystemLeaves(tx, [{ seq: system.size, text, hash: leafHash(text, nodeHash), t: time }]);
  return fault !== undefined;
}

/** The key that the system log named last. */
async function lastKey(tx: pg.ClientBase): Promise<Uint8Array | undefined> {
  const text = await findLastKeyLeaf(tx);
  const leaf = text === undefined ? undefined : parseSystemLeaf(text);
  return leaf?.kind === 'key' ? leaf.publicKey : undefined;
}

/** The system log has no leaf of a kind that says what it follows; the operator's log says it. */
async function recordSystem(tx: pg.ClientBase, ctx: Context, system: SystemLog, logId: string, root: string): Promise<void> {
  const predecessor = { origin: system.origin, size: system.size, root, ...beyond(ctx, system.origin, system.size) };
  const event = acceptEvent(
    {
      action: 'log.succeeded',
      actor: { type: 'system' },
      resource: { type: 'log', id: logId },
      context: { reason: ctx.reason.slice(0, 1_000) },
      metadata: { predecessor },
    },
    { nowMs: Date.now(), redaction: makeRedaction(), newId: makeNewId(), sourceKind: 'self', attribution: 'verified' },
  );
  await appendIn(tx, OPERATOR_TENANT, [event]);
}
