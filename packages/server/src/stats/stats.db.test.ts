import { FIELDS } from '@indelible/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputs, queries } from '../query/model.test.fixture.ts';
import { listEvents } from '../query/page.ts';
import type { PresentedEvent } from '../query/present.ts';
import { type ModelEvent, openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { lockActive } from '../store/counter-rows.ts';
import { COUNTED, FACET_NAMES, type FacetName, numberOf } from '../store/facet-columns.ts';
import { monthStart } from '../store/partitions.ts';
import { inTransaction } from '../store/pool.ts';
import type { TenantLog } from '../store/tenants.ts';
import { facets } from './facets.ts';
import { histogram } from './histogram.ts';
import { projectStep } from './project.ts';
import { Projector } from './projector.ts';
import { rebuild } from './rebuild.ts';
import { matching, recountBars, recountRows, recountValues } from './recount.test.fixture.ts';

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -5);
const NUMBERS = new Map<FacetName, number>(COUNTED.map((name) => [name, numberOf(name) ?? -1]));
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
  await inTransaction(trail.projector, async (tx) => projectStep(tx, log.tenantId, await lockActive(tx, log.tenantId), eventsMax));
}

async function catchUp(): Promise<void> {
  const projector = new Projector({ pool: trail.projector, onError: () => undefined });
  while (await projector.tick());
  await projector.stop();
}

async function rowsOf(log: TenantLog): Promise<string[]> {
  const { rows } = await trail.owner.query<{ facet: number; value: string; day: number; hours: number[]; sum: string; counts: string[] }>(
    `select c.facet, c.value, c.day, c.hours, c.success + c.failure + c.denied as sum from indelible.counter c
     join indelible.counter_cursor u on u.tenant_id = c.tenant_id and u.build = c.build and u.active where c.tenant_id = $1 and c.unit = 0`,
    [log.tenantId],
  );
  for (const { hours, sum } of rows) expect(hours.reduce((total, n, at) => (at % 2 === 1 ? total + n : total), 0)).toBe(Number(sum));
  return rows.map(({ facet, value, day, hours }) => `${JSON.stringify([facet, value, day])} ${hours.join(',')}`).toSorted();
}

/** Months say what their days say. */
async function checkMonths(log: TenantLog): Promise<void> {
  const { rows } = await trail.owner.query(
    `with d as (select build, facet, value, (date_trunc('month', date '1970-01-01' + day)::date - date '1970-01-01') as day,
                  sum(success) as s, sum(failure) as f, sum(denied) as d from indelible.counter where tenant_id = $1 and unit = 0 group by 1, 2, 3, 4),
          m as (select build, facet, value, day, success as s, failure as f, denied as d from indelible.counter where tenant_id = $1 and unit = 1)
     (select * from d except select * from m) union all (select * from m except select * from d)`,
    [log.tenantId],
  );
  expect(rows).toEqual([]);
}

class Crash extends Error {}

test(
  'counters equal a full recount after appends, imports, crashes and rebuilds in any order',
  async () => {
    const command = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 25 }), seed: fc.nat() }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const), events: fc.integer({ min: 1, max: 30 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), events: fc.integer({ min: 1, max: 30 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), breakAfter: fc.option(fc.integer({ min: 1, max: 3 })) }) },
    );
    let tenants = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 14 }), async (commands) => {
        const tenant = `org_${++tenants}`;
        let recordedMs = FIRST_MONTH.getTime() + 3 * 86_400_000;
        const model = await trail.append(tenant, fc.sample(inputs(recordedMs), { seed: tenants, numRuns: 5 }), recordedMs);
        const log = await trail.log(tenant);
        model.unshift(await firstOf(log));
        for (const one of commands) {
          if (one.kind === 'append') {
            recordedMs = Math.min(recordedMs + 11 * 86_400_000, NOW_MS - 60_000);
            model.push(...(await trail.append(tenant, fc.sample(inputs(recordedMs), { seed: one.seed, numRuns: one.count }), recordedMs)));
          } else if (one.kind === 'step') await step(log, one.events);
          else if (one.kind === 'crash') {
            const crashed = inTransaction(trail.projector, async (tx) => {
              await projectStep(tx, log.tenantId, await lockActive(tx, log.tenantId), one.events);
              throw new Crash();
            });
            await expect(crashed).rejects.toThrow(Crash);
          } else {
            let steps = 0;
            const onProgress = (): void => {
              if (++steps === one.breakAfter) throw new Crash();
            };
            await rebuild({ pool: trail.projector, tenant, stepEvents: 17, onProgress }).catch((error: unknown) => {
              if (!(error instanceof Crash)) throw error;
            });
          }
          // The counters and what lies behind them are together the whole, wherever the cursor stands.
          const now = await histogram(trail.reader, log, { bucket: 'month', nowMs: NOW_MS });
          expect({ total: now.total, estimate: now.estimate }).toEqual({ total: model.length, estimate: false });
          expect(now.buckets).toEqual(recountBars(model, now));
        }
        await catchUp();
        expect(await rowsOf(log)).toEqual(recountRows(model, NUMBERS));
        await checkMonths(log);
      }),
      { numRuns: 25, seed: 7 },
    );
  },
  SLOW_MS,
);

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
      'select distinct value from indelible.counter union select value from indelible.counter_value',
    );
    const values = new Set(rows.map(({ value }) => value));
    const people = model.flatMap(({ event }) => [event.actor.id, event.actor.name, event.actor.email]).filter((text) => text !== undefined);
    expect(people.length).toBeGreaterThan(100);
    expect(people.filter((text) => values.has(text))).toEqual([]);
  });
});
