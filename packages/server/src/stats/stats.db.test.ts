import { FIELDS } from '@indelible/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { inputs, queries } from '../query/model.test.fixture.ts';
import { listEvents } from '../query/page.ts';
import type { PresentedEvent } from '../query/present.ts';
import { type ModelEvent, openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { lockActive } from '../store/counter-cursors.ts';
import { FACET_NAMES } from '../store/facet-columns.ts';
import { monthStart } from '../store/partitions.ts';
import { inTransaction } from '../store/pool.ts';
import type { TenantLog } from '../store/tenants.ts';
import { facets } from './facets.ts';
import { histogram } from './histogram.ts';
import { projectStep } from './project.ts';
import { matching, recountBars, recountValues } from './recount.test.fixture.ts';

// Some months and days are split then, and some are not.
vi.mock('../limits.ts', async (original) => ({ ...(await original<object>()), COUNTER_CELLS_MAX: 150 }));

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -5);
const SLOW_MS = 240_000;

let trail: TestTrail;
beforeAll(async () => {
  trail = await openTestTrail(FIRST_MONTH);
}, SLOW_MS);
afterAll(async () => {
  await trail?.close();
});

/** The events that the log begins with are not the test's own: they are taken as the database has them. */
async function firstOf(log: TenantLog): Promise<ModelEvent> {
  const { log: _, seq, ...event } = (await listEvents(trail.reader, log, { q: 'seq:0' })).events[0] as PresentedEvent;
  return { event, seq };
}

async function step(log: TenantLog, eventsMax: number): Promise<void> {
  await inTransaction(trail.projector, async (tx) => projectStep(tx, await lockActive(tx, [log.tenantId]), eventsMax));
}

describe('a log of five months', () => {
  let model: ModelEvent[];
  let log: TenantLog;

  beforeAll(async () => {
    model = [];
    for (let month = 0; month < 6; month++) {
      const recordedMs = Math.min(monthStart(FIRST_MONTH, month).getTime() + 4 * 86_400_000, NOW_MS - 60_000);
      model.push(...(await trail.append('org_acme', fc.sample(inputs(recordedMs), { seed: 50 + month, numRuns: 60 }), recordedMs)));
    }
    const recent = NOW_MS - 60_000;
    model.push(...(await trail.append('org_acme', fc.sample(inputs(recent), { seed: 99, numRuns: 60 }), recent)));
    log = await trail.log('org_acme');
    model.unshift(await firstOf(log));
    // Most is counted, the last events are not.
    await step(log, model.length - 70);
    await step(log, 30);
  }, SLOW_MS);

  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', '+05:00', 'Asia/Kolkata', 'Pacific/Auckland');
  const time = fc.constantFrom(undefined, '-24h', '-90d', '-30d', '2026-08-01T00:00', 'today', '-1000h');
  const facetTerm = fc.constantFrom(
    '',
    'action:bot.*',
    'action:bot.updated',
    '-resource:bot',
    'resource:do*',
    'country:PT',
    '-country:DE',
    'outcome:failure',
    '-outcome:success category:access',
    'actor.type:user',
    'severity:low',
    'operation:update outcome:denied',
    'action:(bot.* OR auth.login.failed) -action:bot.created',
    'resource:bot OR outcome:denied',
    '-(resource:bot outcome:success)',
    '(-country:PT OR -outcome:success) country:*',
  );
  const query = fc.oneof({ weight: 2, arbitrary: facetTerm }, { weight: 1, arbitrary: queries(NOW_MS) });

  test(
    'draws any query as a recount has it',
    async () => {
      let drawn = 0;
      await fc.assert(
        fc.asyncProperty(query, zone, time, time, fc.constantFrom('auto', 'day', 'week', 'month'), async (q, zone, from, to, bucket) => {
          const answer = await histogram(trail.reader, log, { q, zone, from, to, bucket: bucket as 'auto', nowMs: NOW_MS });
          expect(answer.estimate).toBe(false);
          expect(answer.buckets).toEqual(recountBars(matching(model, q, NOW_MS, zone), answer));
          // An open answer leaves nothing out.
          if (from === undefined && to === undefined && !q.includes('at:'))
            expect(answer.total).toBe(matching(model, q, NOW_MS, zone).length);
          if (answer.total > 0) drawn++;
        }),
        { numRuns: 300, seed: 11 },
      );
      expect(drawn).toBeGreaterThan(100);
    },
    SLOW_MS,
  );

  test(
    'counts the values of any query as a recount has them',
    async () => {
      const within = (events: readonly ModelEvent[], fromMs: number): ModelEvent[] =>
        events.filter(({ event }) => Date.parse(event.occurredAt) >= fromMs);
      await fc.assert(
        fc.asyncProperty(query, zone, fc.option(fc.nat(200 * 86_400)), async (q, zone, back) => {
          const fromMs = back === null ? Number.NEGATIVE_INFINITY : NOW_MS - back * 1_000;
          const from = back === null ? undefined : new Date(fromMs).toISOString();
          const { fields, estimate } = await facets(trail.reader, log, { q, zone, from, fields: FACET_NAMES, nowMs: NOW_MS });
          expect(estimate).toBe(false);
          const events = within(matching(model, q, NOW_MS, zone), fromMs);
          const wanted = FACET_NAMES.map((name) => [name, { values: recountValues(events, name), other: 0, estimate: false }]);
          expect(fields).toEqual(Object.fromEntries(wanted));
        }),
        { numRuns: 250, seed: 12 },
      );
    },
    SLOW_MS,
  );

  test('lists the most frequent values, and counts the others together', async () => {
    const all = recountValues(model, 'action');
    const { fields } = await facets(trail.reader, log, { fields: ['action'], limit: 2, nowMs: NOW_MS });
    const other = all.slice(2).reduce((sum, { count }) => sum + count, 0);
    expect(other).toBeGreaterThan(0);
    expect(fields).toEqual({ action: { values: all.slice(0, 2), other, estimate: false } });
  });

  test('refuses what it cannot draw', async () => {
    await expect(histogram(trail.reader, log, { from: '2020', bucket: 'hour' })).rejects.toMatchObject({ code: 'parameter_invalid' });
    await expect(histogram(trail.reader, log, { from: 'soon' })).rejects.toMatchObject({ code: 'parameter_invalid' });
    await expect(facets(trail.reader, log, { fields: ['reason'] })).rejects.toMatchObject({ code: 'parameter_invalid' });
    expect(FIELDS.map(({ name }) => name)).toEqual(expect.arrayContaining(FACET_NAMES));
  });

  test('knows nothing of other tenants, and answers for one that has no log', async () => {
    expect((await histogram(trail.reader, undefined, { q: 'at:-24h' })).total).toBe(0);
    expect((await facets(trail.reader, undefined, { fields: ['action'] })).fields).toEqual({
      action: { values: [], other: 0, estimate: false },
    });
    const seen = await trail.reader.query('select 1 from indelible.counter limit 1');
    expect(seen.rowCount).toBe(0);
  });

  test('holds no name and no id of anybody', async () => {
    const { rows } = await trail.owner.query<{ value: string }>(
      `select distinct jsonb_path_query(named, '$.*[*]') #>> '{}' as value from indelible.counter_cursor`,
    );
    expect(rows.length).toBeGreaterThan(5);
    const values = new Set(rows.map(({ value }) => value));
    const people = model.flatMap(({ event }) => [event.actor.id, event.actor.name, event.actor.email]).filter((text) => text !== undefined);
    expect(people.length).toBeGreaterThan(100);
    expect(people.filter((text) => values.has(text))).toEqual([]);
  });
});
