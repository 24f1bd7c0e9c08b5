// A state of the source with its place in the stream: the snapshot that comes with a logical slot. Everything committed
// before its position is visible in it, everything committed from there on is not.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { BASELINE_LOCK_MS_MAX } from '../../limits.ts';
import { type Lsn, parseLsn } from '../replication/lsn.ts';
import { type SourceIdentity, connectReplication, identify } from '../replication/replication.ts';
import { openSource } from '../source/source-client.ts';

/** What CREATE_REPLICATION_SLOT exports; to be imported while the connection that made the slot is open and idle. */
export interface SlotSnapshot {
  readonly name: string;
  /** The consistent point of the slot. */
  readonly lsn: Lsn;
  /**
   * Milliseconds since 1970, by the source's clock, before the slot was asked for. Whatever is not visible was committed
   * after it: the slot waits for the transactions that had begun by then.
   */
  readonly takenAt: number;
}

export interface Snapshot {
  /** In a transaction that sees the snapshot, with the savepoint `indelible_page` right at its beginning. */
  readonly source: pg.Client;
  readonly lsn: Lsn;
  readonly takenAt: number;
  close(): Promise<void>;
}

/** Milliseconds since 1970, rounded down. A replication connection can answer too. */
export async function clockOf(client: pg.Client): Promise<number> {
  const answer = await client.query<{ ms: string }>(
    'select floor(extract(epoch from pg_catalog.clock_timestamp()) * 1000)::int8::text as ms',
  );
  return Number(answer.rows[0]?.ms);
}

// A table that is not to be read whole is an error, not a smaller table. Reading may take hours, with pauses.
const SETTINGS = `
  select set_config(name, case name when 'row_security' then 'off' when 'lock_timeout' then '${BASELINE_LOCK_MS_MAX}' else '0' end, false)
  from pg_settings where name in ('row_security', 'lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

/** Opens a connection that sees the snapshot. From then on the slot's own connection may go. */
export async function importSnapshot(sourceUrl: string, { name, lsn, takenAt }: SlotSnapshot): Promise<Snapshot> {
  const source = await openSource(sourceUrl);
  try {
    await source.query(SETTINGS);
    await source.query('begin isolation level repeatable read read only');
    await source.query(`set transaction snapshot ${pg.escapeLiteral(name)}`);
    await source.query('savepoint indelible_page');
  } catch (error) {
    await source.end().catch(() => {});
    throw error;
  }
  return { source, lsn, takenAt, close: () => source.end().catch(() => {}) };
}

/**
 * Makes a slot that lives only until its snapshot has been imported. Waits for the transactions that run in the source.
 *
 * @param check throws when it is not the source that was expected
 * @param signal ends the waiting, with an error
 */
export async function takeSnapshot(sourceUrl: string, check: (identity: SourceIdentity) => void, signal?: AbortSignal): Promise<Snapshot> {
  const replication = await connectReplication(sourceUrl);
  const stop = (): void => void replication.connection.stream.destroy();
  signal?.addEventListener('abort', stop);
  try {
    // Whoever gave up while the connection was made is not heard by the listener.
    signal?.throwIfAborted();
    check(await identify(replication));
    const takenAt = await clockOf(replication);
    const slot = `indelible_baseline_${randomBytes(6).toString('hex')}`;
    const answer = await replication.query<{ consistent_point: string; snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT "${slot}" TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')`,
    );
    const row = answer.rows[0];
    if (row === undefined) throw new Error('the source did not say where the slot begins');
    return await importSnapshot(sourceUrl, { name: row.snapshot_name, lsn: parseLsn(row.consistent_point), takenAt });
  } finally {
    signal?.removeEventListener('abort', stop);
    await replication.end().catch(() => {});
  }
}
