// Makes a clone ready to run: installs by the lock file when needed, generates, and compiles. Needs nothing but Node and npm.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWeb } from './build-web.mjs';
import { generate } from './generate.mjs';
import { isInstalled } from './installed.mjs';
import { withPrepareLock } from './prepare-lock.mjs';
import { npm, ROOT, runNode, say, toolPath } from './tools.mjs';

const NODE_MIN = [20, 19];

/** @returns {Promise<boolean>} false when it could not be done; the reason was said */
export async function prepare() {
  if (!nodeIsNewEnough()) return false;
  return withPrepareLock(async () => (isInstalled() || (await install())) && (await generate()) && (await build()) && buildWeb());
}

/** For scripts that make no sense without it. */
export async function prepareOrExit() {
  if (!(await prepare())) process.exit(1);
}

function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return true;
  say(`Indelible needs Node ${NODE_MIN.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).`);
  return false;
}

async function install() {
  say('Installing packages by package-lock.json (npm ci), once ...');
  const begin = Date.now();
  // The compiler is a development dependency, which npm leaves out where NODE_ENV is "production" unless told.
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--include=optional', '--loglevel=error'];
  const done = await runNpm(flags);
  say(done ? `Installed in ${seconds(begin)}.` : 'npm ci failed; its message stands above.');
  return done;
}

function runNpm(args) {
  const { command, first } = npm();
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: ['ignore', 2, 'inherit'] });
    child.on('error', (error) => {
      say(error.code === 'ENOENT' ? 'There is no npm beside Node or in PATH; install npm and try again.' : String(error));
      resolve(false);
    });
    child.on('exit', (code) => resolve(code === 0));
  });
}

async function build() {
  const fresh = !existsSync(join(ROOT, 'packages', 'server', 'dist'));
  if (fresh) say('Compiling ...');
  const begin = Date.now();
  const done = await runNode(toolPath('typescript', 'tsc'), ['-b'], { quiet: true });
  if (!done) say('Compiling failed; the messages stand above.');
  else if (fresh) say(`Compiled in ${seconds(begin)}.`);
  return done;
}

function seconds(begin) {
  return `${((Date.now() - begin) / 1000).toFixed(1)} s`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await prepareOrExit();
