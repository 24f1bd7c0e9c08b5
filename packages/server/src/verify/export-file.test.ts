// Files of exports that are short, long, altered, or without what they say of themselves.

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyExport } from './export-file.ts';

const LOG = 'trail.example/log/abc';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'indelible-verify-export-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function saved(text: string, suffix = 'jsonl'): Promise<string> {
  const path = join(folder, `${files++}.${suffix}`);
  await writeFile(path, text);
  return path;
}

function lineOf(seq: number): string {
  return `${JSON.stringify({ id: `id-${seq}`, occurredAt: new Date(1_800_000_000_000 + 1_000 * Math.floor(seq / 2)).toISOString(), log: LOG, seq, text: 'ü' })}\n`;
}

function manifestOf(body: string, count: number, more: object = {}): string {
  const places = count === 0 ? {} : { firstSeq: 1, lastSeq: count };
  const sha256 = createHash('sha256').update(body).digest('hex');
  const about = {
    version: 1,
    id: 'exp_1',
    tenant: 'org_acme',
    log: LOG,
    format: 'jsonl',
    count,
    ...places,
    bytes: Buffer.byteLength(body),
    sha256,
  };
  return `${JSON.stringify({ export: { ...about, ...more } })}\n`;
}

const COUNT = 12;
const LINES = Array.from({ length: COUNT }, (_, index) => lineOf(COUNT - index));
const BODY = LINES.join('');
const TRAILER = manifestOf(BODY, COUNT);

async function said(text: string, options: { readonly manifestFile?: string; readonly vkey?: string } = {}, suffix?: string) {
  const { exitCode, findings, checked } = await verifyExport({ file: await saved(text, suffix), ...options });
  return { exitCode, message: findings[0]?.message, code: findings[0]?.code, events: checked.events };
}

test('a whole file is verified, with or without events', async () => {
  expect(await said(BODY + TRAILER)).toMatchObject({ exitCode: 0, events: COUNT });
  expect(await said(manifestOf('', 0))).toMatchObject({ exitCode: 0, events: 0 });
});

test('a file that is short is said to be, in numbers', async () => {
  expect(await said(LINES.slice(0, 8).join('') + TRAILER)).toEqual({
    exitCode: 1,
    message: `short: 8 of ${COUNT} events`,
    code: 'export_short',
    events: 8,
  });
  expect(await said(LINES.slice(0, 8).join(''))).toMatchObject({ exitCode: 1, code: 'export_short', events: 8 });
  expect(await said('')).toMatchObject({ exitCode: 1, message: 'short: the file is empty' });
  const manifestFile = await saved(TRAILER, 'json');
  expect(await said(BODY.slice(0, 700), { manifestFile })).toMatchObject({
    exitCode: 1,
    code: 'export_short',
    message: expect.stringContaining('short:') as string,
  });
});

test('no byte of a file can be taken away, and none changed', async () => {
  const whole = Buffer.from(BODY + TRAILER);
  const wholeManifest = await saved(TRAILER, 'json');
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.boolean(), async (place, isCut) => {
      const bytes = isCut ? whole.subarray(0, place) : Buffer.from(whole);
      if (!isCut) bytes[place] = (bytes[place] as number) ^ 1;
      const path = join(folder, 'altered.jsonl');
      await writeFile(path, bytes);
      const { exitCode } = await verifyExport({ file: path, manifestFile: wholeManifest });
      expect({ place, isCut, exitCode }).toEqual({ place, isCut, exitCode: 1 });
    }),
    { numRuns: 300 },
  );
});

test('an altered file is told from a short one', async () => {
  expect(await said(BODY.replace('"ü"', '"u"') + TRAILER)).toMatchObject({ exitCode: 1, code: 'export_changed' });
  expect(await said(BODY + lineOf(13) + TRAILER)).toMatchObject({ exitCode: 1, message: `altered: 13 events, and there were ${COUNT}` });
});

test('a manifest that does not fit its events is a finding, though its hash does', async () => {
  const swapped = [LINES[1], LINES[0], ...LINES.slice(2)].join('');
  expect(await said(swapped + manifestOf(swapped, COUNT))).toMatchObject({ exitCode: 1, message: 'altered: line 2 is not in its place' });
  const doubled = LINES.slice(0, 11).join('') + (LINES[10] ?? '');
  expect(await said(doubled + manifestOf(doubled, COUNT))).toMatchObject({ exitCode: 1, message: 'altered: line 12 is not in its place' });
  expect(await said(BODY + manifestOf(BODY, COUNT, { log: 'other/log/1' }))).toMatchObject({
    message: `altered: line 1 is of the log ${LOG}`,
  });
  expect(await said(BODY + manifestOf(BODY, COUNT, { lastSeq: 99 }))).toMatchObject({
    message: 'altered: the manifest says sequences 1 to 99, and the events have 1 to 12',
  });
  expect(await said(BODY + manifestOf(BODY, 11))).toMatchObject({ exitCode: 1 });
});

test('CSV is held against the manifest beside it, line feeds in cells and all', async () => {
  const header = '\ufeffseq,text\r\n';
  const csv = `${header}1,"a\n""b""\r\n"\r\n2,\r\n3,"x"\r\n`;
  const manifestFile = await saved(manifestOf(csv, 3, { format: 'csv' }), 'json');
  expect(await said(csv, { manifestFile }, 'csv')).toMatchObject({ exitCode: 0, events: 3 });
  expect(await said(`${header}1,"a\n""b""\r\n"\r\n2,\r\n`, { manifestFile }, 'csv')).toMatchObject({ message: 'short: 2 of 3 events' });
  expect(await said(csv.slice(0, -3), { manifestFile }, 'csv')).toMatchObject({ message: 'short: 2 of 3 events' });
  expect(await said(csv.replace('x', '=x'), { manifestFile }, 'csv')).toMatchObject({ code: 'export_changed' });
  expect(await said(csv, {}, 'csv')).toMatchObject({ exitCode: 1, code: 'export_short' });
});

test('what cannot be read is a fault of usage', async () => {
  await expect(verifyExport({ file: join(folder, 'none') })).rejects.toMatchObject({ code: 'parameter_invalid' });
  const file = await saved(BODY + TRAILER);
  await expect(verifyExport({ file, manifestFile: join(folder, 'none') })).rejects.toMatchObject({ code: 'parameter_invalid' });
  await expect(verifyExport({ file, manifestFile: file })).rejects.toMatchObject({ code: 'parameter_invalid' });
  await expect(verifyExport({ file, vkey: 'x' })).rejects.toMatchObject({ code: 'parameter_invalid' });
});
