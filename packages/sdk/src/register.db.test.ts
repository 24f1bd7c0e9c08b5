// The preload, run as an application runs it: another process, ES module or CommonJS, one copy of pg or two.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payloads, TEST_DATABASE_URL, TEST_KEY, useSource } from './attribution/source.test.fixture.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const REGISTER = pathToFileURL(join(DIST, 'register.js')).href;
const SDK = pathToFileURL(join(DIST, 'index.js')).href;

const WRITE = `
  const client = new pg.Client({ connectionString: process.env.SOURCE });
  await client.connect();
  await client.query('INSERT INTO thing VALUES ($1)', [Number(process.env.ID)]);
  await runWithContext({ actor: { id: 'usr_a' } }, () => client.query('INSERT INTO thing VALUES ($1)', [Number(process.env.ID) + 1]));
  await client.end();
`;
const FILES = {
  'package.json': '{ "name": "shop", "private": true }',
  'app.mjs': `import pg from 'pg'; import { runWithContext } from '${SDK}'; ${WRITE}`,
  'app.cjs': `const pg = require('pg'); (async () => { const { runWithContext } = await import('${SDK}'); ${WRITE} })();`,
  // This one has a copy of pg of its own, deeper down.
  'own/package.json': '{ "private": true }',
  'own/app.cjs': `const pg = require('pg'); if (pg === require('../pg-of-shop.cjs')) throw new Error('one copy'); (async () => { const { runWithContext } = await import('${SDK}'); ${WRITE} })();`,
  'pg-of-shop.cjs': `module.exports = require('pg');`,
  'through.mjs': `import './own/app.cjs';`,
  'idle.mjs': '',
};

describe.skipIf(TEST_DATABASE_URL === undefined)('node --import @indelible/sdk/register', () => {
  const { source, id } = useSource();
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'indelible-register-'));
    await mkdir(join(folder, 'own', 'node_modules'), { recursive: true });
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
    const pg = dirname(dirname(createRequire(import.meta.url).resolve('pg')));
    await symlink(dirname(pg), join(folder, 'node_modules'));
    await cp(pg, join(folder, 'own', 'node_modules', 'pg'), { recursive: true, dereference: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function run(
    file: string,
    env: Record<string, string> = {},
  ): Promise<{ readonly stderr: string; readonly pid: number | undefined }> {
    const running = promisify(execFile)(process.execPath, ['--import', REGISTER, join(folder, file)], {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, SOURCE: source().url, ID: String(id(2)), INDELIBLE_CONTEXT_KEY: TEST_KEY, ...env },
    });
    return { stderr: (await running).stderr, pid: running.child.pid };
  }

  test.each(['app.mjs', 'app.cjs', 'own/app.cjs', 'through.mjs'])('%s: its own writes, and those of an actor', async (file) => {
    const { stderr, pid } = await run(file);
    expect(stderr).toBe('');
    const seen = await source().seen();
    expect(seen.map(({ order }) => order.join(''))).toEqual(['mr', 'mr']);
    const [own, actor] = seen.flatMap(payloads);
    expect(own).toMatchObject({ actor: { type: 'service', id: 'shop' }, metadata: { pid } });
    expect(actor?.actor).toEqual({ type: 'user', id: 'usr_a' });
    expect(actor?.metadata).toBeUndefined();
  });

  test('PGAPPNAME names the application', async () => {
    await run('app.mjs', { PGAPPNAME: 'shop-worker' });
    expect(payloads((await source().seen())[0])[0]?.actor).toEqual({ type: 'service', id: 'shop-worker' });
  });

  test('a missing key is said, and for those who debug what was patched, or that nothing was', async () => {
    expect((await run('app.mjs', { INDELIBLE_CONTEXT_KEY: '' })).stderr).toContain('INDELIBLE_NO_KEY');
    expect((await run('idle.mjs', { NODE_DEBUG: 'indelible' })).stderr).toContain('attributed the queries of');
    const alone = await mkdtemp(join(tmpdir(), 'indelible-alone-'));
    await writeFile(join(alone, 'idle.mjs'), '');
    const { stderr } = await promisify(execFile)(process.execPath, ['--import', REGISTER, join(alone, 'idle.mjs')], {
      env: { PATH: process.env.PATH, NODE_DEBUG: 'indelible' },
    });
    await rm(alone, { recursive: true });
    expect(stderr).toContain('no pg was loaded');
  });
});
