// The index of one log: its next blocks, one block anew, everything anew. Each in one transaction of the projector that holds
// the log's cursor, so that cursor and signatures are never apart and several servers do not do the same work.

import type pg from 'pg';
import { SEARCH_STEP_BLOCKS_MAX, SEARCH_STEP_MS } from '../limits.ts';
import { inTransaction } from '../store/pool.ts';
import {
  clearIndex,
  lockCursor,
  moveCursor,
  putBlock,
  putOpen,
  putPlaces,
  putSliced,
  readBlockEvents,
  readLogs,
  readOpen,
  readSliced,
} from '../store/search-rows.ts';
import { GROUP_BLOCKS, sliceGroup, unsliceGroup } from '../store/search-signature.ts';
import { contentOf } from './block-words.ts';

/** Indexes the next full blocks of a log in the caller's transaction, a bounded number of them; returns how many. */
export async function indexNext(tx: pg.ClientBase, tenantId: number): Promise<number> {
  const deadline = performance.now() + SEARCH_STEP_MS;
  const { indexed, full } = await lockCursor(tx, tenantId);
  const end = Math.min(full, indexed + SEARCH_STEP_BLOCKS_MAX);
  let block = indexed;
  while (block < end && (block === indexed || performance.now() < deadline)) {
    const { signature, places, times } = await contentOf(readBlockEvents(tx, tenantId, block));
    await putBlock(tx, tenantId, block, times);
    await putPlaces(tx, tenantId, block, places);
    await putOpen(tx, tenantId, block, signature);
    block += 1;
    if (block % GROUP_BLOCKS === 0) await closeGroup(tx, tenantId, block / GROUP_BLOCKS - 1);
  }
  if (block > indexed) await moveCursor(tx, tenantId, block);
  return block - indexed;
}

async function closeGroup(tx: pg.ClientBase, tenantId: number, group: number): Promise<void> {
  await putSliced(tx, tenantId, group, await sliceGroup(await readOpen(tx, tenantId, group)));
}

/**
 * Writes what the index has of a block from what its events say now: to be called after something of them was erased or pruned, when
 * that is committed. A block that is not indexed yet is left to the indexer.
 *
 * @param block a sequence number of it divided by BLOCK_EVENTS, without the rest
 */
export async function reindexBlock(projector: pg.Pool, tenantId: number, block: number): Promise<void> {
  await inTransaction(projector, async (tx) => {
    const { indexed } = await lockCursor(tx, tenantId);
    if (block >= indexed) return;
    const { signature, places, times } = await contentOf(readBlockEvents(tx, tenantId, block));
    await putBlock(tx, tenantId, block, times);
    await putPlaces(tx, tenantId, block, places);
    const group = Math.floor(block / GROUP_BLOCKS);
    if ((group + 1) * GROUP_BLOCKS > indexed) return putOpen(tx, tenantId, block, signature);
    const signatures = unsliceGroup(await readSliced(tx, tenantId, group));
    await putSliced(tx, tenantId, group, await sliceGroup(signatures.set(block % GROUP_BLOCKS, signature)));
  });
}

export interface RebuildOptions {
  /** Only the logs of this tenant. */
  readonly tenant?: string;
  /** Told after each step: blocks that are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Rebuilt {
  readonly logs: number;
  readonly blocks: number;
}

/**
 * Throws the index away and makes it anew, log by log, while servers run: meanwhile queries read events instead, and are slow.
 *
 * @example await rebuildIndex(store.projector, { tenant: 'org_acme' });
 */
export async function rebuildIndex(projector: pg.Pool, { tenant, onProgress }: RebuildOptions = {}): Promise<Rebuilt> {
  const logs = await readLogs(projector, tenant);
  const total = logs.reduce((sum, { blocks }) => sum + blocks, 0);
  let done = 0;
  for (const { tenantId, blocks } of logs) {
    await inTransaction(projector, async (tx) => {
      await lockCursor(tx, tenantId);
      await clearIndex(tx, tenantId);
    });
    const before = done;
    // The server's own indexer may take a part in it, so what counts is the cursor.
    for (let indexed = 0; indexed < blocks;) {
      indexed = await inTransaction(projector, async (tx) => {
        await indexNext(tx, tenantId);
        return (await lockCursor(tx, tenantId)).indexed;
      });
      done = before + Math.min(indexed, blocks);
      onProgress?.(done, total);
    }
  }
  return { logs: logs.length, blocks: done };
}
