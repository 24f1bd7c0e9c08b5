import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MappingFile } from './watch.ts';

let folder: string;
let file: string;
let mapping: MappingFile | undefined;
const errors: string[] = [];
const log = { info: () => {}, error: (_fields: object, message: string) => void errors.push(message) };

const skipped = (): string[] => [...(mapping?.of('app').tables.keys() ?? [])];
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 25 });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mapping-'));
  file = join(folder, 'm.yaml');
  errors.length = 0;
  await writeFile(file, 'tables: {a: {skip: true}}');
  mapping = await MappingFile.open(file, log);
});

afterEach(async () => {
  mapping?.close();
  await rm(folder, { recursive: true });
});

test('what is asked for twice is one object, until the file says something else', async () => {
  const before = mapping?.of('app');
  expect(mapping?.of('app')).toBe(before);
  await writeFile(file, 'tables: {b: {skip: true}}');
  await eventually(() => expect(skipped()).toEqual(['public.b']));
  expect(mapping?.of('app')).not.toBe(before);
});

test('a file that is away, empty or broken changes nothing; the next good one does', async () => {
  await rename(file, `${file}.old`);
  await eventually(() => expect(errors.at(-1)).toContain('cannot be read'));
  await writeFile(file, '');
  await eventually(() => expect(errors.at(-1)).toContain('the file is empty'));
  await writeFile(file, 'tables: [');
  await eventually(() => expect(errors.at(-1)).toContain(`${file}:1:`));
  expect(skipped()).toEqual(['public.a']);
  await writeFile(`${file}.new`, 'tables: {c: {skip: true}}');
  await rename(`${file}.new`, file);
  await eventually(() => expect(skipped()).toEqual(['public.c']));
}, 60_000);

test('a broken file at the start is fatal', async () => {
  await writeFile(file, 'tabels: {}');
  await expect(MappingFile.open(file, log)).rejects.toMatchObject({ code: 'config_invalid' });
});
