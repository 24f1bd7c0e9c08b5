// Processes beside the benchmark: each says on its first line of standard output that it is ready.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ReadyChild {
  /** What the first line said. */
  readonly ready: { readonly url: string };
  readonly pid: number;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
}

/**
 * @param script a compiled file of this folder, or the path of another script
 * @param nodeArguments for Node itself
 */
export async function startChild(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  nodeArguments: readonly string[] = [],
): Promise<ReadyChild> {
  const child = spawn(process.execPath, [...nodeArguments, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => line as string),
    ended.then(([code]) => {
      throw new Error(`${script} ended (${code}) before it was ready`);
    }),
  ]);
  return {
    ready: JSON.parse(first) as { url: string },
    pid: child.pid ?? -1,
    stop: async () => {
      process.off('exit', end);
      end();
      await ended;
    },
  };
}

/** The compiled file of this folder, whichever directory the benchmark was started in. */
export function besideUs(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
