// A worker thread of verify: takes ranges, one after another, and answers with what it found in each.

import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { beginSnapshot } from '../store/verify-rows.ts';
import { type RangeTask, verifyRange } from './range.ts';
import type { WorkerMessage, WorkerSetup } from './crew.ts';

const { ownerUrl, snapshot } = workerData as WorkerSetup;
const client = new pg.Client({ connectionString: ownerUrl, application_name: 'indelible verify' });
const post = (message: WorkerMessage): void => parentPort?.postMessage(message, []);

// A connection that breaks between two ranges shows itself at the next one.
client.on('error', () => undefined);
await client.connect();
await beginSnapshot(client, snapshot);
post({ kind: 'ready' });

parentPort?.on('message', (task: RangeTask | null) => {
  if (task === null) {
    void client.end().then(() => parentPort?.close());
    return;
  }
  verifyRange(client, task, (events) => post({ kind: 'progress', events })).then(
    (result) => post({ kind: 'result', result }),
    (error: Error) => post({ kind: 'failed', message: error.message }),
  );
});
