// Counters made anew from the log, beside those that are in use; the server goes on counting and answering meanwhile.
//
//   begun (a cursor that is not active) --step, step, ...--> all counted --in one transaction--> active, the old rows gone
//
// Broken off anywhere, the next run goes on where the cursor stands.

import type pg from 'pg';
import { activate, listLogs, lockNext, waitForActive } from '../store/counter-cursors.ts';
import { connect, inTransaction } from '../store/pool.ts';
import { projectStep, SETTINGS } from './project.ts';

export interface RebuildOptions {
  /** Connections as the projector. */
  readonly pool: pg.Pool;
  /** All tenants by default. */
  readonly tenant?: string;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly before: number;
    readonly label: string;
  }) => void;
  /** Events of one transaction. */
  readonly stepEvents?: number;
}

/** @returns how many logs and events were counted; an unknown tenant has none */
export async function rebuild(options: RebuildOptions): Promise<{ logs: number; events: number }> {
  const { pool } = options;
  const client = await connect(pool);
  const logs = await listLogs(client, options.tenant).finally(() => client.release());
  const total = logs.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let before = 0;
  for (const { tenantId, tenant } of logs) {
    const base = done;
    for (let first = true; ; first = false) {
      const step = await inTransaction(pool, async (tx) => {
        await tx.query(SETTINGS);
        // The projector leaves the log out meanwhile, and finds the new build active.
        await waitForActive(tx, tenantId);
        const cursor = await lockNext(tx, tenantId);
        const { events, more } = await projectStep(tx, [cursor], options.stepEvents);
        if (!more) await activate(tx, tenantId, cursor.build);
        return { projected: cursor.projected + events, finished: !more, resumedAt: cursor.projected };
      });
      if (first) before += step.resumedAt;
      done = base + step.projected;
      options.onProgress?.({ done, total: Math.max(total, done), before, label: tenant });
      if (step.finished) break;
    }
  }
  return { logs: logs.length, events: done - before };
}
