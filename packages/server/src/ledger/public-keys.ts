// The signer's public keys in their time, and for each that took the place of another what shows that the other vouched for it.

import { parseSystemLeaf, printTlogProof } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { readKeys } from '../store/proof-rows.ts';
import { readKeyChanges } from '../store/tree-rows.ts';
import { inclusion } from './prove.ts';

/** The answer of GET /.well-known/indelible-keys.json. */
export interface PublicKeys {
  /** The newest first. */
  readonly keys: readonly {
    readonly algorithm: 'ed25519';
    /** base64 of the raw 32 bytes. */
    readonly publicKey: string;
    /** RFC 3339. */
    readonly from: string;
    readonly to?: string;
    /** base64: the key whose place it took by a rotation. */
    readonly replaces?: string;
    /** A C2SP tlog-proof: the leaf of the rotation (in its `extra` line) under the system log's checkpoint that both keys signed. */
    readonly proof?: string;
  }[];
}

export function publicKeys(reader: Reader): Promise<PublicKeys> {
  return asTenant(reader, SYSTEM_TENANT_ID, QUERY_MS_MAX, async (tx) => {
    const proofs = await rotationProofs(tx, reader);
    const keys = (await readKeys(tx)).map(({ publicKey, from, to }) => ({
      algorithm: 'ed25519' as const,
      publicKey: publicKey.toString('base64'),
      from: from.toISOString(),
      ...(to !== undefined && { to: to.toISOString() }),
      ...proofs.get(publicKey.toString('base64')),
    }));
    return { keys };
  });
}

/** By new key. Of a rotation that a crash made twice the later one counts: after that the former key was no more. */
async function rotationProofs(tx: pg.ClientBase, reader: Reader): Promise<Map<string, { replaces: string; proof: string }>> {
  const proofs = new Map<string, { replaces: string; proof: string }>();
  for (const checkpoint of await readKeyChanges(tx)) {
    const leaf = parseSystemLeaf(checkpoint.leaf);
    if (leaf.kind !== 'key' || leaf.replaces === null) continue;
    const { index, hashes, checkpoint: note } = await inclusion(tx, reader, checkpoint, checkpoint.size - 1);
    const proof = printTlogProof({ extra: Buffer.from(checkpoint.leaf), index, hashes, checkpoint: note });
    proofs.set(Buffer.from(leaf.publicKey).toString('base64'), { replaces: Buffer.from(leaf.replaces).toString('base64'), proof });
  }
  return proofs;
}
