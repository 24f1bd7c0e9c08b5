// Two whole servers on one trail, one source, one signer: when the one that captures is killed, the other captures, seals and
// answers, and the log is without a hole or a double.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CONTEXT_KEY, type CaptureTest, openCaptureTest, until } from '../capture/capture.test.fixture.ts';
import { LOAD_SCHEMA, compareWith, countCaptured, startLoad } from '../capture/oracle/load.test.fixture.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ADMIN_KEY = 'ink_the-key-of-the-operator-from-the-environment';

const UNSEALED = `select from indelible.log l where not exists (select from indelible.checkpoint c where c.tenant_id = l.tenant_id and c.size = l.size)`;

let directory: string;
let app: CaptureTest | undefined;
let children: ChildProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'indelible-takeover-'));
  await chmod(directory, 0o711);
  children = [];
});
afterEach(async () => {
  for (const child of children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
  }
  await app?.close();
  app = undefined;
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly ended: Promise<number | null>;
}

function run(args: readonly string[], { name, sourceUrl, store }: CaptureTest): Run {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([variable]) => !variable.startsWith('INDELIBLE_')));
  const env = {
    ...inherited,
    INDELIBLE_DATA_DIR: directory,
    INDELIBLE_SIGNER_DIR: join(directory, 'signer'),
    INDELIBLE_DATABASE_URL: store.ownerUrl,
    INDELIBLE_PORT: '0',
    INDELIBLE_ADMIN_KEY: ADMIN_KEY,
    INDELIBLE_CONTEXT_KEY: CONTEXT_KEY,
    [`INDELIBLE_SOURCE_${name.toUpperCase()}`]: sourceUrl,
  };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => out, ended };
}

async function serve(test: CaptureTest): Promise<Run & { readonly state: () => Promise<string> }> {
  const started = run(['serve'], test);
  await until(() => started.out().includes('\n') || started.child.exitCode !== null);
  const { url } = JSON.parse(started.out()) as { url: string };
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const state = async (): Promise<string> => {
    const answer = (await (await fetch(`${url}/v1/coverage`, { headers })).json()) as { sources: { state: string }[] };
    return answer.sources.map((source) => source.state).join();
  };
  return { ...started, state };
}

test('the server that captures is killed: the other one captures and seals, and nothing is missing', { timeout: 60_000 }, async () => {
  const test = await openCaptureTest(LOAD_SCHEMA);
  app = test;
  const { owner } = test.store;
  const servers = await Promise.all([serve(test), serve(test)]);
  await until(async () => (await Promise.all(servers.map(({ state }) => state()))).sort().join() === 'standby,streaming');
  const [first, second] = (await servers[0].state()) === 'streaming' ? servers : [servers[1], servers[0]];
  const load = startLoad(test.source, 2, 60);
  await until(async () => (await countCaptured(owner)) > 200);
  first.child.kill('SIGKILL');
  await first.ended;
  const killedAt = Date.now();
  await until(async () => (await second.state()) === 'streaming');
  const before = await countCaptured(owner);
  await until(async () => (await countCaptured(owner)) > before);
  expect(Date.now() - killedAt).toBeLessThan(10_000);
  const written = await load.stop();
  expect(await compareWith(test, written)).toEqual({ missing: [], doubled: [], twins: 0, changes: written.length });
  const gaps = (await test.events('_operator')).filter(({ action }) => action === 'capture.gap');
  expect(gaps).toEqual([]);
  // What the first had not sealed, the second did.
  await until(async () => (await owner.query(UNSEALED)).rowCount === 0);
  const verdict = run(['verify', '--database', '--json'], test);
  expect(await verdict.ended).toBe(0);
  expect(JSON.parse(verdict.out())).toMatchObject({ ok: true, findings: [] });
});
