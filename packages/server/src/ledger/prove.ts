// What a log says of itself and proves to readers: status, checkpoints, tiles, entries, and proofs of events.

import {
  consistencyNodes,
  consistencyProof,
  encodeEntries,
  type EventProof,
  Failure,
  inclusionNodes,
  inclusionProof,
  noteKey,
  parseTilePath,
  printTlogProof,
  printVkey,
  TILE_WIDTH,
  UUID,
} from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readEntries, readKeys, readLogName, readProven } from '../store/proof-rows.ts';
import { type CheckpointRow, newestCheckpoint, readSystemLeaves } from '../store/tree-rows.ts';
import { nodeReader, readTileOf, tileRootsOf } from './read-tree.ts';

/** What is published of one log. */
export interface PublishedLog {
  readonly origin: string;
  readonly logId: string;
  /** The key that signs it, as `name+id+key`. */
  readonly vkey: string;
  readonly size: number;
  /** base64, 32 bytes. */
  readonly root: string;
  /** The signed note. */
  readonly checkpoint: string;
}

/** The answer of GET /v1/log. */
export interface LogStatus extends PublishedLog {
  readonly system: PublishedLog;
}

/**
 * The newest published checkpoints of a tenant's log and of the system log.
 *
 * @throws Failure `not_sealed` when nothing is published yet
 */
export function logStatus(reader: Reader, log: { readonly tenantId: number }): Promise<LogStatus> {
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx) => ({
    ...(await publishedLog(tx, log.tenantId)),
    system: await publishedLog(tx, SYSTEM_TENANT_ID),
  }));
}

async function publishedLog(tx: pg.ClientBase, tenantId: number): Promise<PublishedLog> {
  const name = await readLogName(tx, tenantId);
  const checkpoint = await newestCheckpoint(tx, tenantId);
  const [key] = (await readKeys(tx)).filter((known) => known.to === undefined);
  if (name === undefined || checkpoint === undefined || key === undefined) throw notSealed('nothing of this log is published yet');
  return {
    ...name,
    vkey: printVkey(noteKey(name.origin, key.publicKey, nodeHash)),
    size: checkpoint.size,
    root: checkpoint.root.toString('base64'),
    checkpoint: checkpoint.note,
  };
}

/**
 * The newest published checkpoint of a log, as a signed note: what GET /log/{logId}/checkpoint answers.
 *
 * @throws Failure `not_sealed` when there is none yet
 */
export function checkpointText(reader: Reader, log: { readonly tenantId: number }): Promise<string> {
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx) => (await published(tx, log.tenantId)).note);
}

async function published(tx: pg.ClientBase, tenantId: number): Promise<CheckpointRow> {
  const checkpoint = await newestCheckpoint(tx, tenantId);
  if (checkpoint === undefined) throw notSealed('nothing of this log is published yet');
  return checkpoint;
}

function notSealed(message: string): Failure {
  return new Failure('not_sealed', message, { retryAfterSeconds: 1 });
}

/** The answer to a tile's address. */
export interface TileAnswer {
  readonly bytes: Uint8Array;
  /** True for a full tile, which never changes. */
  readonly immutable: boolean;
}

/**
 * A tile of hashes or a bundle of entries, by its C2SP address below /log/{logId}.
 *
 * @param path for example `/tile/0/x001/067` or `/tile/entries/003.p/17`
 * @throws Failure `not_found` when the address is malformed or the published tree does not reach so far
 */
export async function tileByPath(reader: Reader, log: { readonly tenantId: number }, path: string): Promise<TileAnswer> {
  const tile = parseTilePath(path);
  if (tile === undefined) throw new Failure('not_found', `${path} is not the address of a tile`);
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx) => {
    const size = (await newestCheckpoint(tx, log.tenantId))?.size ?? 0;
    const view = { tx, tenantId: log.tenantId, size, roots: tileRootsOf(reader) };
    const from = tile.index * TILE_WIDTH;
    let bytes: Uint8Array | undefined;
    if (tile.level !== 'entries') bytes = await readTileOf(view, tile.level, tile.index, tile.width);
    else if (from + tile.width <= size) {
      const entries = await readEntries(tx, log.tenantId, from, from + tile.width);
      bytes = entries.length === tile.width ? encodeEntries(entries.map((entry) => Buffer.from(entry))) : undefined;
    }
    if (bytes === undefined) throw new Failure('not_found', `the published tree of ${size} leaves has no ${path}`);
    return { bytes, immutable: tile.width === TILE_WIDTH };
  });
}

/** The answer of GET /v1/log/consistency. */
export interface Consistency {
  readonly from: number;
  readonly to: number;
  /** base64, 32 bytes each. */
  readonly hashes: readonly string[];
}

/**
 * The proof that the log of `to` leaves continues the log of `from` leaves.
 *
 * @throws Failure `parameter_invalid` unless 1 <= from <= to <= the published size
 */
export function consistency(reader: Reader, log: { readonly tenantId: number }, from: number, to: number): Promise<Consistency> {
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx) => {
    const { size } = await published(tx, log.tenantId);
    const pointer = Number.isSafeInteger(from) && from >= 1 && from <= to ? 'to' : 'from';
    if (pointer === 'from' || !Number.isSafeInteger(to) || to > size) {
      throw new Failure('parameter_invalid', `${pointer}: a consistency proof needs 1 <= from <= to <= ${size}, the published size`, {
        pointer,
      });
    }
    const read = await nodeReader({ tx, tenantId: log.tenantId, size: to, roots: tileRootsOf(reader) }, consistencyNodes(from, to));
    return { from, to, hashes: consistencyProof(from, to, read, nodeHash).map((hash) => Buffer.from(hash).toString('base64')) };
  });
}

/**
 * The proof of an event: the answer of GET /v1/events/{id}/proof, and what core's verifyEvent takes.
 *
 * @throws Failure `not_found`; `not_sealed` (try again after a second) until a published checkpoint covers the event
 */
export async function eventProof(
  reader: Reader,
  log: { readonly tenantId: number; readonly origin: string },
  id: string,
): Promise<EventProof> {
  if (!UUID.test(id)) throw new Failure('not_found', `there is no event ${id.slice(0, 64)}`);
  return asTenant(reader, log.tenantId, QUERY_MS_MAX, async (tx) => {
    const event = await readProven(tx, log.tenantId, id);
    if (event === undefined) throw new Failure('not_found', `there is no event ${id}`);
    const checkpoint = await newestCheckpoint(tx, log.tenantId);
    const system = await newestCheckpoint(tx, SYSTEM_TENANT_ID);
    if (
      checkpoint?.systemSeq === undefined ||
      system === undefined ||
      checkpoint.size <= event.seq ||
      system.size <= checkpoint.systemSeq
    ) {
      throw notSealed(`no published checkpoint covers the event ${id} yet`);
    }
    const [leaf] = await readSystemLeaves(tx, checkpoint.systemSeq, checkpoint.systemSeq + 1);
    if (leaf === undefined) throw new Error(`the system log has no leaf ${checkpoint.systemSeq}; run indelible verify --database`);
    return {
      log: log.origin,
      seq: event.seq,
      leafHash: event.leafHash.toString('base64'),
      entry: event.entry,
      disclosures: [...event.disclosures],
      proof: printTlogProof(await inclusion(tx, reader, checkpoint, event.seq)),
      systemProof: printTlogProof({ extra: Buffer.from(leaf.leaf), ...(await inclusion(tx, reader, system, leaf.seq)) }),
    };
  });
}

export async function inclusion(
  tx: pg.ClientBase,
  reader: Reader,
  { tenantId, size, note }: CheckpointRow,
  index: number,
): Promise<{ index: number; hashes: Uint8Array[]; checkpoint: string }> {
  const read = await nodeReader({ tx, tenantId, size, roots: tileRootsOf(reader) }, inclusionNodes(index, size));
  return { index, hashes: inclusionProof(index, size, read, nodeHash), checkpoint: note };
}
