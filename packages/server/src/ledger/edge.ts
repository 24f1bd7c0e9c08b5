// The right edge of a growing tree: for each level of tiles the hashes that do not fill one yet. It is all that is needed to
// go on: new full tiles fall out of it, and the root is folded from it.

import { foldPeaks, HASH_BYTES, joinHashes, nodeHash as innerHash, TILE_WIDTH, type Tile, tileRoot } from '@indelible/core';
import type pg from 'pg';
import { nodeHash } from '../store/node-hash.ts';
import { countTiledLeaves, readTiles } from '../store/tree-rows.ts';

export interface Edge {
  size: number;
  /** For each level of tiles, from 0: fewer than 256 hashes. */
  readonly levels: Uint8Array[][];
}

export interface FullTile extends Tile {
  /** 8,192 bytes. */
  readonly bytes: Uint8Array;
}

export function emptyEdge(): Edge {
  return { size: 0, levels: [] };
}

/**
 * Adds leaves and returns the tiles that became full, of all levels.
 *
 * @param hashes leaf hashes side by side, 32 bytes each
 */
export function pushLeaves(edge: Edge, hashes: Uint8Array): FullTile[] {
  const full: FullTile[] = [];
  for (let at = 0; at < hashes.length; at += HASH_BYTES) {
    edge.size++;
    // A copy: a view would keep the whole answer of the database in memory.
    push(edge, 0, hashes.slice(at, at + HASH_BYTES), full);
  }
  return full;
}

function push(edge: Edge, level: number, hash: Uint8Array, full: FullTile[]): void {
  const hashes = (edge.levels[level] ??= []);
  hashes.push(hash);
  if (hashes.length < TILE_WIDTH) return;
  edge.levels[level] = [];
  const bytes = joinHashes(hashes);
  full.push({ level, index: edge.size / TILE_WIDTH ** (level + 1) - 1, width: TILE_WIDTH, bytes });
  push(edge, level + 1, tileRoot(bytes, nodeHash), full);
}

/** The root of the tree. */
export function edgeRoot(edge: Edge): Uint8Array {
  return foldPeaks(edgePeaks(edge), nodeHash);
}

/** The roots of the complete subtrees that the tree falls into, the largest first. */
export function edgePeaks(edge: Edge): Uint8Array[] {
  return edge.levels.toReversed().flatMap((hashes) => completeSubtrees(hashes));
}

/** The roots of the complete subtrees that fewer than 256 hashes fall into, the largest first. */
function completeSubtrees(hashes: readonly Uint8Array[]): Uint8Array[] {
  const peaks: Uint8Array[] = [];
  let at = 0;
  for (let width = TILE_WIDTH / 2; width >= 1; width /= 2) {
    if ((hashes.length & width) === 0) continue;
    peaks.push(subtree(hashes, at, width));
    at += width;
  }
  return peaks;
}

function subtree(hashes: readonly Uint8Array[], at: number, width: number): Uint8Array {
  if (width === 1) return hashes[at] as Uint8Array;
  return innerHash(subtree(hashes, at, width / 2), subtree(hashes, at + width / 2, width / 2), nodeHash);
}

/** The partial tile of a level at the edge; undefined when another index is asked for, or it is empty. */
export function edgeTile(edge: Edge, level: number, index: number): Uint8Array | undefined {
  const hashes = edge.levels[level] ?? [];
  const at = Math.floor(edge.size / TILE_WIDTH ** (level + 1));
  return index === at && hashes.length > 0 ? joinHashes(hashes) : undefined;
}

/**
 * The edge of the leaves that are in stored full tiles; what lies beyond is pushed by the caller.
 *
 * @throws Error when a tile that must be there is missing
 */
export async function loadEdge(client: pg.ClientBase, tenantId: number): Promise<Edge> {
  const size = await countTiledLeaves(client, tenantId);
  const edge: Edge = { size, levels: [[]] };
  for (let level = 1, below = size / TILE_WIDTH; below > 0; level++) {
    const full = Math.floor(below / TILE_WIDTH);
    const from = full * TILE_WIDTH;
    const tiles = await readTiles(client, tenantId, level - 1, from, below);
    edge.levels[level] = Array.from({ length: below - from }, (_, offset) => {
      const bytes = tiles.get(from + offset);
      if (bytes === undefined) throw new Error(`the tile ${from + offset} of level ${level - 1} is missing`);
      return tileRoot(bytes, nodeHash);
    });
    below = full;
  }
  return edge;
}
