// The signer alone: what it refuses, and what its memory survives.

import { appendFile, chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consistencyProof, leafReader, rootOf, verifyCheckpoint } from '@indelible/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEY_FILE } from './signer-key.ts';
import { MEMORY_FILE, openMemory } from './signer-memory.ts';
import { Signer, type SignRequest } from './signer.ts';

const ORIGIN = 'example.invalid/log/a';
const leaves = Array.from({ length: 40 }, (_, index) => new Uint8Array(32).fill(index));

let base: string;
let directory: string;
let open: Signer[];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'indelible-signer-'));
  directory = join(base, 'signer');
  open = [];
});
afterEach(async () => {
  for (const signer of open) await signer.close();
  await rm(base, { recursive: true, force: true });
});

async function openSigner(): Promise<Signer> {
  const signer = await Signer.open(directory);
  open.push(signer);
  return signer;
}

async function reopen(signer: Signer): Promise<Signer> {
  open.splice(open.indexOf(signer), 1);
  await signer.close();
  return openSigner();
}

function request(from: number, size: number, options: Partial<SignRequest> & { readonly of?: readonly Uint8Array[] } = {}): SignRequest {
  const tree = options.of ?? leaves;
  const consistency = from === 0 || from >= size ? [] : consistencyProof(from, size, leafReader(tree));
  return { origin: ORIGIN, size, root: rootOf(tree.slice(0, size)), published: from, consistency, ...options };
}

test('it signs a log that grows, and others can verify it', async () => {
  const signer = await openSigner();
  await signer.sign([request(0, 3)]);
  const [note] = await signer.sign([request(3, 9)]);
  expect(await verifyCheckpoint(note!, ORIGIN, { publicKeys: [signer.publicKey] })).toMatchObject({ ok: true, checkpoint: { size: 9 } });
});

test('the key is made once, for its owner alone, and refused when others can read it', async () => {
  const signer = await openSigner();
  expect((await stat(join(directory, KEY_FILE))).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const again = await reopen(signer);
  expect(Buffer.from(again.publicKey)).toEqual(Buffer.from(signer.publicKey));
  await again.close();
  open = [];
  await chmod(join(directory, KEY_FILE), 0o640);
  await expect(Signer.open(directory)).rejects.toMatchObject({ code: 'signer_refused', message: expect.stringContaining('640') });
});

test('a raw seed is a key too, and a key of another kind is none', async () => {
  await (await openSigner()).close();
  open = [];
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(join(directory, KEY_FILE), Buffer.from((privateKey.export({ format: 'jwk' }) as { d: string }).d, 'base64url'));
  const signer = await openSigner();
  expect(Buffer.from(signer.publicKey).toString('base64url')).toBe((publicKey.export({ format: 'jwk' }) as { x: string }).x);
  await signer.close();
  open = [];
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(directory, KEY_FILE), other);
  await expect(Signer.open(directory)).rejects.toMatchObject({ code: 'signer_refused' });
});

test('a smaller tree is refused, also after a restart, and the refusal names both', async () => {
  const signer = await openSigner();
  await signer.sign([request(0, 9)]);
  const again = await reopen(signer);
  const refusal = { code: 'signer_refused', message: expect.stringMatching(/size 9 .* size 4 /) };
  await expect(again.sign([request(0, 4)])).rejects.toMatchObject(refusal);
  await expect(again.sign([request(9, 9, { of: leaves.toReversed() })])).rejects.toMatchObject({ code: 'signer_refused' });
});

test('a forked tree is refused, and with it every other log of the batch', async () => {
  const signer = await openSigner();
  await signer.sign([request(0, 9)]);
  const other = { ...request(0, 2), origin: 'example.invalid/log/b' };
  await expect(signer.sign([other, request(9, 20, { of: leaves.toReversed() })])).rejects.toMatchObject({ code: 'signer_refused' });
  expect(signer.remembered(other.origin)).toBeUndefined();
});

test('without the memory of what was published nothing is signed', async () => {
  const signer = await openSigner();
  await expect(signer.sign([request(5, 9)])).rejects.toMatchObject({
    code: 'signer_refused',
    message: expect.stringContaining('indelible log succeed --reason'),
  });
  await signer.sign([request(0, 3)]);
  await expect(signer.sign([request(3, 9, { published: 5 })])).rejects.toMatchObject({
    code: 'signer_refused',
    message: expect.stringContaining('remembers only size 3'),
  });
});

test('one process holds the directory, and a dead one does not', async () => {
  const signer = await openSigner();
  await expect(Signer.open(directory)).rejects.toMatchObject({ code: 'directory_in_use' });
  await signer.close();
  open = [];
  await writeFile(join(directory, 'lock'), '4194304 12345 0011223344556677\n');
  await openSigner();
});

test('a memory torn at any byte is either the old or the new state', async () => {
  const memory = await openMemory(base);
  await memory.record([{ origin: 'a', size: 1, root: root(1) }]);
  await memory.close();
  const path = join(base, MEMORY_FILE);
  const before = await readFile(path);
  const again = await openMemory(base);
  await again.record([
    { origin: 'a', size: 2, root: root(2) },
    { origin: 'b', size: 7, root: root(3) },
  ]);
  await again.close();
  const after = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: before.length, max: after.length }), async (length) => {
      await writeFile(path, after.subarray(0, length));
      const torn = await openMemory(base);
      const sizes = [torn.get('a')?.size, torn.get('b')?.size];
      await torn.close();
      expect(sizes).toEqual(length === after.length ? [2, 7] : [1, undefined]);
    }),
    { numRuns: 60 },
  );
});

test('a torn end does not hurt what is written after it', async () => {
  const memory = await openMemory(base);
  await memory.record([{ origin: 'a', size: 1, root: root(1) }]);
  await memory.close();
  await appendFile(join(base, MEMORY_FILE), '{"states":2}\n{"origin":"a","si');
  const again = await openMemory(base);
  await again.record([{ origin: 'a', size: 3, root: root(3) }]);
  await again.close();
  const third = await openMemory(base);
  expect(third.get('a')).toEqual({ origin: 'a', size: 3, root: root(3) });
  await third.close();
});

test('damage that no crash explains fails closed', async () => {
  const memory = await openMemory(base);
  await memory.record([{ origin: 'a', size: 1, root: root(1) }]);
  await memory.record([{ origin: 'a', size: 2, root: root(2) }]);
  await memory.close();
  const path = join(base, MEMORY_FILE);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"size":1', '"size":x'));
  await expect(openMemory(base)).rejects.toMatchObject({ code: 'signer_refused', message: expect.stringContaining('line 1') });
});

test('a write that fails signs nothing, and the memory must be opened anew', async () => {
  const memory = await openMemory(base);
  await memory.close();
  await expect(memory.record([{ origin: 'a', size: 1, root: root(1) }])).rejects.toThrow(/closed|EBADF/);
  await expect(memory.record([{ origin: 'a', size: 1, root: root(1) }])).rejects.toThrow('opened anew');
});

function root(byte: number): string {
  return Buffer.alloc(32, byte).toString('base64');
}
