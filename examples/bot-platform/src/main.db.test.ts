// The process: it says that it is ready, serves, and stops when told; a wrong setting is named.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createTestDatabase, TEST_DATABASE_URL } from './platform.test.fixture.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe.skipIf(TEST_DATABASE_URL === undefined)('main', () => {
  test('one line when it is ready, and a clean end on SIGTERM; a second start finds its data', async () => {
    const database = await createTestDatabase();
    for (const round of [1, 2]) {
      const child = spawn(process.execPath, [MAIN], {
        env: { ...process.env, DATABASE_URL: database.url, PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const { ready, url } = JSON.parse(line.toString()) as { ready: boolean; url: string };
      expect([round, ready, (await fetch(`${url}/healthz`)).status]).toEqual([round, true, 200]);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
    await database.drop();
  });

  test('names a setting that is wrong', async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH, DATABASE_URL: 'mysql://nope', PORT: '70000' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toContain('DATABASE_URL');
    expect(said).toContain('PORT');
  });
});
