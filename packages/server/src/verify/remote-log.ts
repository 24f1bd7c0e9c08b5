// A log as an outsider reads it: tiles and entries over HTTP, each as wide as the published tree makes it.

import {
  consistencyNodes,
  consistencyProof,
  decodeEntries,
  Failure,
  HASH_BYTES,
  type NodePlace,
  type NodeReader,
  printTilePath,
  TILE_WIDTH,
  tileReader,
  tilesOfNodes,
  tileWidth,
  verifyConsistency,
} from '@indelible/core';
import { nodeHash } from '../store/node-hash.ts';
import type { Remote } from './remote.ts';

export interface RemoteLog {
  readonly size: number;
  /** The leaf hashes of one tile. */
  leaves(index: number): Promise<Uint8Array>;
  /** The entries of one tile, as texts. */
  entries(index: number): Promise<string[]>;
  nodes(nodes: Iterable<NodePlace>): Promise<NodeReader>;
}

/** @param size the published size; only its leaves are read */
export function openRemoteLog(remote: Remote, logId: string, size: number): RemoteLog {
  const prefix = `/log/${encodeURIComponent(logId)}`;
  const tile = async (level: number, index: number): Promise<Uint8Array> => {
    const width = tileWidth(size, { level, index });
    const bytes = await remote.bytes(prefix + printTilePath({ level, index, width }));
    if (bytes.length !== width * HASH_BYTES)
      throw new Failure('not_found', `the tile ${index} of level ${level} has ${bytes.length} bytes, not ${width * HASH_BYTES}`);
    return bytes;
  };
  return {
    size,
    leaves: (index) => tile(0, index),
    async entries(index) {
      const width = tileWidth(size, { level: 0, index });
      const entries = decodeEntries(await remote.bytes(prefix + printTilePath({ level: 'entries', index, width })));
      if (entries.length !== width) throw new Failure('not_found', `the bundle ${index} has ${entries.length} entries, not ${width}`);
      return entries.map((entry) => Buffer.from(entry).toString('utf8'));
    },
    async nodes(nodes) {
      const tiles = new Map<string, Uint8Array>();
      for (const place of tilesOfNodes(nodes)) tiles.set(`${place.level}/${place.index}`, await tile(place.level, place.index));
      return tileReader((level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(), nodeHash);
    },
  };
}

/** How many tiles of leaves a log of this size has, the unfinished one included. */
export function leafTiles(size: number): number {
  return Math.ceil(size / TILE_WIDTH);
}

interface Root {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the log of one root continues that of another, by the tiles that the server has of the larger one. */
export async function continues(remote: Remote, logId: string, one: Root, other: Root): Promise<boolean> {
  const [from, to] = one.size <= other.size ? [one, other] : [other, one];
  const log = openRemoteLog(remote, logId, to.size);
  const proof =
    from.size === to.size ? [] : consistencyProof(from.size, to.size, await log.nodes(consistencyNodes(from.size, to.size)), nodeHash);
  return verifyConsistency(from.size, to.size, from.root, to.root, proof, nodeHash);
}
