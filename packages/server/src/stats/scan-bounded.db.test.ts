// Counting event by event keeps to its time and gives way, and says how far it came.

import { parse } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STATS_SCAN_MS_MAX, WORK_MS_MAX } from '../limits.ts';
import type { WorkClock } from '../query/in-turns.ts';
import { openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { scanEvents, type Scanned } from './scan.ts';

const FIRST_MS = monthStart(new Date(), -1).getTime() + 86_400_000;
const EVENTS = 300;

let trail: TestTrail;
let log: TenantLog;

beforeAll(async () => {
  trail = await openTestTrail(monthStart(new Date(), -1));
  for (let index = 0; index < EVENTS; index++) {
    const input = { action: 'bot.updated', actor: { id: 'usr_1' }, metadata: { note: `number ${index}` } };
    await trail.append('org_acme', [input], FIRST_MS + index);
  }
  log = await trail.log('org_acme');
}, 180_000);

afterAll(async () => {
  await trail?.close();
});

async function scan(work: WorkClock, q = '-"no such words"'): Promise<Scanned & { readonly total: number }> {
  const clock = { nowMs: Date.now(), zone: 'UTC' };
  const span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  const found = await scanEvents(trail.reader, { scope: log, query: parse(q), clock, span, slots: 'none', facets: [] }, work);
  return { ...found, total: found.counted.reduce((sum, { count }) => sum + count, 0) };
}

/** A clock on which each look takes so long. */
function slowClock(stepMs: number): WorkClock & { readonly turns: () => number } {
  let [ms, turns] = [0, 0];
  return { now: () => (ms += stepMs), giveWay: async () => turns++, turns: () => turns };
}

test('all are counted when there is time, and the counting gives way', async () => {
  const clock = slowClock(WORK_MS_MAX / 10);
  const { total, searchedBackToMs } = await scan(clock);
  expect({ total, searchedBackToMs }).toEqual({ total: EVENTS + 1, searchedBackToMs: undefined });
  // Two looks at the clock an event.
  expect(clock.turns()).toBeGreaterThanOrEqual((2 * EVENTS) / 10 - 10);
});

test('when the time is up in the midst of a batch, what was counted counts, and the place is named', async () => {
  const { total, searchedBackToMs } = await scan(slowClock(STATS_SCAN_MS_MAX / 40));
  expect(total).toBeGreaterThan(5);
  expect(total).toBeLessThan(40);
  // Everything that was recorded since then, and nothing else: each event has a millisecond of its own.
  expect(searchedBackToMs).toBe(FIRST_MS + EVENTS - total + 1);
});
