// The example application and the people who use it, each a process of its own, as in life.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { STOP_MS_MAX } from '../limits.ts';

export const APPLICATION_DATABASE = 'bot_platform';

export interface Application {
  readonly url: string;
  /** Starts the people who use the application; what they say comes line by line. */
  readonly people: (env: Environment) => People;
  readonly stop: () => Promise<void>;
}

export interface People {
  readonly lines: Interface;
  /** Tells them that the application is captured: what they do from now on is on record. */
  readonly captured: () => void;
  /** Resolves with the exit code; null when a signal ended them. */
  readonly ended: Promise<number | null>;
}

export interface ApplicationOptions {
  readonly databaseUrl: string;
  readonly contextKey: string;
  readonly logger: Logger;
}

type Environment = Readonly<Record<string, string>>;

const script = (name: string): string => fileURLToPath(new URL(`../../../../examples/bot-platform/dist/${name}`, import.meta.url));

/** @throws Error when the application ends before it is ready; its own words are in the log */
export async function startApplication({ databaseUrl, contextKey, logger }: ApplicationOptions): Promise<Application> {
  const children: ChildProcess[] = [];
  const run = (name: string, env: Environment): ChildProcess => {
    // A group of its own: Ctrl-C on the terminal reaches the server alone, which then stops its children in order.
    // The channel between them closes when the server is killed, and the children end by themselves.
    const child = spawn(process.execPath, [script(name)], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
    children.push(child);
    linesOf(child.stderr).on('line', (line) => logger.debug({ from: name }, line));
    child.on('exit', (code) => code !== 0 && code !== null && logger.error({ from: name, code }, 'the example ended'));
    return child;
  };
  const stop = async (): Promise<void> => {
    for (const child of children.splice(0).reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      child.kill('SIGTERM');
      await once(child, 'exit');
      clearTimeout(patience);
    }
  };
  const application = run('main.js', { DATABASE_URL: databaseUrl, INDELIBLE_CONTEXT_KEY: contextKey, PORT: '0' });
  try {
    const url = await readyUrl(application);
    return {
      url,
      people: (env) => {
        const child = run('driver.js', { ...env, PLATFORM_URL: url, DATABASE_URL: databaseUrl });
        return {
          lines: linesOf(child.stdout),
          captured: () => void (child.connected && child.send('captured')),
          ended: once(child, 'exit').then(([code]) => code as number | null),
        };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  const lines = linesOf(child.stdout);
  const [first] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error('the example application ended before it was ready; INDELIBLE_LOG_LEVEL=debug shows why');
    }),
  ])) as [string];
  return (JSON.parse(first) as { url: string }).url;
}

function linesOf(stream: Readable | null): Interface {
  if (stream === null) throw new Error('the process was started without this stream');
  return createInterface({ input: stream });
}
