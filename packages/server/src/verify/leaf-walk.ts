// The lowest level of a tree, leaf by leaf: gives the root of each full tile, and at marked sizes the roots of the complete
// subtrees that the unfinished tile falls into. `LogTree` joins them to the roots of the whole tree.

import { TILE_WIDTH, type TreeBuilder, treeBuilder } from '@indelible/core';
import { nodeHash } from '../store/node-hash.ts';

/** What is below a marked size in the tile that it cuts; empty where it lies between two tiles. */
export interface Mark {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

export interface LeafWalk {
  push(leaf: Uint8Array): void;
  /** The roots of the full tiles so far, side by side. */
  tileRoots(): Uint8Array;
  readonly marks: readonly Mark[];
}

/**
 * @param from a multiple of 256: the first leaf
 * @param sizes the marked sizes, in order, all greater than `from`
 */
export function leafWalk(from: number, sizes: readonly number[]): LeafWalk {
  let at = from;
  let next = 0;
  let tile: TreeBuilder = treeBuilder(undefined, nodeHash);
  const roots: Uint8Array[] = [];
  const marks: Mark[] = [];
  return {
    marks,
    push(leaf) {
      tile.append(leaf);
      at++;
      const full = at % TILE_WIDTH === 0;
      for (; sizes[next] === at; next++) marks.push({ size: at, peaks: full ? [] : tile.compact().peaks });
      if (!full) return;
      roots.push(tile.root());
      tile = treeBuilder(undefined, nodeHash);
    },
    tileRoots: () => Buffer.concat(roots),
  };
}
