// The floor of ingest: COPY of ready rows into the same tables and indexes over one connection, a commit each thousand.
// Nothing can be faster that stores the same; what the server adds is HTTP, validation, redaction and hashing.

import { writeEvents } from '@indelible/server/dist/store/event-rows.js';
import { createLog } from '@indelible/server/dist/store/log-row.js';
import { inTransaction } from '@indelible/server/dist/store/pool.js';
import type pg from 'pg';
import type { Submittable } from 'pg';
import { preparedEvents } from './prepared.ts';
import { type Cluster, withTrail } from './trail.ts';

const BATCH_EVENTS = 1_000;
/** Batches that are held ready in memory at a time: about 1.6 MB each. */
const BATCHES_READY = 20;
const WARM_UP_BATCHES = 5;

interface Ready {
  /** The statement with its rows, encoded. */
  readonly statement: Submittable;
  readonly written: Promise<void>;
}

/** @returns events a second; the time in which rows are made ready does not count */
export function copyFloor(cluster: Cluster, seconds: number): Promise<number> {
  return withTrail(cluster, async (store) => {
    const log = await inTransaction(store.appender, (tx) => createLog(tx, 'floor'));
    const client = await store.appender.connect();
    let base = log.size;
    const makeReady = (): Ready => {
      const ready = held(log.tenantId, base, preparedEvents(log, base, BATCH_EVENTS));
      base += BATCH_EVENTS;
      return ready;
    };
    try {
      for (let batch = 0; batch < WARM_UP_BATCHES; batch++) await write(client, makeReady());
      let events = 0;
      let milliseconds = 0;
      while (milliseconds < seconds * 1_000) {
        const chunk = Array.from({ length: BATCHES_READY }, makeReady);
        const started = performance.now();
        for (const ready of chunk) await write(client, ready);
        milliseconds += performance.now() - started;
        events += chunk.length * BATCH_EVENTS;
      }
      return (events / milliseconds) * 1_000;
    } finally {
      client.release();
    }
  });
}

/** What the server would send, made now and sent later: its own code writes to a connection that only keeps the statement. */
function held(tenantId: number, base: number, events: ReturnType<typeof preparedEvents>): Ready {
  let statement: Submittable | undefined;
  const keeper = {
    query: (submitted: Submittable) => {
      statement = submitted;
    },
  };
  const written = writeEvents(keeper as unknown as pg.ClientBase, tenantId, base, events);
  if (statement === undefined) throw new Error('writeEvents no longer sends its statement at once');
  return { statement, written };
}

function write(client: pg.ClientBase, { statement, written }: Ready): Promise<void> {
  client.query(statement);
  return written;
}
