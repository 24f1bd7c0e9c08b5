// What stands in the system log beyond what the signer has signed: leaves of a tick that a crash interrupted, or of somebody
// who writes to the database. Signing a change of the key that this signer does not make would hand the logs over to the other
// key, whose owner could sign the rest himself; so such a leaf is never signed, and neither is one that cannot be read.

import { equalBytes, Failure, foldPeaks, leafHash, parseSystemLeaf, rootNodes, treeBuilder } from '@indelible/core';
import type pg from 'pg';
import { SEAL_LEAVES_MAX } from '../limits.ts';
import { SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { nodeHash } from '../store/node-hash.ts';
import { readSystemLeaves } from '../store/tree-rows.ts';
import { nodeReader } from './read-tree.ts';
import type { Signer } from './signer.ts';

/** A change of the key that a leaf speaks of. */
interface Change {
  readonly seq: number;
  readonly publicKey: Uint8Array;
  readonly replaces: Uint8Array | null;
}

/**
 * The leaves from the size that the signer remembers on are made into the tree again by their texts alone.
 *
 * @param log the system log as it is stored
 * @throws Failure `signer_refused`
 */
export async function checkNewLeaves(
  client: pg.ClientBase,
  signer: Signer,
  log: { readonly origin: string; readonly size: number; readonly root: Uint8Array },
): Promise<void> {
  const known = signer.remembered(log.origin);
  const from = known?.size ?? 0;
  if (log.size <= from) return;
  const peaks = from === 0 ? [] : await signedPeaks(client, from);
  if (known !== undefined && !equalBytes(foldPeaks(peaks, nodeHash), Buffer.from(known.root, 'base64')))
    throw refusal(`the first ${from} leaves are not those that were signed`);
  const tree = treeBuilder({ size: from, peaks }, nodeHash);
  const changes: Change[] = [];
  for (let at = from; at < log.size; at += SEAL_LEAVES_MAX) {
    for (const { seq, leaf: text } of await readSystemLeaves(client, at, Math.min(log.size, at + SEAL_LEAVES_MAX))) {
      const leaf = read(seq, text);
      if (leaf.kind === 'key') changes.push({ seq, publicKey: leaf.publicKey, replaces: leaf.replaces });
      tree.append(leafHash(text, nodeHash));
    }
  }
  if (!equalBytes(tree.root(), log.root)) throw refusal(`the leaves from ${from} on are not what their hashes say`);
  // Of a log that this signer does not know, as after a succession, only who signs at its end is for it to judge.
  for (const change of known === undefined ? changes.slice(-1) : changes) {
    if (!isOwn(change, signer, known === undefined))
      throw refusal(`leaf ${change.seq} names a key that is not this signer's: ${Buffer.from(change.publicKey).toString('base64')}`);
  }
}

function isOwn({ publicKey, replaces }: Change, signer: Signer, unknown: boolean): boolean {
  const { publicKey: present, nextPublicKey: next } = signer;
  if (next !== undefined && replaces !== null && equalBytes(publicKey, next) && equalBytes(replaces, present)) return true;
  return unknown && equalBytes(publicKey, present);
}

async function signedPeaks(client: pg.ClientBase, size: number): Promise<Uint8Array[]> {
  const places = rootNodes(size);
  const roots = { get: () => undefined, set: () => undefined };
  const node = await nodeReader({ tx: client, tenantId: SYSTEM_TENANT_ID, size, roots }, places);
  return places.map(({ level, index }) => node(level, index));
}

function read(seq: number, text: string): ReturnType<typeof parseSystemLeaf> {
  try {
    return parseSystemLeaf(text);
  } catch (cause) {
    throw refusal(`leaf ${seq} cannot be read`, cause as Error);
  }
}

function refusal(what: string, cause?: Error): Failure {
  return new Failure(
    'signer_refused',
    `the system log was changed in the database: ${what}. Run indelible verify --database; restore the database, or run: indelible log succeed --reason ...`,
    {},
    cause && { cause },
  );
}
