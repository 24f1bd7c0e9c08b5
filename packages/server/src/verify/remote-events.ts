// Events as an outsider checks them: each leaf's event, with what it discloses, proved up to the system log, and every
// checkpoint met on the way on one line with those that the server publishes.

import {
  type Checkpoint,
  equalBytes,
  Failure,
  HASH_BYTES,
  leafHash,
  parseEntry,
  TILE_WIDTH,
  type VerifiedEvent,
  verifyEvent,
} from '@indelible/core';
import { VERIFY_SAMPLE_EVENTS } from '../limits.ts';
import { nodeHash } from '../store/node-hash.ts';
import { continues, leafTiles, openRemoteLog } from './remote-log.ts';
import type { Published, Run, Status } from './remote-run.ts';

/**
 * The last event, whose proof shows that the tenant's checkpoint is a leaf of the system log, and all others or a sample
 * that nobody can foresee.
 */
export async function checkEvents(run: Run, status: Status): Promise<void> {
  const log = openRemoteLog(run.remote, status.logId, status.size);
  const wanted = run.options.allEvents === true ? undefined : sample(status.size);
  const total = wanted?.size ?? status.size;
  const met = new Set<string>();
  let done = 0;
  for (let index = 0; index < leafTiles(status.size); index++) {
    const from = index * TILE_WIDTH;
    if (wanted !== undefined && ![...wanted].some((seq) => seq >= from && seq < from + TILE_WIDTH)) continue;
    const leaves = await log.leaves(index);
    const entries = await log.entries(index);
    for (const [offset, entry] of entries.entries()) {
      const seq = from + offset;
      if (wanted !== undefined && !wanted.has(seq)) continue;
      await checkOne(run, status, seq, { entry, leaf: leaves.subarray(offset * HASH_BYTES, (offset + 1) * HASH_BYTES) }, met);
      run.options.onProgress?.({ done: ++done, total });
    }
  }
}

function sample(size: number): Set<number> {
  const chosen = new Set([size - 1]);
  for (let count = 0; count < VERIFY_SAMPLE_EVENTS; count++) chosen.add(Math.floor(Math.random() * size));
  return chosen;
}

async function checkOne(
  run: Run,
  status: Status,
  seq: number,
  { entry, leaf }: { entry: string; leaf: Uint8Array },
  met: Set<string>,
): Promise<void> {
  const { found } = run;
  if (!equalBytes(leafHash(entry, nodeHash), leaf)) {
    found.add({ code: 'entry_changed', log: status.origin, seq, message: `the entry of event ${seq} is not the leaf of the log` });
    return;
  }
  const verdict = await prove(run, status, seq, parseEntry(entry).id);
  if (verdict === undefined) return;
  const { action } = (verdict.sections.get('core') ?? {}) as { action?: string };
  for (const section of verdict.withheld) {
    found.add({
      code: 'disclosure_missing',
      log: status.origin,
      seq,
      section,
      ...(action !== undefined && { action }),
      message: `the section ${section} of event ${seq} is not disclosed`,
    });
  }
  await sameLine(run, status, verdict.checkpoint, met);
  await sameLine(run, status.system, verdict.systemCheckpoint, met);
}

async function prove(run: Run, status: Status, seq: number, id: string): Promise<VerifiedEvent | undefined> {
  const { found, checked, remote, keys } = run;
  const proof = await remote.json(`/v1/events/${id}/proof`).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'not_found' && error.cause === undefined) return undefined;
    throw error;
  });
  if (proof === undefined) {
    found.add({
      code: 'event_missing',
      log: status.origin,
      seq,
      message: `the log has a leaf for the event ${id}, but the server does not have the event`,
    });
    return undefined;
  }
  let verdict = await verifyEvent(proof, { ...keys.trust, id }, nodeHash);
  // The key may have been changed while this runs.
  if (!verdict.ok && verdict.check.endsWith('checkpoint') && (await keys.learn(status)))
    verdict = await verifyEvent(proof, { ...keys.trust, id }, nodeHash);
  checked.events++;
  if (!verdict.ok) {
    const code = verdict.check.startsWith('system') ? 'checkpoint_unrecorded' : 'value_changed';
    found.add({ code, log: status.origin, seq, message: `event ${seq} (${id}) is not proved: ${verdict.reason}` });
    return undefined;
  }
  if (verdict.seq === seq && verdict.origin === status.origin) return verdict;
  found.add({
    code: 'value_changed',
    log: status.origin,
    seq,
    message: `the server proves the event ${id} as number ${verdict.seq} of ${verdict.origin}`,
  });
  return undefined;
}

/** A log that grows meanwhile proves its events under newer checkpoints: they must continue, or be continued by, the published one. */
async function sameLine({ remote, found }: Run, log: Published, checkpoint: Checkpoint, met: Set<string>): Promise<void> {
  const root = Buffer.from(log.root, 'base64');
  const name = `${checkpoint.origin} ${checkpoint.size} ${Buffer.from(checkpoint.root).toString('base64')}`;
  if (met.has(name)) return;
  met.add(name);
  if (await continues(remote, log.logId, { size: log.size, root }, checkpoint)) return;
  const message = `the server proves events under another log of ${checkpoint.size} leaves than the one of ${log.size} leaves that it publishes`;
  found.add({
    code: 'forked',
    log: log.origin,
    seq: 0,
    toSeq: checkpoint.size - 1,
    expected: log.root,
    found: Buffer.from(checkpoint.root).toString('base64'),
    message,
  });
}
