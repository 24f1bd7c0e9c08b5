// Saving the file of an export: whole under its name, or not at all.

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExportManifest } from '../export/manifest.ts';
import { saveExport } from './export-save.ts';

const CSV = '\ufeffseq,id\r\n1,a\r\n2,b\r\n';

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'indelible-save-'));
  out = join(folder, 'events.csv');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const manifest: ExportManifest = {
  version: 1,
  id: 'exp_1',
  tenant: 'org_acme',
  log: 'trail.example/log/abc',
  format: 'csv',
  q: '',
  zone: 'UTC',
  query: 'seq:<=2',
  exportedAt: '2026-11-22T20:00:00.123Z',
  order: 'desc',
  count: 2,
  firstSeq: 1,
  lastSeq: 2,
  bytes: Buffer.byteLength(CSV),
  sha256: createHash('sha256').update(CSV).digest('hex'),
};

test('a file that is whole has its name, and CSV its manifest beside it', async () => {
  const bytes: number[] = [];
  await saveExport(new Response(CSV), manifest, out, (count) => bytes.push(count));
  expect(await readFile(out, 'utf8')).toBe(CSV);
  expect(JSON.parse(await readFile(`${out}.manifest.json`, 'utf8'))).toEqual({ export: manifest });
  expect(await readdir(folder)).toHaveLength(2);
  expect(bytes.at(-1)).toBe(Buffer.byteLength(CSV));
});

test('a file that is short or broke off has none, and nothing is left of it', async () => {
  await expect(saveExport(new Response(CSV.slice(0, -5)), manifest, out)).rejects.toMatchObject({
    code: 'export_differs',
    message: expect.stringContaining('short: 1 of 2 events') as string,
  });
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(CSV)),
    pull: (controller) => controller.error(new Error('reset')),
  });
  await expect(saveExport(new Response(broken), manifest, out)).rejects.toMatchObject({ code: 'server_unreachable' });
  expect(await readdir(folder)).toEqual([]);
  await expect(saveExport(new Response(CSV), manifest, join(folder, 'none', 'x.csv'))).rejects.toMatchObject({ code: 'parameter_invalid' });
});
