// For tests: `npm start` without a terminal, in a folder of its own as if it were the clone, and a shell beside it.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from './blocks.test.fixture.ts';

export interface Demo {
  readonly url: string;
  /** Its data directory lies in it, under the name .indelible. */
  readonly folder: string;
  /** With every scope, for all tenants. */
  readonly key: string;
  readonly shell: Shell;
  /** Waits until a query of its first tenant finds as many events. */
  readonly untilFound: (query: string, count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Shell {
  /** Runs a block as it stands; variables and functions live on for the next one. */
  readonly run: (block: string) => Promise<{ readonly exitCode: number; readonly output: string }>;
}

/** Settings of whoever runs the tests are not those of the demo. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INDELIBLE_')));
}

/** @throws Error with what the demo said, when it ends before it is ready */
export async function startDemo(): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'indelible-demo-'));
  // As root the databases run as another user, who must be able to enter.
  await chmod(folder, 0o711);
  await symlink(join(ROOT, 'indelible'), join(folder, 'indelible'));
  const env = { ...inherited(), INDELIBLE_PORT: '0', NO_COLOR: '1' };
  const demo = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const shell = spawn('sh', [], { cwd: folder, env, stdio: ['pipe', 'pipe', 'ignore'] });
  const close = async (): Promise<void> => {
    shell.stdin.end();
    for (const child of [shell, demo]) await ended(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { url, tenants } = await whenReady(demo);
    const key = (await readFile(join(folder, '.indelible/admin-key'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${key}`, 'indelible-tenant': tenants[0] ?? '' };
    const untilFound: Demo['untilFound'] = async (query, count) => {
      const address = `${url}/v1/events?limit=${count}&q=${encodeURIComponent(query)}`;
      const found = async (): Promise<number> =>
        ((await (await fetch(address, { headers })).json()) as { events?: unknown[] }).events?.length ?? 0;
      while ((await found()) < count) await pause(250);
    };
    return { url, folder, key, untilFound, shell: { run: (block) => runIn(shell, block) }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Ready {
  readonly url: string;
  readonly tenants: readonly string[];
}

function whenReady(demo: ChildProcess): Promise<Ready> {
  let out = '';
  let errors = '';
  demo.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    demo.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const line = out.split('\n').find((each) => each.includes('"ready":true'));
      if (line !== undefined && out.includes(`${line}\n`)) resolve(JSON.parse(line) as Ready);
    });
    demo.once('exit', (code) => reject(new Error(`npm start ended with ${code} before it was ready:\n${errors}`)));
  });
}

/** The shell says by a line of its own where a block ends, and how. */
async function runIn(shell: ChildProcess, block: string): Promise<{ exitCode: number; output: string }> {
  const mark = `--- ${randomUUID()}`;
  let output = '';
  const done = new RegExp(`^${mark} (\\d+)$`, 'm');
  const answered = new Promise<RegExpMatchArray>((resolve, reject) => {
    const onExit = (): void => reject(new Error(`the shell ended within:\n${block}`));
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = output.match(done);
      if (found === null) return;
      shell.stdout?.off('data', onData);
      shell.off('exit', onExit);
      resolve(found);
    };
    shell.stdout?.on('data', onData);
    shell.once('exit', onExit);
  });
  shell.stdin?.write(`{ ${block}\n} 2>&1 < /dev/null\nprintf '\\n${mark} %d\\n' $?\n`);
  const [line, exitCode] = await answered;
  return { exitCode: Number(exitCode), output: output.replace(line, '') };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
