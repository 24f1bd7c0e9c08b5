// What happens at the limits, which are small here: many values, counters that are behind, an hour with many events, little time.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { lockActive } from '../store/counter-cursors.ts';
import { inTransaction } from '../store/pool.ts';
import type { TenantLog } from '../store/tenants.ts';
import { facets } from './facets.ts';
import { histogram } from './histogram.ts';
import { projectStep } from './project.ts';

const limits = vi.hoisted(() => ({
  STATS_TAIL_EVENTS_MAX: 20,
  STATS_EDGE_EVENTS_MAX: 10,
  COUNTER_VALUES_MAX: 3,
  STATS_SCAN_EVENTS: 16,
  STATS_SCAN_MS_MAX: 10_000,
}));
vi.mock('../limits.ts', async (original) => ({ ...(await original<object>()), ...limits }));

const HOUR_MS = 3_600_000;
const BASE_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 48 * HOUR_MS;
let trail: TestTrail;
let log: TenantLog;

/** An hour of 60 events, one a minute, of six actions; then a quiet one. */
beforeAll(async () => {
  trail = await openTestTrail(new Date(BASE_MS));
  const inputs = Array.from({ length: 60 }, (_, minute) => ({
    action: `kind.a${minute % 6}`,
    actor: { type: 'user', id: `usr_${minute % 4}` },
    occurredAt: new Date(BASE_MS + minute * 60_000).toISOString(),
    metadata: { note: minute % 2 === 0 ? 'even' : 'odd' },
  }));
  await trail.append('org_acme', inputs, BASE_MS + 2 * HOUR_MS);
  log = await trail.log('org_acme');
});
afterAll(async () => {
  await trail?.close();
});

const between = (fromMinute: number, toMinute: number): { from: string; to: string } => ({
  from: new Date(BASE_MS + fromMinute * 60_000).toISOString(),
  to: new Date(BASE_MS + toMinute * 60_000).toISOString(),
});

test('without counters, or with ones that are far behind, events are counted one by one', async () => {
  expect(await histogram(trail.reader, log, { ...between(0, 60), bucket: 'hour' })).toMatchObject({ total: 60, estimate: false });
  await inTransaction(trail.projector, async (tx) => projectStep(tx, await lockActive(tx, [log.tenantId]), 30));
  expect(await histogram(trail.reader, log, { ...between(0, 60), bucket: 'hour' })).toMatchObject({ total: 60, estimate: false });
  await inTransaction(trail.projector, async (tx) => projectStep(tx, await lockActive(tx, [log.tenantId])));
});

test('values beyond the limit are counted together, and right when they are asked for by name', async () => {
  const { rows } = await trail.owner.query(`select named->'action' as action from indelible.counter_cursor where tenant_id = $1`, [
    log.tenantId,
  ]);
  // The first that came: the log begins with an event of its own.
  expect(rows).toEqual([{ action: ['log.created', 'kind.a0', 'kind.a1'] }]);
  const { fields, estimate } = await facets(trail.reader, log, { ...between(0, 60), fields: ['action'] });
  expect({ fields, estimate }).toEqual({
    fields: {
      action: {
        values: [
          { value: 'kind.a0', count: 10 },
          { value: 'kind.a1', count: 10 },
        ],
        other: 40,
        unnamed: 40,
        estimate: false,
      },
    },
    estimate: false,
  });
  for (let kind = 0; kind < 6; kind++) {
    expect(await histogram(trail.reader, log, { q: `action:kind.a${kind}`, ...between(0, 60) })).toMatchObject({
      total: 10,
      estimate: false,
    });
    expect((await facets(trail.reader, log, { q: `action:kind.a${kind}`, fields: ['action', 'outcome'] })).fields).toEqual({
      action: { values: [{ value: `kind.a${kind}`, count: 10 }], other: 0, estimate: false },
      outcome: { values: [{ value: 'success', count: 10 }], other: 0, estimate: false },
    });
  }
  expect(await histogram(trail.reader, log, { q: 'action:kind.*', ...between(0, 60) })).toMatchObject({ total: 60, estimate: false });
});

test('what is left when a value is excluded holds those beyond the limit', async () => {
  const without = await facets(trail.reader, log, { q: '-action:kind.a0', ...between(0, 60), fields: ['action', 'outcome'] });
  expect(without.fields).toEqual({
    action: { values: [{ value: 'kind.a1', count: 10 }], other: 40, unnamed: 40, estimate: false },
    outcome: { values: [{ value: 'success', count: 50 }], other: 0, estimate: false },
  });
  expect(await histogram(trail.reader, log, { q: '-action:kind.a0', ...between(0, 60) })).toMatchObject({ total: 50, estimate: false });
});

test('of a full hour that is cut a share is taken, and the answer says that it is an estimate', async () => {
  const answer = await histogram(trail.reader, log, { ...between(15, 60), bucket: 'hour' });
  expect(answer).toMatchObject({ total: 45, estimate: true });
  expect(answer).not.toHaveProperty('searchedBackTo');
  const { fields, estimate } = await facets(trail.reader, log, { ...between(30, 90), fields: ['outcome'] });
  expect({ fields, estimate }).toEqual({
    fields: { outcome: { values: [{ value: 'success', count: 30 }], other: 0, estimate: true } },
    estimate: true,
  });
});

test('what only the events can tell is counted in steps, free text too', async () => {
  for (const [q, total] of [
    ['even', 30],
    ['-even action:kind.a1', 10],
    ['actor.id:usr_1', 15],
    ['actor.id:usr_1 action:kind.a1 seq:1..30', 3],
  ] as const) {
    expect(await histogram(trail.reader, log, { q, ...between(0, 60), bucket: 'hour' })).toMatchObject({ total, estimate: false });
  }
  const { fields } = await facets(trail.reader, log, { q: 'even', fields: ['actor.id'] });
  expect(fields['actor.id']?.values).toEqual([
    { value: 'usr_0', count: 15 },
    { value: 'usr_2', count: 15 },
  ]);
});

test('when the time is over, the answer is an estimate and says how far it came', async () => {
  const now = performance.now.bind(performance);
  let calls = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + (++calls > 4 ? 60_000 : 0));
  try {
    const answer = await histogram(trail.reader, log, { q: 'actor.id:usr_*', ...between(0, 60), bucket: 'hour' });
    expect(answer.estimate).toBe(true);
    expect(answer.total).toBeGreaterThan(0);
    expect(answer.total).toBeLessThan(60);
    expect(Date.parse(answer.searchedBackTo ?? '')).toBeGreaterThanOrEqual(BASE_MS + 2 * HOUR_MS);
  } finally {
    clock.mockRestore();
  }
});

test('what is not in the counters yet is not listed as if it were all that there is of its value', async () => {
  const more = ['kind.a0', 'kind.a5', 'kind.a5', 'kind.a9'].map((action) => ({
    action,
    actor: { id: 'usr_1' },
    occurredAt: between(5, 5).from,
  }));
  await trail.append('org_acme', more, BASE_MS + 3 * HOUR_MS);
  const whole = await facets(trail.reader, log, { ...between(0, 60), fields: ['action'] });
  expect(whole.fields.action).toEqual({
    values: [
      { value: 'kind.a0', count: 11 },
      { value: 'kind.a1', count: 10 },
    ],
    other: 43,
    unnamed: 43,
    estimate: false,
  });
  const asked = await facets(trail.reader, log, { ...between(0, 60), q: 'action:kind.a5', fields: ['action'] });
  expect(asked.fields.action?.values).toEqual([{ value: 'kind.a5', count: 12 }]);
});
