// A sample finds what was altered, counts what is not signed yet, and asks for a checkpoint once.

import { describe, expect, it } from 'vitest';
import { memoryIn } from './memory.ts';
import { verifyLog } from './verify-log.ts';
import { type SampleRequest, verifySample } from './verify-sample.ts';
import { makeSigner, makeStore, makeWorld, shownIn, sourceOf, type World } from './world.test.fixture.ts';

const UNSEALED = new Error('not sealed');

async function requestFor(world: World, changes: Partial<SampleRequest> = {}): Promise<SampleRequest> {
  const memory = memoryIn(makeStore());
  const source = sourceOf(world);
  const log = await verifyLog({ source, memory, tenant: 'acme', nowMs: 1 });
  const known = memory.recall('acme');
  if (log.kind !== 'held' || known === undefined) throw new Error('the log does not hold');
  return {
    source,
    log,
    known,
    events: [shownIn(world), shownIn(world)],
    tenant: 'acme',
    nowMs: 2,
    isUnsealed: (error) => error === UNSEALED,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
}

describe('verifySample', () => {
  it('verifies each event, tells how far it is, and asks for the checkpoint once', async () => {
    const world = makeWorld([await makeSigner()]);
    const request = await requestFor(world);
    let asked = 0;
    const source = { ...request.source, log: () => (asked++, request.source.log()) };
    const seen: number[] = [];
    const sample = await verifySample({ ...request, source, onProgress: (done) => void seen.push(done) });
    expect(sample).toEqual({ held: 2, unsealed: 0, failures: [] });
    expect(seen).toEqual([1, 2]);
    expect(asked).toBe(1);
  });

  it('holds while the log grows', async () => {
    const world = makeWorld([await makeSigner()]);
    const request = await requestFor(world);
    world.size = 9;
    expect((await verifySample(request)).held).toBe(2);
  });

  it('finds an event that was altered, with its place', async () => {
    const world = makeWorld([await makeSigner()]);
    const request = await requestFor(world);
    world.now['actor'] = { ...world.now['actor'], name: 'Mallory' };
    const { held, failures } = await verifySample({ ...request, events: [shownIn(world)] });
    expect(held).toBe(0);
    expect(failures).toMatchObject([{ verdict: { kind: 'failed', fault: 'leaf', seq: 3 } }]);
  });

  it('counts what no checkpoint covers yet, and ends with any other error', async () => {
    const world = makeWorld([await makeSigner()]);
    const request = await requestFor(world);
    const failing = (error: Error): SampleRequest => ({ ...request, source: { ...request.source, proof: () => Promise.reject(error) } });
    expect(await verifySample(failing(UNSEALED))).toEqual({ held: 0, unsealed: 2, failures: [] });
    await expect(verifySample(failing(new Error('away')))).rejects.toThrow('away');
  });

  it('stops when it is told to', async () => {
    const world = makeWorld([await makeSigner()]);
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(verifySample(await requestFor(world, { signal: stop.signal }))).rejects.toThrow('stopped');
  });
});
