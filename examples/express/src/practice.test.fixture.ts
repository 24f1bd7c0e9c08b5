// For tests: the practice on a database of its own, and an Indelible server that captures it; three processes, as in life.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export const TEST_DATABASE_URL = process.env.INDELIBLE_TEST_DATABASE_URL;

const ADMIN_KEY = 'ink_the-key-of-the-operator-from-the-environment';
const CONTEXT_KEY = 'a key that application and server share';
const PASSWORD = 'correct horse battery staple';

const compiled = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SETUP = compiled('../dist/setup.js');
const PRACTICE = compiled('../dist/main.js');
const INDELIBLE = compiled('../../../packages/server/dist/cli/main.js');

interface Side {
  readonly actor: { readonly type: string; readonly id?: string; readonly name?: string; readonly attribution: string };
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly change?: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown>; readonly fields?: string[] };
  readonly context?: { readonly ip?: string; readonly reason?: string };
  readonly source: { readonly transaction?: string };
}

interface Answer {
  readonly status: number;
  // Tests look into answers as they please; what they find there is compared at once.
  readonly body: Record<string, unknown> & { readonly id?: string };
}

export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

export interface Practice {
  readonly ask: Ask;
  /** Signs somebody in; the result asks in their name. */
  readonly as: (email: string) => Promise<Ask>;
  readonly sql: (statement: string) => Promise<void>;
  /** Waits until this many events answer a query, and gives them, oldest first. */
  readonly events: (q: string, count: number) => Promise<Side[]>;
  readonly close: () => Promise<void>;
}

export async function openPractice(): Promise<Practice> {
  const name = `practice_${randomBytes(5).toString('hex')}`;
  const directory = await mkdtemp(join(tmpdir(), 'indelible-express-'));
  // As root the databases run as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const root = new pg.Client({ connectionString: TEST_DATABASE_URL });
  await root.connect();
  const [source, trail] = [name, `trail_${name}`];
  for (const database of [source, trail]) await root.query(`CREATE DATABASE ${database}`);
  const urlOf = (database: string): string => Object.assign(new URL(TEST_DATABASE_URL ?? ''), { pathname: `/${database}` }).href;

  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.toReversed()) await ended(child);
    const slots = 'pg_replication_slots WHERE database = $1';
    await until(async () => (await root.query(`SELECT FROM ${slots} AND active`, [source])).rowCount === 0);
    await root.query(`SELECT pg_drop_replication_slot(slot_name) FROM ${slots} AND NOT temporary`, [source]);
    for (const database of [source, trail]) await root.query(`DROP DATABASE ${database} WITH (FORCE)`);
    const { rows } = await root.query<{ role: string }>(`SELECT rolname AS role FROM pg_roles WHERE rolname LIKE '%${name}%'`);
    for (const { role } of rows) await root.query(`DROP ROLE ${pg.escapeIdentifier(role)}`);
    await root.end();
    await rm(directory, { recursive: true, force: true });
  };

  try {
    const settings = { DATABASE_URL: urlOf(source), PORT: '0', INDELIBLE_CONTEXT_KEY: CONTEXT_KEY };
    const setup = spawn(process.execPath, [SETUP], { env: { ...inherited(), ...settings }, stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = (await once(setup, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`setup ended with ${code}`);
    const server = await started([INDELIBLE, 'serve'], children, {
      INDELIBLE_DATABASE_URL: urlOf(trail),
      INDELIBLE_DATA_DIR: directory,
      INDELIBLE_PORT: '0',
      INDELIBLE_ADMIN_KEY: ADMIN_KEY,
      INDELIBLE_CONTEXT_KEY: CONTEXT_KEY,
      [`INDELIBLE_SOURCE_${name.toUpperCase()}`]: urlOf(source),
    });
    const trailAsks = async <T>(path: string): Promise<T> => {
      const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'indelible-tenant': 'default' };
      return (await (await fetch(`${server}${path}`, { headers })).json()) as T;
    };
    await until(async () => (await trailAsks<{ sources: { state: string }[] }>('/v1/coverage')).sources[0]?.state === 'streaming');
    const ask = asking(await started([PRACTICE], children, settings));
    return {
      ask,
      as: async (email) => {
        const { body } = await ask('POST', '/sessions', { email, password: PASSWORD });
        const authorization = `Bearer ${String(body.token)}`;
        return (method, path, content, headers) => ask(method, path, content, { authorization, ...headers });
      },
      sql: async (statement) => {
        const client = new pg.Client({ connectionString: urlOf(source) });
        await client.connect();
        await client.query(statement);
        await client.end();
      },
      events: async (q, count) => {
        let found: Side[] = [];
        await until(async () => {
          found = (await trailAsks<{ events?: Side[] }>(`/v1/events?order=asc&limit=1000&q=${encodeURIComponent(q)}`)).events ?? [];
          return found.length >= count;
        });
        return found;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function asking(url: string): Ask {
  return async (method, path, body, headers = {}) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { method, headers: { 'content-type': 'application/json', ...headers }, ...init });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
  };
}

/** Settings of whoever runs the tests are not those of the tests. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INDELIBLE_')));
}

/** Starts a process that says in one line where it serves. */
async function started(command: readonly string[], children: ChildProcess[], settings: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, command, { env: { ...inherited(), ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended: ${errors}`);
    return out.includes('\n');
  });
  return (JSON.parse(out) as { url: string }).url;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Waits for a condition, or throws what it was. */
async function until(condition: () => Promise<boolean> | boolean, seconds = 40): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${condition.toString()}`);
    await pause(50);
  }
}
