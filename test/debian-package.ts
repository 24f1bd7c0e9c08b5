// What tests need of the system and root can install: Debian's packages.

import { spawn, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

const INSTALL_MS = 300_000;

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * @throws Error that says why it cannot be installed
 * @example await installPackage('chromium')
 */
export async function installPackage(name: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`${name} is not installed, and only root can install it`);
  if (!(await isExecutable('/usr/bin/apt-get'))) throw new Error(`${name} is not installed, and there is no apt-get`);
  console.error(`Installing ${name} for the tests...`);
  const apt = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_MS };
  // Two setups of one run may want something at the same time.
  const install = ['-o', 'DPkg::Lock::Timeout=120', '-q', '-y', '--no-install-recommends', 'install', name];
  // Most often the lists are fresh, or there are none.
  await run('apt-get', install, apt).catch(async () => {
    await run('apt-get', ['-q', 'update'], apt);
    await run('apt-get', install, apt);
  });
}

/** @throws Error with the last line of what it said */
export function run(command: string, args: readonly string[], options: SpawnOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (piece: Buffer): void => void (output = (output + piece.toString('utf8')).slice(-4_000));
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code ?? signal}: ${output.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}
