// Files that are whole, short, and altered.

import { expect, test } from 'vitest';
import { type Promised, type Read, readFile } from './read-file.ts';

const LINES = '{"a":1}\n{"a":2}\n';
const FILE = `${LINES}{"export":{"count":2}}\n`;
const digest = (bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', bytes);
const sha = async (text: string): Promise<string> =>
  Array.from(new Uint8Array(await digest(new TextEncoder().encode(text))), (byte) => byte.toString(16).padStart(2, '0')).join('');
const promised: Promised = { format: 'jsonl', bytes: FILE.length, sha256: await sha(LINES) };

async function* chunksOf(text: string, breaks = false): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const part of text.match(/[^]{1,5}/g) ?? []) {
    await Promise.resolve();
    yield new TextEncoder().encode(part);
  }
  if (breaks) throw new TypeError('network error');
}

const read = (text: string, more: Partial<Promised> = {}): Promise<Read> =>
  readFile(chunksOf(text), { ...promised, ...more }, digest, () => undefined);

test('a whole file is handed on as it came, with its progress', async () => {
  const seen: number[] = [];
  const whole = await readFile(chunksOf(FILE), promised, digest, (bytes) => seen.push(bytes));
  expect(whole).toMatchObject({ kind: 'whole', isHashed: true });
  expect(await new Blob(whole.kind === 'whole' ? [...whole.parts] : []).text()).toBe(FILE);
  expect(seen.at(-1)).toBe(FILE.length);
  expect(await read(FILE, { format: 'csv', sha256: await sha(FILE) })).toMatchObject({ kind: 'whole', isHashed: true });
});

test('one that is short, or breaks off, is not', async () => {
  expect(await read(FILE.slice(0, -3))).toEqual({ kind: 'short', bytes: FILE.length - 3 });
  expect(await readFile(chunksOf(FILE.slice(0, 9), true), promised, digest, () => undefined)).toEqual({ kind: 'short', bytes: 9 });
});

test('one that is longer or other than promised is not', async () => {
  expect(await read(`${FILE}x`)).toEqual({ kind: 'altered' });
  expect(await read(FILE.replace('"a":2', '"a":3'))).toEqual({ kind: 'altered' });
});

test('without a digest its length alone is looked at, and that is said', async () => {
  expect(await readFile(chunksOf(FILE), promised, undefined, () => undefined)).toMatchObject({ kind: 'whole', isHashed: false });
  expect(await read(FILE, { sha256: undefined })).toMatchObject({ kind: 'whole', isHashed: false });
});
