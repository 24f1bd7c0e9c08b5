import { beforeAll, expect, test } from 'vitest';
import { memoryIn } from './memory.ts';
import { type EventSource, type EventVerdict, verifyShownEvent } from './verify-shown-event.ts';
import { ACTOR, ID, makeSigner, makeStore, makeWorld, SEQ, shownIn, type Signer, sourceOf, type World } from './world.test.fixture.ts';

let signer: Signer;

beforeAll(async () => {
  signer = await makeSigner();
});

function verify(world: World, more: Partial<EventSource> = {}): Promise<EventVerdict> {
  const source = { ...sourceOf(world), ...more };
  return verifyShownEvent({ source, memory: memoryIn(makeStore()), tenant: 'acme', nowMs: 5_000 }, ID);
}

const mallory = { ...ACTOR, name: 'Mallory' };

test('a true event is held, with what was checked', async () => {
  expect(await verify(makeWorld([signer]))).toMatchObject({
    kind: 'held',
    atMs: 5_000,
    event: { seq: SEQ, id: ID, withheld: [], checkpoint: { size: 6 }, systemCheckpoint: { size: 2 } },
    log: { checkpoint: { size: 6 } },
  });
});

test('an altered event: which leaf is signed, which one it makes now, and what it said, proved', async () => {
  const world = makeWorld([signer]);
  world.now['actor'] = mallory;
  const verdict = await verify(world);
  expect(verdict).toMatchObject({
    kind: 'failed',
    fault: 'leaf',
    seq: SEQ,
    signed: true,
    sections: [],
    altered: [{ field: 'actor/name', expected: 'Maria', found: 'Mallory' }],
  });
  expect(verdict.kind === 'failed' && verdict.expected !== verdict.found).toBe(true);
});

test('where the entry was kept, the section is known even when nothing tells what it said', async () => {
  const world = makeWorld([signer]);
  world.now['actor'] = mallory;
  world.kept = true;
  const verdict = await verify(world, { around: async () => [] });
  expect(verdict).toMatchObject({ kind: 'failed', fault: 'disclosure', sections: ['actor'], signed: true, altered: [] });
  expect(await verify(world)).toMatchObject({ altered: [{ field: 'actor/name' }] });
});

test('an outcome is found without any other event', async () => {
  const world = makeWorld([signer]);
  world.now['core'] = { ...world.signed['core'], outcome: 'denied' };
  expect(await verify(world, { around: async () => [] })).toMatchObject({
    altered: [{ field: 'core/outcome', expected: 'success', found: 'denied' }],
  });
});

test('who alters the leaf too is not in the signed tree', async () => {
  const world = makeWorld([signer]);
  world.now['actor'] = mallory;
  world.leafAltered = true;
  expect(await verify(world)).toMatchObject({ kind: 'failed', fault: 'inclusion' });
});

test('a page that shows something else than what is proved is refused', async () => {
  const world = makeWorld([signer]);
  expect(await verify(world, { event: async () => shownIn(world, { ...world.now, actor: mallory }) })).toMatchObject({
    kind: 'failed',
    fault: 'shown',
  });
});

test('the checkpoint of the proof must continue, or be continued by, that of the log', async () => {
  const world = makeWorld([signer]);
  const earlier = await sourceOf({ ...world, size: 5 }).proof(ID);
  expect(await verify(world, { proof: async () => earlier })).toMatchObject({
    kind: 'held',
    event: { checkpoint: { size: 5 } },
    log: { checkpoint: { size: 6 } },
  });
  const other = await sourceOf({ ...world, size: 5, fork: 'other' }).proof(ID);
  expect(await verify(world, { proof: async () => other })).toMatchObject({ kind: 'failed', fault: 'forked', seq: SEQ });
});

test('the proof of another event is refused', async () => {
  const world = makeWorld([signer]);
  const source = { ...sourceOf(world) };
  const verdict = await verifyShownEvent(
    { source, memory: memoryIn(makeStore()), tenant: 'acme', nowMs: 1 },
    '0195606d-1c43-7abc-8def-000000000000',
  );
  expect(verdict).toMatchObject({ kind: 'failed', fault: 'entry' });
});

test('a value that was changed is found in what the next event found', async () => {
  const world = makeWorld([signer]);
  const change = { before: { limit: 10 }, after: { limit: 20 }, fields: ['limit'] };
  world.signed['change'] = change;
  world.now['change'] = { ...change, after: { limit: 99 } };
  const next = shownIn(world, { ...world.signed, change: { before: { limit: 20 }, after: { limit: 30 }, fields: ['limit'] } });
  expect(await verify(world, { around: async () => [next] })).toMatchObject({
    kind: 'failed',
    altered: [{ field: 'change/after/limit', expected: 20, found: 99 }],
  });
});

test('a value that was changed is found where the field had it in another event', async () => {
  const world = makeWorld([signer]);
  const change = { before: { limit: 10, model: 'a' }, after: { limit: 20, model: 'a' }, fields: ['limit'] };
  world.signed['change'] = change;
  world.now['change'] = { ...change, after: { limit: 20, model: 'z' } };
  const earlier = shownIn(world, {
    ...world.signed,
    change: { before: { model: 'a', limit: 1 }, after: { model: 'b', limit: 1 }, fields: ['model'] },
  });
  expect(await verify(world, { around: async () => [earlier] })).toMatchObject({
    altered: [{ field: 'change/after/model', expected: 'a', found: 'z' }],
  });
});

test('a record that cannot be shown any more is refused all the same; where only showing fails, that is thrown', async () => {
  const unreadable = { event: async () => Promise.reject(new Error('cannot be shown')) };
  const world = makeWorld([signer]);
  await expect(verify(world, unreadable)).rejects.toThrow('cannot be shown');
  world.now['actor'] = mallory;
  expect(await verify(world, unreadable)).toMatchObject({ kind: 'failed', fault: 'leaf', signed: true });
});
