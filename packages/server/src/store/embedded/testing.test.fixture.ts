// What the tests of the embedded server share: folders that go away, and owners that are processes of their own.

import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { chooseAccount } from './account.ts';
import { findPackage } from './package.ts';
import { isPostmaster } from './postmaster.ts';

export const ROOT = process.getuid?.() === 0;
export const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

// The processes run the compiled code: Node 20 does not read TypeScript.
const OWNER = fileURLToPath(new URL('../../../dist/store/embedded/owner.test.fixture.js', import.meta.url));

export interface Answer {
  readonly pid?: number;
  readonly owner?: number;
  readonly adopted?: boolean;
  readonly url?: string;
  readonly code?: string;
  readonly message?: string;
  readonly stopped?: boolean;
}

export interface Owner {
  readonly child: ChildProcess;
  readonly answer: Answer;
  kill(): Promise<void>;
  stop(): Promise<Answer>;
}

/** A fresh folder that others may enter, or not. */
export async function scratch(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'indelible-test-'));
  await chmod(folder, mode);
  return folder;
}

export async function discard(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** The npm package's folder, which has the binaries. */
export async function packageFolder(): Promise<string> {
  return (await findPackage()).directory;
}

export async function startOwner(orders: object): Promise<Owner> {
  const child = spawn(process.execPath, [OWNER, JSON.stringify(orders)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => JSON.parse(String((await lines.next()).value ?? '{}')) as Answer;
  const answer = await next();
  return {
    child,
    answer,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      child.stdin.write('\n');
      const last = await next();
      await ended;
      return last;
    },
  };
}

export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>({ text: sql });
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

/** Whether the server runs. A dead one that nobody reaped, as in a container without an init process, does not. */
export async function serves(pid: number, data: string): Promise<boolean> {
  return isPostmaster(pid, data, await chooseAccount(dirname(data)));
}
