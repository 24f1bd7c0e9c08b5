// The hashes inside tiles: making the next level from one, and reading any node of a tree out of tiles.

import { HASH_BYTES, nobleHash } from './hash.ts';
import type { Hash } from './hash.ts';
import { nodeHash, rootOf } from './merkle.ts';
import type { NodePlace, NodeReader } from './proof.ts';
import { TILE_WIDTH } from './tile.ts';
import type { TilePlace } from './tile.ts';

/** A tile spans eight levels of the tree. */
const TILE_HEIGHT = 8;

/** Hashes side by side, as a tile holds them. */
export function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  hashes.forEach((hash, index) => bytes.set(hash, index * HASH_BYTES));
  return bytes;
}

/**
 * The hashes of a tile, as views of its bytes.
 *
 * @throws {SyntaxError} unless it holds 1 to 256 whole hashes
 */
export function splitHashes(tile: Uint8Array): Uint8Array[] {
  const width = tile.length / HASH_BYTES;
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) throw new SyntaxError('a tile holds 1 to 256 hashes');
  return Array.from({ length: width }, (_, index) => tile.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
}

/**
 * The hash that a full tile contributes to the level above it: there it is number `index % 256` of tile `index / 256`.
 *
 * @throws {RangeError} for a partial tile, which is never hashed into the level above
 */
export function tileRoot(tile: Uint8Array, hash: Hash = nobleHash): Uint8Array {
  if (tile.length !== TILE_WIDTH * HASH_BYTES) throw new RangeError('only a full tile goes into the level above');
  return rootOf(splitHashes(tile), hash);
}

/** The tiles that hold these nodes, each once. */
export function tilesOfNodes(nodes: Iterable<NodePlace>): TilePlace[] {
  const tiles = new Map<string, TilePlace>();
  for (const node of nodes) {
    const { level, index } = locate(node);
    tiles.set(`${level}/${index}`, { level, index });
  }
  return [...tiles.values()];
}

/**
 * Reads nodes out of tiles, as proofs need them.
 *
 * @param tile gives the bytes of a tile, at least as wide as the tree that is asked about makes it
 * @example
 * const tiles = await fetchTiles(tilesOfNodes(inclusionNodes(index, size)));
 * const proof = inclusionProof(index, size, tileReader((level, n) => tiles.get(`${level}/${n}`)!));
 */
export function tileReader(tile: (level: number, index: number) => Uint8Array, hash: Hash = nobleHash): NodeReader {
  return (level, index) => {
    const place = locate({ level, index });
    const bytes = tile(place.level, place.index);
    const to = (place.offset + place.count) * HASH_BYTES;
    if (bytes.length < to)
      throw new RangeError(`the tile ${place.level}/${place.index} has fewer than ${place.offset + place.count} hashes`);
    return subtreeRoot(bytes.subarray(place.offset * HASH_BYTES, to), hash);
  };
}

/** Where in which tile the hashes below a node are. */
function locate({ level, index }: NodePlace): TilePlace & { readonly offset: number; readonly count: number } {
  const count = 2 ** (level % TILE_HEIGHT);
  const perTile = TILE_WIDTH / count;
  return { level: Math.floor(level / TILE_HEIGHT), index: Math.floor(index / perTile), offset: (index % perTile) * count, count };
}

/** The root over a power of two of hashes. */
function subtreeRoot(hashes: Uint8Array, hash: Hash): Uint8Array {
  if (hashes.length === HASH_BYTES) return hashes.slice();
  const middle = hashes.length / 2;
  return nodeHash(subtreeRoot(hashes.subarray(0, middle), hash), subtreeRoot(hashes.subarray(middle), hash), hash);
}
