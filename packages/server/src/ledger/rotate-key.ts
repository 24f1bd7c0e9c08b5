// The signer's key gives way to another one, between two ticks of the sealer:
//
//   next key durable -> tx 1: leaf "key" in the system log -> every log's newest checkpoint signed by both, in batches
//     -> memory durable, system log signed by both -> tx 2: published, keys on record, event -> next key takes the place
//
// A crash leaves a directory with one key or with both. With both, both sign whatever is signed, and the next session begins
// here again: a second leaf of the same change says nothing new. Nothing in the database decides what is done.

import { acceptEvent, makeNewId, makeRedaction } from '@indelible/core';
import type pg from 'pg';
import { SEAL_LOGS_MAX } from '../limits.ts';
import { appendIn } from '../store/append.ts';
import { OPERATOR_TENANT, SYSTEM_TENANT_ID } from '../store/log-row.ts';
import { addKey, endKeys, newestCheckpoints, presentKeys, publish, signAnew } from '../store/seal-rows.ts';
import type { Growth } from './gather.ts';
import type { Signer } from './signer.ts';
import { inBlock, leafTime, nextLeaf, storeSystemLeaves, systemRequest, type SystemTree } from './system-tree.ts';

/** Between these steps a crash may come. */
export type RotationStep = 'key made' | 'key leaf stored' | 'logs signed anew' | 'rotation signed' | 'rotation published' | 'key replaced';

/**
 * Changes the key for another one. When it returns the former private key is no more, and what both signed is durable.
 *
 * @param system everything of it must be published
 * @param reason why; it goes into the event `log.key.rotated` of the operator's log
 */
export async function rotateKey(system: SystemTree, reason: string, onStep: (step: RotationStep) => void): Promise<void> {
  const { client, signer } = system;
  const change = await signer.prepareKey();
  onStep('key made');
  const growth: Growth = { tenantId: SYSTEM_TENANT_ID, edge: system.edge, tiles: [] };
  const leaf = nextLeaf(system.edge.size, { kind: 'key', ...change, time: leafTime(system) });
  await inBlock(client, async () => {
    growth.tiles = await storeSystemLeaves(system, [leaf]);
  });
  onStep('key leaf stored');
  await signLogsAnew(client, signer);
  onStep('logs signed anew');
  const request = await systemRequest(system, growth);
  const [note = ''] = await signer.sign([request]);
  onStep('rotation signed');
  const { origin, size } = request;
  const row = { tenantId: SYSTEM_TENANT_ID, size, root: Buffer.from(request.root), note, t: leaf.t, systemSeq: undefined };
  await inBlock(client, async () => {
    await publish(client, [row]);
    await recordKeys(client, change, { reason, origin });
  });
  system.published = size;
  onStep('rotation published');
  await signer.replaceKey();
  onStep('key replaced');
}

/**
 * A log that does not grow keeps its checkpoint, which must not rest on a key that is no more. Only what the signer remembers
 * is signed: a log that is held up, or was changed, waits for its next sealing.
 */
async function signLogsAnew(client: pg.ClientBase, signer: Signer): Promise<void> {
  for (let after = SYSTEM_TENANT_ID; ;) {
    const rows = await newestCheckpoints(client, after, SEAL_LOGS_MAX);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.tenantId;
    const known = rows.filter(({ origin, size, root }) => {
      const state = signer.remembered(origin);
      return state?.size === size && state.root === root.toString('base64');
    });
    const notes = await signer.sign(known.map(({ origin, size, root }) => ({ origin, size, root, published: size, consistency: [] })));
    await inBlock(client, () =>
      signAnew(
        client,
        known.map((row, index) => ({ ...row, note: notes[index] ?? row.note })),
      ),
    );
  }
}

interface Change {
  readonly publicKey: Uint8Array;
  readonly replaces: Uint8Array;
}

/** Once only: where a crash came after this the new key is on record, and the event in the log. */
async function recordKeys(tx: pg.ClientBase, change: Change, { reason, origin }: { reason: string; origin: string }): Promise<void> {
  if ((await presentKeys(tx)).some((key) => key.equals(change.publicKey))) return;
  await endKeys(tx);
  await addKey(tx, change.publicKey);
  const base64 = (key: Uint8Array): string => Buffer.from(key).toString('base64');
  const event = acceptEvent(
    {
      action: 'log.key.rotated',
      actor: { type: 'system' },
      resource: { type: 'log', id: origin },
      ...(reason !== '' && { context: { reason: reason.slice(0, 1_000) } }),
      metadata: { replaced: base64(change.replaces), signedFromNowOnBy: base64(change.publicKey) },
    },
    { nowMs: Date.now(), redaction: makeRedaction(), newId: makeNewId(), sourceKind: 'self', attribution: 'verified' },
  );
  await appendIn(tx, OPERATOR_TENANT, [event]);
}
