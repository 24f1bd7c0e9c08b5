import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deriveKey, loadSecret, SECRET_FILE } from './secret.ts';

let base: string;
let directory: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'indelible-secret-'));
  directory = join(base, 'signer');
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

test('a secret is made once, for its owner alone, also where several servers begin at once', async () => {
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => loadSecret(directory)));
  for (const other of others) expect(other).toEqual(first);
  expect(await loadSecret(directory)).toEqual(first);
  expect(first?.length).toBeGreaterThanOrEqual(32);
  expect((await stat(join(directory, SECRET_FILE))).mode & 0o777).toBe(0o600);
});

test('a secret that others can read, or that is none, is refused', async () => {
  await loadSecret(directory);
  await chmod(join(directory, SECRET_FILE), 0o644);
  await expect(loadSecret(directory)).rejects.toMatchObject({ code: 'config_invalid' });
  await chmod(join(directory, SECRET_FILE), 0o600);
  await writeFile(join(directory, SECRET_FILE), 'short\n');
  await expect(loadSecret(directory)).rejects.toThrow('holds no secret');
});

test('the environment goes before the file, which is then not made', async () => {
  const secret = await loadSecret(directory, 'x'.repeat(40));
  expect(secret.toString()).toBe('x'.repeat(40));
  await expect(stat(directory)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('keys of two purposes, and of two secrets, are others', () => {
  const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const keys = [deriveKey(one, 'a'), deriveKey(one, 'b'), deriveKey(two, 'a')].map((key) => Buffer.from(key).toString('hex'));
  expect(new Set(keys).size).toBe(3);
  expect(Buffer.from(deriveKey(one, 'a')).toString('hex')).toBe(keys[0]);
});
