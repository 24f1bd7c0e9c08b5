// The consumer killed with -9 at random moments under load: every change is in the trail exactly once.
// INDELIBLE_TEST_KILLS says how often (a nightly run: 100), INDELIBLE_TEST_SEED repeats a run.

import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { startConsumer } from './consumer.test.fixture.ts';
import { LOAD_SCHEMA, compareWith, startLoad } from './load.test.fixture.ts';

const KILLS = Number(process.env['INDELIBLE_TEST_KILLS'] ?? 15);
const SEED = Number(process.env['INDELIBLE_TEST_SEED'] ?? randomInt(2 ** 31));
// A transaction takes several commits to the trail, so that some kills leave one half written.
const COMMIT_ROWS = 15;
const PER_KILL_MS = 6_000;

let app: CaptureTest | undefined;
const children: (() => void)[] = [];

afterEach(async () => {
  for (const kill of children.splice(0)) kill();
  await app?.close();
  app = undefined;
});

/** mulberry32: a small generator that a seed repeats. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(
  `killed ${KILLS} times with -9 under load, seed ${SEED}: every change exactly once`,
  { timeout: 60_000 + KILLS * PER_KILL_MS },
  async () => {
    app = await openCaptureTest(LOAD_SCHEMA);
    const { name, sourceUrl, store } = app;
    await app.setup();
    const random = generator(SEED);
    const load = startLoad(app.source, 2, 25);
    const start = (): ReturnType<typeof startConsumer> => {
      const consumer = startConsumer({ name, sourceUrl, trailUrl: store.ownerUrl, commitRows: COMMIT_ROWS });
      children.push(() => consumer.child.kill('SIGKILL'));
      return consumer;
    };
    let streamed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const consumer = start();
      // One in five dies while it starts; the others once they are at work.
      if (random() >= 0.2) {
        await until(() => consumer.states.includes('streaming'));
        streamed++;
        await pause(random() * 600);
      } else await pause(150 + random() * 400);
      consumer.child.kill('SIGKILL');
      await consumer.ended;
    }
    const last = start();
    const written = await load.stop();
    const compared = await compareWith(app, written);
    expect({ seed: SEED, ...compared }).toEqual({ seed: SEED, missing: [], doubled: [], twins: 0, changes: written.length });
    expect(streamed).toBeGreaterThan(0);
    expect(written.length).toBeGreaterThan(KILLS * 20);
    const gaps = (await app.events('_operator')).filter((event) => event.action === 'capture.gap');
    expect(gaps.map((event) => event.metadata?.['detail'])).toEqual([]);
    const counters = await store.owner.query<{ counters: { rows: number } }>('select counters from indelible.capture_source');
    // And the organization that ends the comparison.
    expect(counters.rows[0]?.counters.rows).toBe(written.length + 1);
    last.child.kill('SIGKILL');
    await last.ended;
  },
);
