// What the log says of one actor, against a count of its events in memory.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTOR_EVENTS_MAX } from '../limits.ts';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { actorSummary } from './actor.ts';
import { openTestTrail, type TestTrail } from './trail.test.fixture.ts';

const NOW_MS = Date.now();
const DAY_MS = 86_400_000;
const FIRST_MONTH = monthStart(new Date(NOW_MS), -5);

interface Input {
  readonly action: string;
  readonly actor: { readonly id: string; readonly name: string; readonly email: string };
  readonly resource: { readonly type: string; readonly id: string; readonly name: string };
  readonly context: { readonly ip?: string; readonly sessionId?: string };
  readonly occurredAt: string;
}

let trail: TestTrail;
let log: TenantLog;
let inputs: Input[];

const input = (recordedMs: number): fc.Arbitrary<Input> =>
  fc.record({
    action: fc.constantFrom('bot.viewed', 'bot.updated', 'dataset.created'),
    actor: fc.record({
      id: fc.constantFrom('usr_a', 'usr_b', 'Usr_a'),
      name: fc.constantFrom('Ann', 'Ann Smith'),
      email: fc.constantFrom('ann@example.com', 'a@example.org'),
    }),
    resource: fc.record({ type: fc.constantFrom('bot', 'dataset'), id: fc.constantFrom('1', '2', '3'), name: fc.constant('One') }),
    context: fc.record(
      { ip: fc.constantFrom('203.0.113.7', '2001:db8::1', '198.51.100.1'), sessionId: fc.constantFrom('s_1', 's_2', 'with "quotes"') },
      { requiredKeys: [] },
    ),
    occurredAt: fc.integer({ min: 0, max: 50 * DAY_MS }).map((ago) => new Date(recordedMs - ago).toISOString()),
  });

beforeAll(async () => {
  trail = await openTestTrail(FIRST_MONTH);
  inputs = [];
  for (let month = 0; month < 6; month++) {
    const recordedMs = Math.min(NOW_MS - 60_000, monthStart(FIRST_MONTH, month).getTime() + 15 * DAY_MS + month);
    const made = fc.sample(input(recordedMs), { seed: month + 1, numRuns: 120 });
    await trail.append('org_acme', made, recordedMs);
    inputs.push(...made);
  }
  await trail.append('org_other', [{ action: 'bot.viewed', actor: { id: 'usr_foreign' } }], NOW_MS - 1_000);
  log = await trail.log('org_acme');
}, 120_000);

afterAll(async () => {
  await trail?.close();
});

/** Newest first. */
function eventsOf(id: string, fromMs = 0, toMs = Number.POSITIVE_INFINITY): Input[] {
  return inputs
    .filter(({ actor, occurredAt }) => actor.id === id && Date.parse(occurredAt) >= fromMs && Date.parse(occurredAt) < toMs)
    .toSorted((a, b) => (a.occurredAt < b.occurredAt ? 1 : -1));
}

/** Count, first and last by what a function tells of an event. */
function tally(events: readonly Input[], keyOf: (event: Input) => string | undefined): Record<string, [number, string, string]> {
  const counts: Record<string, [number, string, string]> = {};
  for (const event of events) {
    const key = keyOf(event);
    if (key === undefined) continue;
    const known = counts[key];
    counts[key] = known === undefined ? [1, event.occurredAt, event.occurredAt] : [known[0] + 1, event.occurredAt, known[2]];
  }
  return counts;
}

function listed<Item extends { count: number; first: string; last: string }>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): object {
  return Object.fromEntries(items.map((item) => [keyOf(item), [item.count, item.first, item.last]]));
}

test.each([undefined, '-20d', '-150d'])('the events since %s, by all that they tell', async (from) => {
  const fromMs = NOW_MS - (from === undefined ? 90 : Number(from.slice(1, -1))) * DAY_MS;
  const events = eventsOf('usr_a', fromMs);
  const all = eventsOf('usr_a');
  const answer = await actorSummary(trail.reader, log, 'usr_a', { from, nowMs: NOW_MS, zone: 'Asia/Kathmandu' });
  expect(answer).toMatchObject({
    id: 'usr_a',
    type: 'user',
    firstSeen: all.at(-1)?.occurredAt,
    lastSeen: all[0]?.occurredAt,
    name: events[0]?.actor.name,
    events: { count: events.length, estimate: false },
    range: { from: new Date(fromMs).toISOString(), zone: 'Asia/Kathmandu' },
  });
  expect(answer.partial).toBeUndefined();
  expect(listed(answer.names, ({ name }) => name)).toEqual(tally(events, ({ actor }) => actor.name));
  expect(listed(answer.emails, ({ email }) => email)).toEqual(tally(events, ({ actor }) => actor.email));
  expect(listed(answer.addresses, ({ ip }) => ip)).toEqual(tally(events, ({ context }) => context.ip));
  expect(listed(answer.sessions, ({ id }) => id)).toEqual(tally(events, ({ context }) => context.sessionId));
  expect(listed(answer.actions, ({ action }) => action)).toEqual(tally(events, ({ action }) => action));
  expect(listed(answer.resources, ({ type, id }) => `${type}/${id}`)).toEqual(
    tally(events, ({ resource }) => `${resource.type}/${resource.id}`),
  );
  expect(answer.resources.every(({ name }) => name === 'One')).toBe(true);
  expect(answer.actions.map(({ count }) => count)).toEqual(answer.actions.map(({ count }) => count).toSorted((a, b) => b - a));
  // Kathmandu is 5 hours and 45 minutes ahead of UTC.
  const days = tally(events, ({ occurredAt }) => new Date(Date.parse(occurredAt) + 345 * 60_000).toISOString().slice(0, 10));
  expect(answer.days).toEqual(
    Object.keys(days)
      .toSorted()
      .map((day) => ({ day, count: days[day]?.[0] })),
  );
});

test('a range without events is empty, and still says when the actor was seen', async () => {
  const answer = await actorSummary(trail.reader, log, 'usr_b', { from: '2020-01-01', to: '2020-02-01' });
  expect(answer).toMatchObject({ events: { count: 0 }, days: [], actions: [], lastSeen: eventsOf('usr_b')[0]?.occurredAt });
});

test('who did nothing is not found, and neither is another tenant’s actor', async () => {
  for (const id of ['nobody', 'usr_foreign', 'usr_A'])
    await expect(actorSummary(trail.reader, log, id)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('exact') as string,
    });
  for (const request of [{ from: 'soon' }, { to: '2026-99' }, { from: '-1d', to: '-2d' }, { zone: 'Mars/Base' }])
    await expect(actorSummary(trail.reader, log, 'usr_a', request)).rejects.toMatchObject({ code: 'parameter_invalid' });
});

test('of too many events the newest are looked at, and all are counted', async () => {
  const count = ACTOR_EVENTS_MAX + 500;
  for (let from = 0; from < count; from += 1_000) {
    const events = Array.from({ length: Math.min(1_000, count - from) }, (_, index) => ({
      action: 'job.started',
      actor: { type: 'service', id: 'svc_busy' },
      resource: { type: 'job', id: String(from + index) },
      occurredAt: new Date(NOW_MS - DAY_MS + (from + index) * 1_000).toISOString(),
    }));
    await trail.append('org_acme', events, NOW_MS - 1_000);
  }
  const answer = await actorSummary(trail.reader, log, 'svc_busy', { nowMs: NOW_MS });
  expect(answer).toMatchObject({ type: 'service', partial: true, events: { count, estimate: false } });
  const looked = answer.days.reduce((sum, { count: daily }) => sum + daily, 0);
  expect(looked).toBeGreaterThan(ACTOR_EVENTS_MAX - 10);
  expect(looked).toBeLessThanOrEqual(ACTOR_EVENTS_MAX);
  const earlierMs = Date.parse(answer.actions[0]?.first ?? '') - Date.parse(answer.searchedBackTo ?? '');
  expect(earlierMs).toBeGreaterThanOrEqual(0);
  expect(earlierMs).toBeLessThan(1_000);
  expect(answer.distinct.resources).toBe(looked);
  expect(answer.resources).toHaveLength(100);
}, 120_000);
