// The tree of a whole log, put together from the tile roots of its ranges in their order; compares the stored tiles of the
// higher levels and answers with the root at every marked size.

import { foldPeaks, HASH_BYTES, TILE_WIDTH } from '@indelible/core';
import { edgePeaks, emptyEdge, pushLeaves } from '../ledger/edge.ts';
import { nodeHash } from '../store/node-hash.ts';
import type { Mark } from './leaf-walk.ts';

/** A full tile of level 1 or higher, as the leaves make it. */
export interface UpperTile {
  readonly level: number;
  readonly index: number;
  readonly bytes: Uint8Array;
}

export interface LogTree {
  /** Takes the next range: the roots of its full tiles and its marks. Returns the higher tiles that became full. */
  push(tileRoots: Uint8Array, marks: readonly Mark[]): UpperTile[];
  /** The root at a marked size that has been passed. */
  root(size: number): Uint8Array | undefined;
}

export function logTree(): LogTree {
  // Its leaves are the roots of the tiles of level 0.
  const edge = emptyEdge();
  const roots = new Map<number, Uint8Array>();
  const settle = (mark: Mark): void => {
    roots.set(mark.size, foldPeaks([...edgePeaks(edge), ...mark.peaks], nodeHash));
  };
  return {
    push(tileRoots, marks) {
      const tiles: UpperTile[] = [];
      let next = 0;
      const passed = (): void => {
        for (let mark = marks[next]; mark !== undefined && Math.floor(mark.size / TILE_WIDTH) === edge.size; mark = marks[next]) {
          settle(mark);
          next++;
        }
      };
      passed();
      for (let at = 0; at < tileRoots.length; at += HASH_BYTES) {
        for (const { level, index, bytes } of pushLeaves(edge, tileRoots.subarray(at, at + HASH_BYTES)))
          tiles.push({ level: level + 1, index, bytes });
        passed();
      }
      return tiles;
    },
    root: (size) => roots.get(size),
  };
}
