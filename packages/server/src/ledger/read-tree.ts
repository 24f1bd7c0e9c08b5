// Any tile of a log, full or partial: stored, or made from the level below. Only full tiles are stored; a partial one is
// made of leaf hashes, or of the roots of full tiles, which never change and are kept in memory.

import { joinHashes, type NodePlace, type NodeReader, TILE_WIDTH, tileReader, tileRoot, tilesOfNodes, tileWidth } from '@indelible/core';
import type pg from 'pg';
import { TILE_ROOTS_MAX } from '../limits.ts';
import type { Reader } from '../store/as-tenant.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readLeafHashes, readTile, readTiles } from '../store/tree-rows.ts';

/** A log as one transaction of the reader sees it. */
export interface TreeView {
  readonly tx: pg.ClientBase;
  readonly tenantId: number;
  /** How many leaves may be read. */
  readonly size: number;
  readonly roots: TileRoots;
}

/** Roots of full tiles, kept until there are TILE_ROOTS_MAX. */
export interface TileRoots {
  get(tenantId: number, level: number, index: number): Uint8Array | undefined;
  set(tenantId: number, level: number, index: number, root: Uint8Array): void;
}

// By pool: two databases never share roots, and a pool that is no more takes its roots along.
const ROOTS = new WeakMap<object, TileRoots>();

export function tileRootsOf(reader: Reader): TileRoots {
  const pool = reader.pool ?? reader;
  const known = ROOTS.get(pool);
  if (known !== undefined) return known;
  const roots = new Map<string, Uint8Array>();
  const made: TileRoots = {
    get: (tenantId, level, index) => roots.get(`${tenantId}/${level}/${index}`),
    set: (tenantId, level, index, root) => {
      const oldest = roots.keys().next().value;
      if (roots.size >= TILE_ROOTS_MAX && oldest !== undefined) roots.delete(oldest);
      roots.set(`${tenantId}/${level}/${index}`, root);
    },
  };
  ROOTS.set(pool, made);
  return made;
}

/**
 * The bytes of a tile, 32 a hash.
 *
 * @param width how many hashes, at most as many as a tree of `view.size` leaves has there
 * @returns undefined when the tree does not reach so far, or its leaves are not there
 */
export async function readTileOf(view: TreeView, level: number, index: number, width: number): Promise<Uint8Array | undefined> {
  const { tx, tenantId, size, roots } = view;
  if (width < 1 || width > tileWidth(size, { level, index })) return undefined;
  if (width === TILE_WIDTH) {
    const stored = await readTile(tx, tenantId, { level, index });
    if (stored !== undefined) return stored;
  }
  const from = index * TILE_WIDTH;
  if (level === 0) return (await readLeafHashes(tx, [{ tenantId, from, to: from + width }]))[0];
  const known = Array.from({ length: width }, (_, offset) => roots.get(tenantId, level - 1, from + offset));
  const [first, last] = [known.indexOf(undefined), known.lastIndexOf(undefined)];
  const below = first === -1 ? new Map<number, Buffer>() : await readTiles(tx, tenantId, level - 1, from + first, from + last + 1);
  for (let offset = 0; offset < width; offset++) {
    if (known[offset] !== undefined) continue;
    const bytes = below.get(from + offset) ?? (await readTileOf(view, level - 1, from + offset, TILE_WIDTH));
    if (bytes === undefined) return undefined;
    const root = tileRoot(bytes, nodeHash);
    roots.set(tenantId, level - 1, from + offset, root);
    known[offset] = root;
  }
  return joinHashes(known as Uint8Array[]);
}

/** Reads the tiles in which some nodes lie, and gives a reader for core's proofs. */
export async function nodeReader(view: TreeView, nodes: Iterable<NodePlace>): Promise<NodeReader> {
  const tiles = new Map<string, Uint8Array>();
  for (const { level, index } of tilesOfNodes(nodes)) {
    const bytes = await readTileOf(view, level, index, tileWidth(view.size, { level, index }));
    if (bytes === undefined)
      throw new Error(`the tile ${index} of level ${level} of log ${view.tenantId} cannot be made; run indelible verify --database`);
    tiles.set(`${level}/${index}`, bytes);
  }
  return tileReader((level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(), nodeHash);
}
