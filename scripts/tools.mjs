// Where the repository lies, and how its scripts run a tool of node_modules: by Node itself, so that PATH does not matter.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Standard output belongs to the program that a script starts; what the scripts say goes to standard error. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** The script behind a command of an installed package, as its package.json names it. */
export function toolPath(packageName, command = packageName) {
  const folder = join(ROOT, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** The npm that runs us, or the one beside this Node; else the one in PATH. @returns {{command: string, first: string[]}} */
export function npm() {
  const running = process.env.npm_execpath;
  const beside = join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const script = [running, beside].find((path) => path !== undefined && basename(path) === 'npm-cli.js' && existsSync(path));
  return script === undefined ? { command: 'npm', first: [] } : { command: process.execPath, first: [script] };
}

/**
 * Runs a Node script in the root of the repository and waits for it.
 * @param {{quiet?: boolean}} options quiet sends its output to standard error
 * @returns {Promise<boolean>} whether it succeeded
 */
export function runNode(script, args, options = {}) {
  return new Promise((resolve) => {
    const output = options.quiet === true ? 2 : 'inherit';
    const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ['ignore', output, 'inherit'] });
    child.on('error', (error) => {
      say(String(error));
      resolve(false);
    });
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Goes on as another program in this very process, which so gets our signals, terminal and exit code by itself. */
export async function become(script, args) {
  const path = join(ROOT, script);
  process.argv = [process.argv[0], path, ...args];
  await import(new URL(`../${script}`, import.meta.url));
}
