// Reads as one tenant: row-level security shows the reader only the tenant that its transaction names.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { connect, storeFailure } from './pool.ts';

const QUERY_CANCELED = '57014';

/** Plans that walk indexes in the order of pages: statistics that lag behind must not make a page a sort of everything. */
const ORDERED = '; set local enable_sort = off; set local enable_bitmapscan = off; set local enable_seqscan = off; set local jit = off';

/**
 * And plans that a connection keeps for named statements. PostgreSQL would make a new one for each page, which for a hundred
 * partitions takes longer than the page; what it could find out about the values is not needed where only one index will do.
 */
const KEPT = `${ORDERED}; set local plan_cache_mode = force_generic_plan`;

export type Plans = 'any' | 'ordered' | 'kept';

const SETTINGS: Readonly<Record<Plans, string>> = { any: '', ordered: ORDERED, kept: KEPT };

/** Whether the database broke a statement off because it took too long. */
export function isTimedOut(error: unknown): boolean {
  return error instanceof Error && (error as { code?: string }).code === QUERY_CANCELED;
}

/**
 * Runs `work` in one read-only transaction that sees one tenant, and one state of the log however many statements it sends.
 *
 * @param timeoutMs how long one statement may take
 * @param plans `ordered` for statements that are walks of indexes: the planner may not sort or read whole tables then;
 *   `kept` when each of them is a named one besides
 * @throws Failure `query_timeout` when a statement took longer, `store_unavailable` when the database is away
 * @example await asTenant(store.reader, 5, 5_000, (tx) => tx.query('select count(*) from indelible.tile'));
 */
export async function asTenant<Result>(
  reader: pg.Pool,
  tenantId: number,
  timeoutMs: number,
  work: (tx: pg.PoolClient) => Promise<Result>,
  plans: Plans = 'any',
): Promise<Result> {
  if (!Number.isSafeInteger(tenantId) || !Number.isSafeInteger(timeoutMs) || timeoutMs <= 0) {
    throw new Error(`a tenant's number and a time limit are integers, got ${tenantId} and ${timeoutMs}`);
  }
  const client = await connect(reader);
  let broken: Error | undefined;
  // A connection that breaks between two statements tells only its listeners, and without one it would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    // One simple query: one round trip. SET takes no parameters; both values are integers.
    await client.query(
      `begin isolation level repeatable read read only; set local indelible.tenant = '${tenantId}'; set local statement_timeout = ${timeoutMs}${SETTINGS[plans]}`,
    );
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => {
      broken = cause;
    });
    throw readFailure(error, timeoutMs);
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

function readFailure(error: unknown, timeoutMs: number): Error {
  if (isTimedOut(error))
    return new Failure('query_timeout', `the database needed more than ${timeoutMs} ms`, {}, { cause: error as Error });
  return storeFailure(error);
}
