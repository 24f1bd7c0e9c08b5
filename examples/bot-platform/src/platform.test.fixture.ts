// For tests: the platform on a fresh database, and its people.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createApp } from './app.ts';
import { type Database, openDatabase } from './database.ts';
import { openVault } from './encryption.ts';
import { DEMO_PASSWORD } from './seed/company.ts';

export const TEST_DATABASE_URL = process.env.INDELIBLE_TEST_DATABASE_URL;

export interface TestDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `bot_platform_${randomBytes(6).toString('hex')}`;
  const root = new pg.Client({ connectionString: TEST_DATABASE_URL });
  await root.connect();
  await root.query(`CREATE DATABASE ${name}`);
  const url = new URL(TEST_DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      // Connections that were closed a moment ago may still be on their way out; FORCE would cut them off, and they would say so.
      for (let tries = 0; tries < 100 && (await connectionsTo(root, name)) > 0; tries++) await sleep(20);
      await root.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await root.end();
    },
  };
}

async function connectionsTo(root: pg.Client, name: string): Promise<number> {
  const { rowCount } = await root.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name]);
  return rowCount ?? 0;
}

interface Answer {
  readonly status: number;
  // Tests look into answers as they please; what they find there is compared at once.
  readonly body: Record<string, unknown> & { readonly id?: string };
}

export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

export interface Platform {
  readonly db: Database;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly ask: Ask;
  /** Signs somebody in; the result asks in their name. */
  readonly as: (email: string, password?: string) => Promise<Ask>;
  /** Asks with a token. */
  readonly by: (token: unknown) => Ask;
  readonly close: () => Promise<void>;
}

/** The rows of an answer that is a list. */
export function rowsOf({ body }: Answer): readonly Answer['body'][] {
  return body as unknown as readonly Answer['body'][];
}

export async function openPlatform(): Promise<Platform> {
  const database = await createTestDatabase();
  const vault = openVault('a key for tests');
  const db = await openDatabase(database.url, vault);
  const app = createApp(db, vault);
  const ask: Ask = async (method, path, body, headers = {}) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await app.request(path, { method, headers, ...init });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
  };
  const by = (token: unknown): Ask => {
    const authorization = `Bearer ${String(token)}`;
    return (method, path, content, headers) => ask(method, path, content, { authorization, ...headers });
  };
  return {
    db,
    ask,
    fetch: (request) => app.fetch(request),
    as: async (email, password = DEMO_PASSWORD) => by((await ask('POST', '/sessions', { email, password })).body.token),
    by,
    close: async () => {
      await db.destroy();
      await database.drop();
    },
  };
}
