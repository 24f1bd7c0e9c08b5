// Two servers, one source: whatever becomes of the one that captures it, the other goes on without a hole or a double.

import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { type Consumer, startConsumer } from './consumer.test.fixture.ts';
import { LOAD_SCHEMA, compareWith, countCaptured, startLoad } from './load.test.fixture.ts';

const LEASE_MS = 2_000;

let app: CaptureTest | undefined;
const children: Consumer[] = [];

afterEach(async () => {
  for (const { child, ended } of children.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await app?.close();
  app = undefined;
});

interface Pair {
  readonly test: CaptureTest;
  readonly owner: Consumer;
  readonly other: Consumer;
}

async function opened(): Promise<Pair> {
  const test = await openCaptureTest(LOAD_SCHEMA);
  app = test;
  await test.setup();
  const start = (): Consumer => {
    const consumer = startConsumer({ name: test.name, sourceUrl: test.sourceUrl, trailUrl: test.store.ownerUrl, leaseMs: LEASE_MS });
    children.push(consumer);
    return consumer;
  };
  const owner = start();
  await until(() => owner.states.includes('streaming'));
  const other = start();
  await until(() => other.states.at(-1) === 'standby');
  return { test, owner, other };
}

/** How long it takes until more is in the trail than there was. */
async function goesOn(test: CaptureTest): Promise<number> {
  const began = Date.now();
  const before = await countCaptured(test.store.owner);
  await until(async () => (await countCaptured(test.store.owner)) > before);
  return Date.now() - began;
}

async function expectOnce(test: CaptureTest, written: readonly string[]): Promise<void> {
  const compared = await compareWith(test, written);
  expect(compared).toEqual({ missing: [], doubled: [], twins: 0, changes: written.length });
  expect(written.length).toBeGreaterThan(100);
  const gaps = (await test.events('_operator')).filter((event) => event.action === 'capture.gap');
  expect(gaps.map((event) => event.metadata?.['detail'])).toEqual([]);
}

test('the owner is killed: the other goes on within seconds', { timeout: 120_000 }, async () => {
  const { test, owner, other } = await opened();
  const load = startLoad(test.source, 2, 60);
  await pause(1_000);
  owner.child.kill('SIGKILL');
  await owner.ended;
  expect(await goesOn(test)).toBeLessThan(8_000);
  expect(other.states.at(-1)).toBe('streaming');
  await pause(500);
  await expectOnce(test, await load.stop());
});

test('the owner loses its connection to the trail alone: one of the two goes on', { timeout: 120_000 }, async () => {
  const { test, owner, other } = await opened();
  const load = startLoad(test.source, 2, 60);
  for (let cut = 0; cut < 3; cut++) {
    await pause(500);
    await test.admin.query(
      `select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a using (pid)
       where l.locktype = 'advisory' and l.classid = $1::int8::oid and l.granted and a.datname = $2`,
      [0x1de11b02, `indelible_capture_${test.name}`],
    );
    expect(await goesOn(test)).toBeLessThan(8_000);
  }
  const streaming = [owner, other].filter((consumer) => consumer.states.at(-1) === 'streaming');
  expect(streaming).toHaveLength(1);
  await expectOnce(test, await load.stop());
});

test('the owner hangs and comes back: the other has taken over, and the zombie writes nothing', { timeout: 120_000 }, async () => {
  const { test, owner, other } = await opened();
  const load = startLoad(test.source, 1, 80);
  await pause(700);
  owner.child.kill('SIGSTOP');
  await until(() => other.states.at(-1) === 'streaming', 40);
  await goesOn(test);
  owner.child.kill('SIGCONT');
  await until(() => owner.states.at(-1) === 'standby', 40);
  expect(other.states.at(-1)).toBe('streaming');
  // And the other way round: the one that came back is a good heir.
  other.child.kill('SIGKILL');
  await other.ended;
  await until(() => owner.states.at(-1) === 'streaming', 40);
  await expectOnce(test, await load.stop());
});
