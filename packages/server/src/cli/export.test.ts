// indelible export, against a server that is not to be trusted.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const manifest = {
  version: 1,
  id: 'exp_1',
  tenant: 'org_acme',
  log: 'trail.example/log/abc',
  format: 'jsonl',
  q: '',
  zone: 'UTC',
  query: 'seq:<=2',
  exportedAt: '2026-11-22T20:00:00.123Z',
  order: 'desc',
  count: 0,
  bytes: 0,
  sha256: createHash('sha256').update('').digest('hex'),
};

test('a server that names a file elsewhere writes nowhere but here', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'indelible-export-'));
  const folder = join(outside, 'here');
  await mkdir(folder);
  const made = { id: 'exp_1', state: 'done', fileName: '../elsewhere.jsonl', bytes: 0, counted: 0, preview: { count: 0 } };
  const server = createServer(({ url }, response) => {
    const answer = url?.endsWith('/file') === true || url?.endsWith('/manifest') === true ? { export: manifest } : made;
    response.setHeader('content-type', 'application/json').end(`${JSON.stringify(answer)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const env = { ...process.env, INDELIBLE_URL: `http://127.0.0.1:${port}`, INDELIBLE_KEY: 'ink_x', NO_COLOR: '1' };
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, [MAIN, 'export'], { env, cwd: folder }, (_, out, err) => resolve(out + err));
    });
    expect(said).toBe('0 events in elsewhere.jsonl\n');
    expect(await readdir(folder)).toEqual(['elsewhere.jsonl']);
    expect(await readdir(outside)).toEqual(['here']);
  } finally {
    server.close();
    await rm(outside, { recursive: true, force: true });
  }
});
