// Who may use the data directory: the one process that holds an advisory lock in its database. The lock dies with the
// holder's connection, so a killed process never leaves it behind.

import { realpath } from 'node:fs/promises';
import pg from 'pg';
import { Failure } from '@indelible/core';
import type { EmbeddedLogger } from './logger.ts';
import { systemCode } from './system-error.ts';

const ADVISORY_LOCK_DIRECTORY = 0x1de11bff;
const APPLICATION = 'indelible directory lock';
const RECONNECT_MS = 250;
// A holder that was killed a moment ago still has a backend; it goes away as soon as it sees the closed connection.
const HELD_MS_MAX = 500;
const HELD_POLL_MS = 25;

/** The server starts, stops or just went away: look again. */
const AWAY = new Set(['57P03', '57P01', '57P02', 'ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE']);

export interface LockTarget {
  readonly url: string;
  /** The folder that the server must serve. */
  readonly data: string;
  /** The data directory, for messages. */
  readonly directory: string;
}

/** Holds the lock for the life of the process, over a connection of its own that comes back when the database does. */
export class DirectoryLock {
  #client: pg.Client;
  readonly #target: LockTarget;
  readonly #logger: EmbeddedLogger;
  #closed = false;

  constructor(client: pg.Client, target: LockTarget, logger: EmbeddedLogger) {
    this.#client = client;
    this.#target = target;
    this.#logger = logger;
    this.#watch(client);
  }

  /** From here on a lost connection is expected: the server is about to stop, or the lock is given back. */
  expectLoss(): void {
    this.#closed = true;
  }

  async release(): Promise<void> {
    this.#closed = true;
    await this.#client.end().catch(() => undefined);
  }

  #watch(client: pg.Client): void {
    client.on('error', () => undefined);
    client.on('end', () => {
      if (this.#closed) return;
      this.#logger.error(
        { directory: this.#target.directory },
        'the embedded PostgreSQL ended the connection that holds the directory; taking it again',
      );
      setTimeout(() => void this.#retake(), RECONNECT_MS);
    });
  }

  async #retake(): Promise<void> {
    if (this.#closed) return;
    try {
      const client = await tryLock(this.#target);
      if (client === undefined) setTimeout(() => void this.#retake(), RECONNECT_MS);
      else if (this.#closed) await client.end();
      else {
        this.#client = client;
        this.#watch(client);
      }
    } catch (error) {
      this.#logger.error(
        { err: error, directory: this.#target.directory },
        'the data directory was lost to another process; stop this one',
      );
    }
  }
}

/** @returns the connection that holds the lock, or undefined when the server does not answer now */
export async function tryLock(target: LockTarget): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: target.url, application_name: `${APPLICATION} of process ${process.pid}` });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServes(client, target);
    await lockOrRefuse(client, target);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (AWAY.has(systemCode(error)) || (error instanceof Error && error.message.startsWith('Connection terminated'))) return undefined;
    if (systemCode(error) !== '28P01' || !(error instanceof Error)) throw error;
    throw new Failure(
      'database_unsuitable',
      `the database in ${target.directory} does not take the password that is kept beside it`,
      {},
      { cause: error },
    );
  }
}

async function checkServes(client: pg.Client, target: LockTarget): Promise<void> {
  const answer = await client.query<{ data: string }>(`select current_setting('data_directory') as data`);
  const data = answer.rows[0]?.data ?? '';
  if ((await realpath(data)) !== (await realpath(target.data))) {
    throw new Failure('directory_in_use', `the server that answers for ${target.directory} serves ${data}`);
  }
}

async function lockOrRefuse(client: pg.Client, target: LockTarget): Promise<void> {
  const deadline = Date.now() + HELD_MS_MAX;
  for (;;) {
    const answer = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [ADVISORY_LOCK_DIRECTORY]);
    if (answer.rows[0]?.taken === true) return;
    if (Date.now() > deadline) throw new Failure('directory_in_use', `${target.directory} is used by ${await holder(client)}`);
    await new Promise((resolve) => setTimeout(resolve, HELD_POLL_MS));
  }
}

async function holder(client: pg.Client): Promise<string> {
  const answer = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = $1 and l.objsubid = 1`,
    [ADVISORY_LOCK_DIRECTORY],
  );
  return answer.rows[0]?.name.replace(`${APPLICATION} of `, '') ?? 'another process';
}
