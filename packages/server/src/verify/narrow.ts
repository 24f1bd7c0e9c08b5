// Where a log's root is not what was signed: which of the sealings since the last good one is the first to differ, and with it
// among which events the change lies. Reads the log's leaves once more, which only happens when something is wrong.

import { equalBytes, HASH_BYTES, originHash, parseSystemLeaf, treeBuilder } from '@indelible/core';
import type pg from 'pg';
import { SEAL_LEAVES_MAX } from '../limits.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readLeafHashes } from '../store/tree-rows.ts';
import { type LogToVerify, readSealings } from '../store/verify-rows.ts';

export type Narrowed =
  /** The change lies in [from, to). */
  | { readonly kind: 'changed'; readonly from: number; readonly to: number }
  /** The leaves of the events make every root that was sealed. */
  | { readonly kind: 'holds' }
  /** The leaves cannot be read to the end. */
  | { readonly kind: 'unknown' };

/** @param claims further sizes and roots that are known of this log */
export async function narrow(
  client: pg.ClientBase,
  log: LogToVerify,
  claims: readonly { readonly size: number; readonly root: Uint8Array }[],
): Promise<Narrowed> {
  const recorded = (await readSealings(client, originHash(log.origin, nodeHash))).flatMap(readCheckpoint);
  const sealings = [...recorded, ...claims].filter(({ size }) => size <= log.size).sort((a, b) => a.size - b.size);
  const tree = treeBuilder(undefined, nodeHash);
  let size = 0;
  let good = 0;
  for (const sealing of sealings) {
    while (size < sealing.size) {
      const to = Math.min(sealing.size, size + SEAL_LEAVES_MAX);
      const [hashes] = await readLeafHashes(client, [{ tenantId: log.tenantId, from: size, to }]);
      if (hashes === undefined) return { kind: 'unknown' };
      for (let at = 0; at < hashes.length; at += HASH_BYTES) tree.append(hashes.subarray(at, at + HASH_BYTES));
      size = to;
    }
    if (!equalBytes(tree.root(), sealing.root)) return { kind: 'changed', from: good, to: sealing.size };
    good = sealing.size;
  }
  return sealings.length > 0 ? { kind: 'holds' } : { kind: 'unknown' };
}

/** A leaf that cannot be read is a finding of its own. */
function readCheckpoint(text: string): { size: number; root: Uint8Array }[] {
  try {
    const leaf = parseSystemLeaf(text);
    return leaf.kind === 'checkpoint' ? [leaf] : [];
  } catch {
    return [];
  }
}
