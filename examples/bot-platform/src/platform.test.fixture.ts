// For tests: the platform on a fresh database, and its people.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createApp } from './app.ts';
import { type Database, openDatabase } from './database.ts';
import { DEMO_PASSWORD } from './seed.ts';

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
      await root.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await root.end();
    },
  };
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
  readonly as: (email: string) => Promise<Ask>;
  readonly close: () => Promise<void>;
}

export async function openPlatform(): Promise<Platform> {
  const database = await createTestDatabase();
  const db = await openDatabase(database.url);
  const app = createApp(db);
  const ask: Ask = async (method, path, body, headers = {}) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await app.request(path, { method, headers, ...init });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
  };
  return {
    db,
    ask,
    fetch: (request) => app.fetch(request),
    as: async (email) => {
      const { body } = await ask('POST', '/sessions', { email, password: DEMO_PASSWORD });
      const authorization = `Bearer ${String(body.token)}`;
      return (method, path, content, headers) => ask(method, path, content, { authorization, ...headers });
    },
    close: async () => {
      await db.destroy();
      await database.drop();
    },
  };
}
