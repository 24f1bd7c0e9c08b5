// A sealed trail with many events in one log, written by the server's own way of writing.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sealer } from '@indelible/server/dist/ledger/seal.js';
import { Signer } from '@indelible/server/dist/ledger/signer.js';
import { writeEvents } from '@indelible/server/dist/store/event-rows.js';
import { createLog, type LogRow } from '@indelible/server/dist/store/log-row.js';
import { inTransaction, type Store } from '@indelible/server/dist/store/pool.js';
import { preparedEvents } from './prepared.ts';
import { type Cluster, withTrail } from './trail.ts';

const BATCH_EVENTS = 1_000;

export interface Filled {
  readonly store: Store;
  readonly log: LogRow;
  readonly signerDirectory: string;
}

/** Runs `work` on a trail with `count` events, all under signed checkpoints; nothing writes to it any more. */
export function withFilled<Result>(cluster: Cluster, count: number, work: (filled: Filled) => Promise<Result>): Promise<Result> {
  return withTrail(cluster, async (store) => {
    const signerDirectory = join(cluster.directory, 'signer');
    const faults: Error[] = [];
    const openSigner = (): Promise<Signer> => Signer.open(signerDirectory);
    const sealer = new Sealer({ appender: store.appender, openSigner, onError: (error) => faults.push(error) });
    sealer.start();
    try {
      const log = await inTransaction(store.appender, (tx) => createLog(tx, 'bench'));
      await fill(store, log, count);
      await sealed(store, log, log.size + count);
      await sealer.stop();
      if (faults[0] !== undefined) throw faults[0];
      return await work({ store, log, signerDirectory });
    } finally {
      await sealer.stop();
    }
  });
}

async function fill(store: Store, log: LogRow, count: number): Promise<void> {
  const client = await store.appender.connect();
  try {
    for (let written = 0; written < count; written += BATCH_EVENTS) {
      const events = preparedEvents(log, written, Math.min(BATCH_EVENTS, count - written));
      await writeEvents(client, log.tenantId, log.size + written, events);
    }
  } finally {
    client.release();
  }
}

const SEAL_MS_MAX = 60_000;

async function sealed(store: Store, log: LogRow, size: number): Promise<void> {
  const last = performance.now() + SEAL_MS_MAX;
  const query = 'select 1 from indelible.checkpoint where tenant_id = $1 and size >= $2';
  while ((await store.owner.query(query, [log.tenantId, size])).rowCount === 0) {
    if (performance.now() > last) throw new Error('the log was not sealed in a minute');
    await sleep(50);
  }
}
