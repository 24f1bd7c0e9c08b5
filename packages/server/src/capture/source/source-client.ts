// Ordinary connections to the source: for its catalog and for the statements of setup, never for its rows' changes.

import pg from 'pg';
import { Failure } from '@indelible/core';
import { settleSession } from './source-settings.ts';

const LOCK_MS = 1_000;
const STATEMENT_MS = 60_000;

const CONNECT_MS = 10_000;

/** A connection whose DDL gives up rather than make the application wait behind it. */
export async function connectSource(url: string, connectMs = CONNECT_MS, statementMs = STATEMENT_MS): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'indelible-capture',
    connectionTimeoutMillis: connectMs,
    lock_timeout: LOCK_MS,
    statement_timeout: statementMs,
    keepAlive: true,
  });
  client.on('error', () => {}); // The next query tells.
  await client.connect();
  await settleSession(client);
  return client;
}

/** As `connectSource`, for commands: a failure says which database it is about, without its password. */
export async function openSource(url: string): Promise<pg.Client> {
  try {
    return await connectSource(url);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new Failure('capture_invalid', `the source ${withoutPassword(url)} does not answer: ${cause.message}`, {}, { cause });
  }
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'database';
  const parsed = new URL(url);
  return `${parsed.hostname}:${parsed.port === '' ? '5432' : parsed.port}${parsed.pathname}`;
}
