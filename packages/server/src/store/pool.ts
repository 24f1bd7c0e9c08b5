// The connections to the trail's database: one pool a role, so that no code path has more rights than its work needs.

import pg from 'pg';
import { Failure } from '@indelible/core';
import { roleUrl } from './roles.ts';

/** The trail's database, open. */
export interface Store {
  /** Migrations, partitions and keys; nothing on a request path. */
  readonly owner: pg.Pool;
  readonly appender: pg.Pool;
  readonly reader: pg.Pool;
  /** Keeps what is derived from the log: one connection for each job of it. */
  readonly projector: pg.Pool;
  readonly ownerUrl: string;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly ownerUrl: string;
  readonly appenders?: number;
  readonly readers?: number;
  /** Told of a connection that broke while it was idle. */
  readonly onError: (error: Error) => void;
}

export function openStore(options: StoreOptions): Store {
  const pool = (connectionString: string, max: number, role: string): pg.Pool => {
    const made = new pg.Pool({
      connectionString,
      max,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      application_name: `indelible ${role}`,
      // What is acknowledged is durable, whatever the server's own default says.
      options: '-c synchronous_commit=on',
    });
    made.on('error', options.onError);
    return made;
  };
  const owner = pool(options.ownerUrl, 2, 'owner');
  const appender = pool(roleUrl(options.ownerUrl, 'appender'), options.appenders ?? 12, 'appender');
  const reader = pool(roleUrl(options.ownerUrl, 'reader'), options.readers ?? 8, 'reader');
  const projector = pool(roleUrl(options.ownerUrl, 'projector'), 4, 'projector');
  return {
    owner,
    appender,
    reader,
    projector,
    ownerUrl: options.ownerUrl,
    close: async () => {
      await Promise.all([owner, appender, reader, projector].map((opened) => opened.end()));
    },
  };
}

/** Runs `work` in one transaction of a pool; rolls back when it throws. */
export async function inTransaction<Result>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await connect(pool);
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => {
      broken = cause;
    });
    throw storeFailure(error);
  } finally {
    client.release(broken);
  }
}

export async function connect(pool: { connect(): Promise<pg.PoolClient> }): Promise<pg.PoolClient> {
  try {
    const client = await pool.connect();
    // A connection that breaks between two statements tells so by an event, which would end the process unheard; the next
    // statement on it fails, and that is where it is answered. The pool itself listens only to connections that are idle.
    if (client.listenerCount('error') === 0) client.on('error', () => {});
    return client;
  } catch (error) {
    throw storeFailure(error);
  }
}

// SQLSTATE classes that say the database is away, starting, stopping or full (PostgreSQL, appendix A).
const AWAY = /^(08|53|57P0)/;
const AWAY_SYSTEM = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND']);
const AWAY_DRIVER =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after/;

/** Turns what the driver throws into a Failure when the database is away; leaves every other error as it is. */
export function storeFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { code = '', syscall } = error as { code?: string; syscall?: string };
  // A file that is missing is not a database that is away.
  if (code === 'ENOENT' && syscall !== 'connect') return error;
  if (AWAY.test(code) || AWAY_SYSTEM.has(code) || AWAY_DRIVER.test(error.message)) {
    return new Failure(
      'store_unavailable',
      'the database does not answer; nothing of this request was acknowledged',
      { retryAfterSeconds: 1 },
      { cause: error },
    );
  }
  return error;
}
