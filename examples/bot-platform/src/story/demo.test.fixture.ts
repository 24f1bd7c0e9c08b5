// For tests: `indelible demo` as a process with a data directory of its own, and questions to its trail.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Party } from './event.ts';

const MAIN = fileURLToPath(new URL('../../../../packages/server/dist/cli/main.js', import.meta.url));
const KEY = 'ink_the-key-of-the-story-and-of-no-other';

/** A Monday. Of another day the story is another one, though of the same scenes. */
export const TODAY = '2025-06-02';

export interface TrailEvent {
  readonly id: string;
  readonly action: string;
  readonly seq: number;
  readonly actor?: Partial<Party> & { readonly attribution?: string };
  readonly resource?: { readonly type: string; readonly id?: string; readonly name?: string };
  readonly change?: { readonly fields?: readonly string[] };
  readonly context?: { readonly requestId?: string; readonly reason?: string; readonly route?: string };
}

export interface Demo {
  /** The one line on standard output; resolves when it comes. */
  readonly ready: () => Promise<{ url: string; tenants: string[]; application: string }>;
  /** Everything that a query finds, in the order of the log. */
  readonly find: (q: string, tenant?: string) => Promise<TrailEvent[]>;
  readonly get: <T>(path: string, tenant?: string) => Promise<T>;
  /** Looks again and again until it is so. */
  readonly until: (what: string, isSo: () => Promise<boolean>) => Promise<void>;
  /** The address of the server from its log, before it is ready. */
  readonly serving: () => Promise<string>;
  readonly out: () => string;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<number | null>;
}

const PATIENCE_MS = 240_000;

export function startDemo(directory: string): Demo {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INDELIBLE_')));
  const child: ChildProcess = spawn(process.execPath, [MAIN, 'demo', '--today', TODAY], {
    env: { ...inherited, INDELIBLE_DATA_DIR: directory, INDELIBLE_PORT: '0', INDELIBLE_ADMIN_KEY: KEY },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let log = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const until: Demo['until'] = async (what, isSo) => {
    for (const end = Date.now() + PATIENCE_MS; !(await isSo()); await sleep(50)) {
      if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode} before ${what}:\n${log}`);
      if (Date.now() > end) throw new Error(`not within four minutes: ${what}\n${log}`);
    }
  };
  const serving = async (): Promise<string> => {
    await until('it serves', async () => /"url":"(http[^"]+)","msg":"serving"/.test(log));
    return log.match(/"url":"(http[^"]+)","msg":"serving"/)?.[1] ?? '';
  };
  const get = async <T>(path: string, tenant = 'org_acme'): Promise<T> => {
    const response = await fetch(`${await serving()}${path}`, { headers: { authorization: `Bearer ${KEY}`, 'indelible-tenant': tenant } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };
  return {
    ready: async () => {
      await until('it is ready', async () => out.includes('\n'));
      return JSON.parse(out) as { url: string; tenants: string[]; application: string };
    },
    find: async (q, tenant) => {
      const found: TrailEvent[] = [];
      for (let cursor = ''; ;) {
        const page = await get<{ events: TrailEvent[]; next?: string }>(
          `/v1/events?limit=1000&q=${encodeURIComponent(q)}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
          tenant,
        );
        found.push(...page.events);
        if (page.next === undefined) return found.sort((one, other) => one.seq - other.seq);
        cursor = page.next;
      }
    },
    get,
    until,
    serving,
    out: () => out,
    kill: () => end('SIGKILL').then(() => undefined),
    stop: () => end('SIGTERM'),
  };
}
