// Reads what a log's tree is missing and brings its right edge up to a size, with the tiles that become full on the way.

import { consistencyNodes, consistencyProof, Failure, tileReader, tilesOfNodes } from '@indelible/core';
import type pg from 'pg';
import { SEAL_LEAVES_MAX } from '../limits.ts';
import { nodeHash } from '../store/node-hash.ts';
import { insertTiles } from '../store/seal-rows.ts';
import { findGap, readLeafHashes, readTile, type LeafSpan } from '../store/tree-rows.ts';
import { type Edge, edgeTile, type FullTile, pushLeaves } from './edge.ts';

/** A tree that grows: its edge, and the full tiles that are not stored yet. */
export interface Growth {
  readonly tenantId: number;
  readonly edge: Edge;
  tiles: FullTile[];
}

/**
 * Brings several trees up to their sizes; together they miss at most SEAL_LEAVES_MAX leaves, or there is only one.
 *
 * @returns for each the fault that was found, as a gap in the sequence; undefined where there is none
 */
export async function grow(
  client: pg.ClientBase,
  growths: readonly { readonly growth: Growth; readonly size: number }[],
): Promise<(Error | undefined)[]> {
  const [only] = growths;
  if (growths.length === 1 && only !== undefined && only.size - only.growth.edge.size > SEAL_LEAVES_MAX)
    return [await growFar(client, only.growth, only.size)];
  const spans = growths.map(({ growth, size }) => ({ tenantId: growth.tenantId, from: growth.edge.size, to: size }));
  const hashes = await readLeafHashes(client, spans);
  const faults: (Error | undefined)[] = [];
  for (const [index, { growth }] of growths.entries()) {
    const read = hashes[index];
    if (read !== undefined) growth.tiles.push(...pushLeaves(growth.edge, read));
    faults.push(read === undefined ? await gapFault(client, spans[index] as LeafSpan) : undefined);
  }
  return faults;
}

/** A backlog that does not fit into memory: its tiles are stored on the way. They are derived, so that nobody minds if a crash leaves them unsealed. */
async function growFar(client: pg.ClientBase, growth: Growth, size: number): Promise<Error | undefined> {
  while (growth.edge.size < size) {
    const span = { tenantId: growth.tenantId, from: growth.edge.size, to: Math.min(size, growth.edge.size + SEAL_LEAVES_MAX) };
    const [hashes] = await readLeafHashes(client, [span]);
    if (hashes === undefined) return gapFault(client, span);
    const tiles = pushLeaves(growth.edge, hashes);
    await insertTiles(
      client,
      tiles.map((tile) => ({ ...tile, tenantId: growth.tenantId })),
    );
  }
  return undefined;
}

async function gapFault(client: pg.ClientBase, span: LeafSpan): Promise<Error> {
  const seq = await findGap(client, span);
  return new Failure(
    'signer_refused',
    `the sequence number ${seq ?? span.from} is missing, or not what it was; the log is not sealed beyond it. Run indelible verify --database`,
  );
}

/** The consistency proof from an earlier size to the present one, out of the edge, the new tiles and the stored ones. */
export async function proofFrom(client: pg.ClientBase, growth: Growth, from: number): Promise<Uint8Array[]> {
  const { edge, tenantId } = growth;
  if (from === 0 || from >= edge.size) return [];
  const found = new Map<string, Uint8Array>();
  for (const place of tilesOfNodes(consistencyNodes(from, edge.size))) {
    const fresh = growth.tiles.find((tile) => tile.level === place.level && tile.index === place.index)?.bytes;
    const bytes = edgeTile(edge, place.level, place.index) ?? fresh ?? (await readTile(client, tenantId, place));
    if (bytes === undefined) throw new Error(`the tile ${place.index} of level ${place.level} is missing`);
    found.set(`${place.level}/${place.index}`, bytes);
  }
  return consistencyProof(
    from,
    edge.size,
    tileReader((level, index) => found.get(`${level}/${index}`) ?? new Uint8Array(), nodeHash),
    nodeHash,
  );
}
