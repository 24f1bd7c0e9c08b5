// The dashboard's bundle, into the folder that the server serves: made anew when the sources of web or core are newer than it.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, say, toolPath } from './tools.mjs';

const WEB = join(ROOT, 'packages/web');
/** The build writes it last of what it writes. */
const MADE = join(ROOT, 'packages/server/public/index.html');
const SOURCES = [
  'packages/web/src',
  'packages/web/index.html',
  'packages/web/vite.config.ts',
  'packages/web/package.json',
  'packages/core/src',
  'package-lock.json',
];

/** @returns {Promise<boolean>} whether the bundle is there; why it is not was said */
export async function buildWeb() {
  if (existsSync(MADE) && newestOf(SOURCES.map((path) => join(ROOT, path))) <= statSync(MADE).mtimeMs) return true;
  const { code, words } = await new Promise((resolve) => {
    const args = [toolPath('vite'), 'build', WEB, '--config', join(WEB, 'vite.config.ts'), '--logLevel', 'warn'];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('close', (exit) => resolve({ code: exit, words: Buffer.concat(chunks).toString() }));
  });
  if (code === 0) return true;
  say(words);
  say('The dashboard could not be built; the message stands above.');
  return false;
}

function newestOf(paths) {
  return Math.max(0, ...paths.map((path) => (statSync(path).isDirectory() ? newestOf(entriesOf(path)) : statSync(path).mtimeMs)));
}

function entriesOf(folder) {
  return readdirSync(folder).map((name) => join(folder, name));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href && !(await buildWeb())) process.exit(1);
