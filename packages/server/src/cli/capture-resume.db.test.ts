// The command itself: it tells of a gap and changes nothing, refuses what setup may not heal, and goes on when it is told to.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture/capture.test.fixture.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function indelible(test: CaptureTest, ...args: readonly string[]): Promise<Answer> {
  const env = { ...process.env, INDELIBLE_DATABASE_URL: test.store.ownerUrl };
  return promisify(execFile)(process.execPath, [MAIN, 'capture', ...args, test.sourceUrl, '--name', test.name], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, out: stdout, err: stderr }),
  );
}

test('resume tells of the gap, and goes on with --accept-gap alone; setup refuses, also as a dry run', { timeout: 120_000 }, async () => {
  const test = await openCaptureTest('create table things (id int primary key)');
  app = test;
  await test.setup();
  expect(await indelible(test, 'resume')).toMatchObject({ code: 0, out: expect.stringContaining('nothing to resume') });
  await test.source.query(`drop publication "${test.slot}"`);
  const capture = test.start();
  await until(() => capture.status().state === 'stopped');

  const shown = await indelible(test, 'resume');
  expect(shown).toMatchObject({ code: 1, err: expect.stringContaining('--accept-gap') });
  for (const part of [
    'publication_missing',
    'after ',
    'up to ',
    'changes of all tables while the publication was away',
    'CREATE PUBLICATION',
  ])
    expect(shown.out).toContain(part);
  const json = await indelible(test, 'resume', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ name: test.name, resumed: false, gap: { reason: 'publication_missing' } });
  for (const args of [['setup'], ['setup', '--dry-run']])
    expect(await indelible(test, ...args)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('capture resume') });
  expect((await test.source.query('select from pg_publication')).rowCount).toBe(0);

  expect(await indelible(test, 'resume', '--accept-gap')).toMatchObject({ code: 0, err: expect.stringContaining('goes on') });
  await until(() => capture.status().state === 'streaming');
  await test.source.query('insert into things values (1)');
  await until(async () => (await test.tenants()).includes('default'));
});
