// The code that is generated and not kept in git: the Prisma client of examples/express, from its schema. Needs no network.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, say, toolPath } from './tools.mjs';

const SCHEMA = join(ROOT, 'examples/express/prisma/schema.prisma');
/** It names the version that made it. */
const MADE = join(ROOT, 'examples/express/src/generated/prisma/internal/class.ts');

/** Generates it, unless that was done since the schema and the installed version last changed. @returns {Promise<boolean>} whether it is there */
export async function generate() {
  if (isMade()) return true;
  // The engine of schemas is for migrations. Generating needs none, and must not download one.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' };
  const done = await new Promise((resolve) => {
    const args = [toolPath('prisma'), 'generate', '--schema', SCHEMA, '--no-hints'];
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const words = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => words.push(chunk));
    child.on('close', (code) => {
      if (code !== 0) say(Buffer.concat(words).toString());
      resolve(code === 0);
    });
  });
  if (!done) say('The Prisma client of examples/express could not be generated; the message stands above.');
  return done;
}

function isMade() {
  if (!existsSync(MADE) || statSync(MADE).mtimeMs < statSync(SCHEMA).mtimeMs) return false;
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/prisma/package.json'), 'utf8'));
  return readFileSync(MADE, 'utf8').includes(`"clientVersion": "${version}"`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href && !(await generate())) process.exit(1);
