import { toBase64 } from '@indelible/core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type LogMemory, memoryIn } from './memory.ts';
import { type FailedLog, type HeldLog, verifyLog } from './verify-log.ts';
import { keyChange, makeSigner, makeStore, makeWorld, ORIGIN, type Signer, sourceOf, type World } from './world.test.fixture.ts';

let signer: Signer;
let other: Signer;
let memory: LogMemory;

beforeAll(async () => {
  [signer, other] = await Promise.all([makeSigner(), makeSigner()]);
});
beforeEach(() => {
  memory = memoryIn(makeStore());
});

const look = (world: World, nowMs = 1_000): Promise<HeldLog | FailedLog> =>
  verifyLog({ source: sourceOf(world), memory, tenant: 'acme', nowMs });

test('the first key is remembered, and that it is the first is told', async () => {
  const verdict = await look(makeWorld([signer]));
  expect(verdict).toMatchObject({ kind: 'held', keySinceMs: 1_000, checkpoint: { size: 6, origin: ORIGIN } });
  expect(verdict).not.toHaveProperty('before');
  expect(memory.recall('acme')).toMatchObject({ publicKey: toBase64(signer.publicKey), size: 6, sinceMs: 1_000 });
});

test('a log that grew is held against the remembered checkpoint', async () => {
  const world = makeWorld([signer]);
  await look(world);
  world.size = 11;
  expect(await look(world, 2_000)).toMatchObject({
    kind: 'held',
    keySinceMs: 1_000,
    before: { size: 6, atMs: 1_000 },
    checkpoint: { size: 11 },
  });
  expect(memory.recall('acme')).toMatchObject({ size: 11, atMs: 2_000 });
});

test.each([
  ['shrunk', { size: 5 }],
  ['forked', { size: 9, fork: 'other' }],
  ['forked', { fork: 'other' }],
  ['origin', { origin: 'logs.example/log/other' }],
] as const)('a log that %s is refused, and what is remembered stays', async (fault, change) => {
  const world = makeWorld([signer]);
  await look(world);
  Object.assign(world, change);
  expect(await look(world, 2_000)).toMatchObject({ kind: 'failed', fault });
  expect(memory.recall('acme')).toMatchObject({ origin: ORIGIN, size: 6, atMs: 1_000 });
});

test('another key is refused, also one that has signed beside the first: anybody can add a signature', async () => {
  await look(makeWorld([signer]));
  expect(await look(makeWorld([other]))).toMatchObject({
    kind: 'failed',
    fault: 'key',
    expected: toBase64(signer.publicKey),
    found: toBase64(other.publicKey),
  });
  expect(await look(makeWorld([signer, other]), 3_000)).toMatchObject({ kind: 'failed', fault: 'key' });
  expect(await look(makeWorld([other]))).toMatchObject({ kind: 'failed', fault: 'key' });
  expect(await look(makeWorld([signer]))).toMatchObject({ kind: 'held', keySinceMs: 1_000 });
});

test('another key that the remembered one signed for, in the log over all logs, is taken over', async () => {
  await look(makeWorld([signer]));
  const source = { ...sourceOf(makeWorld([other])), keys: () => keyChange(signer, other) };
  expect(await verifyLog({ source, memory, tenant: 'acme', nowMs: 4_000 })).toMatchObject({
    kind: 'held',
    isNewKey: true,
    keySinceMs: 4_000,
  });
  expect(await look(makeWorld([other]), 5_000)).toMatchObject({ kind: 'held', isNewKey: false, keySinceMs: 4_000 });
  expect(await look(makeWorld([signer]))).toMatchObject({ kind: 'failed', fault: 'key' });
});

test('a checkpoint that nobody signed is refused', async () => {
  const world = makeWorld([signer]);
  const source = {
    ...sourceOf(world),
    log: async () => ({ ...(await sourceOf(world).log()), checkpoint: (await sourceOf({ ...world, signers: [other] }).log()).checkpoint }),
  };
  expect(await verifyLog({ source, memory, tenant: 'acme', nowMs: 1 })).toMatchObject({ kind: 'failed', fault: 'signature' });
});

test('what is remembered is never replaced by less, and rubbish counts as nothing', () => {
  const store = makeStore();
  const inStore = memoryIn(store);
  const known = {
    origin: ORIGIN,
    publicKey: toBase64(new Uint8Array(32)),
    sinceMs: 1,
    size: 9,
    root: toBase64(new Uint8Array(32)),
    atMs: 1,
  };
  inStore.keep('acme', known);
  inStore.keep('acme', { ...known, size: 8 });
  expect(inStore.recall('acme')).toEqual(known);
  store.setItem('indelible.log.acme', '{"origin":1}');
  expect(inStore.recall('acme')).toBeUndefined();
  inStore.forget('acme');
  expect(store.getItem('indelible.log.acme')).toBeNull();
});
