// Reads as one tenant: row-level security shows the reader only the tenant that its transaction names.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { connect, storeFailure } from './pool.ts';

const QUERY_CANCELED = '57014';

/**
 * Where connections of the reader's role come from: its pool, or the pool as somebody may use it who sees certain logs alone.
 * Then every other log is empty to them, whatever is asked for: row-level security goes by who asks.
 */
export interface Reader {
  connect(): Promise<pg.PoolClient>;
  /** Whether a log is seen, by its number; every one where it is absent. */
  readonly sees?: (tenantId: number) => Promise<boolean>;
  /** What it takes its connections from. */
  readonly pool?: pg.Pool;
}

/** No log has this number. */
const NONE = -1;

/** @example boundTo(store.reader, (tenantId) => tenants.owns('org_acme', tenantId)) */
export function boundTo(pool: pg.Pool, sees: (tenantId: number) => Promise<boolean>): Reader {
  return { pool, sees, connect: () => pool.connect() };
}

/** Plans that walk indexes in the order of pages: statistics that lag behind must not make a page a sort of everything. */
const ORDERED = '; set local enable_sort = off; set local enable_bitmapscan = off; set local enable_seqscan = off; set local jit = off';

/**
 * And plans that a connection keeps for named statements. PostgreSQL would make a new one for each page, which for a hundred
 * partitions takes longer than the page; what it could find out about the values is not needed where only one index will do.
 */
const KEPT = `${ORDERED}; set local plan_cache_mode = force_generic_plan`;

export type Plans = 'any' | 'ordered' | 'kept';

const SETTINGS: Readonly<Record<Plans, string>> = { any: '', ordered: ORDERED, kept: KEPT };

/** Whether a reader sees a log: row-level security says it. */
export async function seesLog(reader: Reader, tenantId: number): Promise<boolean> {
  const look = (tx: pg.PoolClient): Promise<pg.QueryResult> => tx.query('select from indelible.log where tenant_id = $1', [tenantId]);
  return (await asTenant(reader, tenantId, QUERY_MS_MAX, look)).rowCount === 1;
}

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
  reader: Reader,
  tenantId: number,
  timeoutMs: number,
  work: (tx: pg.PoolClient) => Promise<Result>,
  plans: Plans = 'any',
): Promise<Result> {
  if (!Number.isSafeInteger(tenantId) || !Number.isSafeInteger(timeoutMs) || timeoutMs <= 0) {
    throw new Error(`a tenant's number and a time limit are integers, got ${tenantId} and ${timeoutMs}`);
  }
  const seen = reader.sees === undefined || (await reader.sees(tenantId)) ? tenantId : NONE;
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
      `begin isolation level repeatable read read only; set local indelible.tenant = '${seen}'; set local statement_timeout = ${timeoutMs}${SETTINGS[plans]}`,
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

/** Goes on in a transaction for ordered plans as in one for kept plans, or back. */
export async function usePlans(tx: pg.ClientBase, plans: 'ordered' | 'kept'): Promise<void> {
  await tx.query(`set local plan_cache_mode = ${plans === 'kept' ? 'force_generic_plan' : 'auto'}`);
}

/** From now on no statement of the transaction may take longer. */
export async function limitStatements(tx: pg.ClientBase, timeoutMs: number): Promise<void> {
  await tx.query(`set local statement_timeout = ${Math.max(1, Math.ceil(timeoutMs))}`);
}

function readFailure(error: unknown, timeoutMs: number): Error {
  if (isTimedOut(error))
    return new Failure('query_timeout', `the database needed more than ${timeoutMs} ms`, {}, { cause: error as Error });
  return storeFailure(error);
}
