// The server as a process: what a kill leaves behind, who owns a data directory, who seals, and how it ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROLES, roleName } from '../store/roles.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ADMIN_KEY = 'ink_the-key-of-the-operator-from-the-environment';

let directory: string;
let children: ChildProcess[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'indelible-serve-'));
  await chmod(directory, 0o711);
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
  readonly out: () => string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Run {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INDELIBLE_')));
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...inherited, INDELIBLE_DATA_DIR: directory, INDELIBLE_PORT: '0', INDELIBLE_ADMIN_KEY: ADMIN_KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended, out: () => out };
}

interface Server extends Run {
  readonly url: string;
}

async function serve(env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const started = run(['serve'], env);
  const fault = started.ended.then(({ code, err }) => {
    throw new Error(`the server ended with ${code}: ${err}`);
  });
  fault.catch(() => undefined);
  while (!started.out().includes('\n')) await Promise.race([sleep(20), fault]);
  return { ...started, url: (JSON.parse(started.out()) as { url: string }).url };
}

const HEADERS = { authorization: `Bearer ${ADMIN_KEY}`, 'indelible-tenant': 'org_acme', 'content-type': 'application/json' };

function post(server: Server, events: readonly object[]): Promise<Response> {
  return fetch(`${server.url}/v1/events`, { method: 'POST', headers: HEADERS, body: JSON.stringify(events) });
}

const anEvent = (id: string): object => ({ id, action: 'bot.viewed', actor: { id: 'usr_1' }, metadata: { text: 'x'.repeat(300) } });

async function logSize(server: Server): Promise<number> {
  const answer = await fetch(`${server.url}/v1/log`, { headers: HEADERS });
  return ((await answer.json()) as { size?: number }).size ?? 0;
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(100)) if (await condition()) return;
  throw new Error(`never: ${what}`);
}

async function idsAt(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(`select e.id from indelible.event e join indelible.log using (tenant_id)
    where tenant = 'org_acme' and seq > 0 order by seq`);
  await client.end();
  return rows.map(({ id }) => id);
}

/** Whether a process runs. A dead one that nobody reaped, as in a container without an init process, does not. */
async function alive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) [ZX] /.test(status);
}

/** Sends until the server is no more; the ids that were acknowledged, and those that were not. */
async function writeUntilKilled(server: Server, milliseconds: number): Promise<{ acknowledged: string[]; open: string[] }> {
  const acknowledged: string[] = [];
  const open: string[] = [];
  const dead = new AbortController();
  const writers = Array.from({ length: 12 }, async (_, writer) => {
    while (!dead.signal.aborted) {
      const ids = Array.from({ length: writer % 3 === 0 ? 50 : 1 }, () => randomUUID());
      const status = await post(server, ids.map(anEvent)).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 201) acknowledged.push(...ids);
      else open.push(...ids);
    }
  });
  await sleep(milliseconds);
  server.child.kill('SIGKILL');
  await server.ended;
  dead.abort();
  await Promise.all(writers);
  return { acknowledged, open };
}

test('what was answered 201 is there after kill -9, exactly once, and the directory has one owner', { timeout: 60_000 }, async () => {
  const first = await serve();
  const { acknowledged, open } = await writeUntilKilled(first, 1_500);
  expect(acknowledged.length).toBeGreaterThan(100);
  const second = await serve();
  const url = (await readFile(join(directory, 'database-url'), 'utf8')).trim();
  expect(await readdir(directory)).toContain('signer');

  const stored = await idsAt(url);
  expect(new Set(stored).size).toBe(stored.length);
  expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
  // Whoever had no answer sends again, and nothing is doubled by it.
  for (let at = 0; at < open.length; at += 500) expect((await post(second, open.slice(at, at + 500).map(anEvent))).status).toBe(201);
  expect((await idsAt(url)).sort()).toEqual([...acknowledged, ...open].sort());

  const third = await run(['serve'], {}).ended;
  expect(third).toMatchObject({ code: 1, out: '' });
  expect(third.err).toContain('is used by process');
  expect((await post(second, [anEvent(randomUUID())])).status).toBe(201);

  await until(async () => (await logSize(second)) === acknowledged.length + open.length + 2, 'everything sealed');
  const verdict = await run(['verify', '--database', '--json'], {}).ended;
  expect(JSON.parse(verdict.out)).toMatchObject({ ok: true, findings: [] });
  expect(verdict.code).toBe(0);

  second.child.kill('SIGTERM');
  const { code, out, err } = await second.ended;
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toHaveLength(1);
  const signIn = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/sign-in#iln_[\w-]{43}$/) as string;
  expect(JSON.parse(out)).toEqual({ ready: true, url: second.url, tenants: [], signIn });
  const adopted = err.split('\n').find((line) => line.includes('"adopted":true'));
  const { pid } = JSON.parse(adopted ?? '{}') as { pid: number };
  expect(await alive(pid)).toBe(false);
});

test('two servers on one database both take events; one seals, and the other when it dies', { timeout: 60_000 }, async () => {
  const base = process.env['INDELIBLE_TEST_DATABASE_URL'] ?? '';
  const database = `indelible_serve_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  await admin.query(`create database ${database} template template0 encoding 'UTF8'`);
  const url = new URL(base);
  url.pathname = `/${database}`;
  const env = { INDELIBLE_DATABASE_URL: url.href, INDELIBLE_SIGNER_DIR: join(directory, 'signer') };
  try {
    const servers = await Promise.all([serve(env), serve(env)]);
    const ids = Array.from({ length: 60 }, () => randomUUID());
    const answers = await Promise.all(ids.map((id, index) => post(servers[index % 2] as Server, [anEvent(id)])));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 201));
    expect((await idsAt(url.href)).sort()).toEqual([...ids].sort());
    await until(async () => (await logSize(servers[0])) === 61, 'the first events sealed');

    // Only the server that seals knows how far sealing is behind.
    const sealing = async (): Promise<boolean[]> =>
      Promise.all(
        servers.map(async ({ url: at }) => /^indelible_sealing_lag_seconds \d/m.test(await (await fetch(`${at}/metrics`)).text())),
      );
    await until(async () => (await sealing()).filter(Boolean).length === 1, 'one server seals');
    const [dying, left] = (await sealing())[0] === true ? servers : [servers[1], servers[0]];
    dying.child.kill('SIGKILL');
    await dying.ended;
    expect((await post(left, [anEvent(randomUUID())])).status).toBe(201);
    await until(async () => (await logSize(left)) === 62, 'sealed by the server that is left');
    left.child.kill('SIGTERM');
    expect((await left.ended).code).toBe(0);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await admin.query(`drop database ${database} with (force)`);
    for (const role of ROLES) await admin.query(`drop role if exists ${roleName(database, role)}`);
    await admin.end();
  }
});

test('every fault of the configuration is reported in one run, with exit code 3', async () => {
  const { code, out, err } = await run(['serve'], {
    INDELIBLE_PORT: 'x',
    INDELIBLE_ADMIN_KEY: 'short',
    INDELIBLE_SOURCE_SHOP: 'mysql://shop',
  }).ended;
  expect({ code, out }).toEqual({ code: 3, out: '' });
  for (const name of ['INDELIBLE_PORT', 'INDELIBLE_ADMIN_KEY', 'INDELIBLE_SOURCE_SHOP']) expect(err).toContain(`${name}: `);
});
