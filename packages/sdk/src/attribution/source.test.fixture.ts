// For tests: a database of its own with a slot, and what the slot saw, transaction by transaction.
// Reads just enough of pgoutput (PostgreSQL manual, 55.9) to tell inserted rows and messages.

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { runWithContext } from '../context/context.ts';
import { type MessagePayload, openMessage } from './message.ts';

export const TEST_DATABASE_URL = process.env.INDELIBLE_TEST_DATABASE_URL;

export interface SeenTransaction {
  readonly xid: number;
  /** Texts of the messages with our prefix. */
  readonly messages: string[];
  /** First two columns of the inserted or updated rows, as text. */
  readonly rows: (readonly (string | null)[])[];
  /** Messages and rows in their order: 'm' and 'r'. */
  readonly order: string[];
}

/** Every 50 ms. */
const CLOSING_LOOKS = 200;

export const TEST_KEY = 'a key for tests';

export interface Source {
  readonly url: string;
  readonly admin: pg.Client;
  /** What committed since the last call. */
  readonly seen: () => Promise<SeenTransaction[]>;
  readonly close: () => Promise<void>;
}

/** Makes a database with the table `thing (id int primary key, owner text)`. */
async function openSource(): Promise<Source> {
  const name = `indelible_sdk_${randomBytes(6).toString('hex')}`;
  const root = new pg.Client({ connectionString: TEST_DATABASE_URL });
  await root.connect();
  await root.query(`CREATE DATABASE ${name}`);
  const url = new URL(TEST_DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`CREATE FUNCTION make(n int) RETURNS void LANGUAGE plpgsql AS 'BEGIN INSERT INTO thing VALUES (n); END'`);
  await admin.query(
    'CREATE TABLE thing (id int PRIMARY KEY, owner text); ALTER TABLE thing REPLICA IDENTITY FULL; CREATE PUBLICATION seen FOR TABLE thing',
  );
  await admin.query(`SELECT pg_create_logical_replication_slot('${name}', 'pgoutput')`);
  const changes = `SELECT data FROM pg_logical_slot_get_binary_changes('${name}', NULL, NULL, 'proto_version', '1', 'publication_names', 'seen', 'messages', 'true')`;
  return {
    url: url.href,
    admin,
    seen: async () => {
      const { rows } = await admin.query<{ data: Buffer }>(changes);
      return transactions(rows.map(({ data }) => data));
    },
    close: async () => {
      await admin.query(`SELECT pg_drop_replication_slot('${name}')`);
      await admin.end();
      // A pool ends before the last of its connections has: cut off, that one would tell nobody who listens.
      const open = async (): Promise<boolean> =>
        (await root.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name])).rowCount !== 0;
      for (let look = 0; look < CLOSING_LOOKS && (await open()); look++) await pause(50);
      await root.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await root.end();
    },
  };
}

function transactions(records: readonly Buffer[]): SeenTransaction[] {
  const found: SeenTransaction[] = [];
  for (const data of records) {
    const kind = String.fromCharCode(data[0] ?? 0);
    const current = found.at(-1);
    if (kind === 'B') found.push({ xid: data.readUInt32BE(17), messages: [], rows: [], order: [] });
    if (current === undefined) continue;
    if (kind === 'M') {
      const end = data.indexOf(0, 10);
      if (data.toString('utf8', 10, end) !== 'indelible') continue;
      current.messages.push(data.toString('utf8', end + 5));
      current.order.push('m');
    }
    if (kind === 'I' || kind === 'U') {
      current.rows.push(lastTuple(data));
      current.order.push('r');
    }
  }
  // The slot also shows transactions of other tables, as empty ones.
  return found.filter(({ order }) => order.length > 0);
}

function lastTuple(data: Buffer): (string | null)[] {
  let at = 5;
  let values: (string | null)[] = [];
  while (at < data.length) {
    const count = data.readUInt16BE(at + 1);
    at += 3;
    values = [];
    for (let column = 0; column < count; column++) {
      const kind = String.fromCharCode(data[at] ?? 0);
      at += 1;
      if (kind !== 't') {
        values.push(null);
        continue;
      }
      const length = data.readUInt32BE(at);
      values.push(data.toString('utf8', at + 4, at + 4 + length));
      at += 4 + length;
    }
  }
  return values;
}

/** What a file of tests works with. `id` gives out primary keys. */
export interface Setup {
  readonly source: () => Source;
  readonly pool: () => pg.Pool;
  readonly client: () => pg.Client;
  readonly id: (count?: number) => number;
}

/** Opens a source for the tests of a file, a pool of four and a client; each test begins with nothing to be seen. */
export function useSource(): Setup {
  let opened: { readonly source: Source; readonly pool: pg.Pool; readonly client: pg.Client } | undefined;
  let next = 1;
  const use = (): NonNullable<typeof opened> => {
    if (opened === undefined) throw new Error('the source is not open yet');
    return opened;
  };
  beforeAll(async () => {
    const source = await openSource();
    const client = new pg.Client({ connectionString: source.url });
    await client.connect();
    opened = { source, client, pool: new pg.Pool({ connectionString: source.url, max: 4 }) };
  });
  beforeEach(async () => {
    await use().client.query('ROLLBACK');
    await use().source.seen();
  });
  afterAll(async () => {
    await use().pool.end();
    await use().client.end();
    await use().source.close();
  });
  const id = (count = 1): number => {
    next += count;
    return next - count;
  };
  return { source: () => use().source, pool: () => use().pool, client: () => use().client, id };
}

/** Runs as this actor. */
export function as<T>(actor: string, fn: () => T): T {
  return runWithContext({ actor: { id: actor } }, fn);
}

/** What the messages of a transaction say; each must be verified by the key of the tests. */
export function payloads(transaction: SeenTransaction | undefined): MessagePayload[] {
  return (transaction?.messages ?? []).map((text) => {
    const opened = openMessage(text, TEST_KEY);
    expect(opened?.attribution).toBe('verified');
    if (opened === undefined) throw new Error('a message cannot be read');
    return opened.payload;
  });
}

/** Who the messages of a transaction name. */
export function actors(transaction: SeenTransaction | undefined): (string | undefined)[] {
  return payloads(transaction).map(({ actor }) => actor?.id);
}
