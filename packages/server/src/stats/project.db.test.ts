// The counters equal a full recount, whatever happens to who makes them. The limits are small here, so that months and days are
// split and values go without a name.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inputs } from '../query/model.test.fixture.ts';
import { listEvents } from '../query/page.ts';
import type { PresentedEvent } from '../query/present.ts';
import { type ModelEvent, openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { lockActive } from '../store/counter-cursors.ts';
import type { FacetName } from '../store/facet-columns.ts';
import { monthStart } from '../store/partitions.ts';
import { inTransaction } from '../store/pool.ts';
import type { TenantLog } from '../store/tenants.ts';
import { histogram } from './histogram.ts';
import { type FacetCounts, facets } from './facets.ts';
import { projectStep } from './project.ts';
import { Projector } from './projector.ts';
import { rebuild } from './rebuild.ts';
import { matching, readTree, recountBars, recountTree, recountValues } from './recount.test.fixture.ts';

const LIMITS = { cells: 60, values: 3 };
vi.mock('../limits.ts', async (original) => ({
  ...(await original<object>()),
  COUNTER_CELLS_MAX: 60,
  COUNTER_VALUES_MAX: 3,
  PROJECT_EVENTS_MAX: 40,
}));

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -5);
const SLOW_MS = 240_000;
/** It means values that have names, and such that have none. */
const FILTER = 'action:(bot.* OR role.granted) -outcome:denied';

let trail: TestTrail;
beforeAll(async () => {
  trail = await openTestTrail(FIRST_MONTH);
}, SLOW_MS);
afterAll(async () => {
  await trail?.close();
});

class Crash extends Error {}

/** A log and the events that it should hold. */
class Model {
  readonly log: TenantLog;
  readonly events: ModelEvent[];
  #recordedMs = FIRST_MONTH.getTime() + 3 * 86_400_000;

  private constructor(log: TenantLog, first: ModelEvent) {
    this.log = log;
    this.events = [first];
  }

  static async open(tenant: string): Promise<Model> {
    const recordedMs = FIRST_MONTH.getTime() + 3 * 86_400_000;
    const appended = await trail.append(tenant, fc.sample(inputs(recordedMs), { seed: 1, numRuns: 5 }), recordedMs);
    const log = await trail.log(tenant);
    // The event that the log begins with is not the test's own: it is taken as the database has it.
    const { log: _, seq, ...event } = (await listEvents(trail.reader, log, { q: 'seq:0' })).events[0] as PresentedEvent;
    const model = new Model(log, { event, seq });
    model.events.push(...appended);
    return model;
  }

  /** Events of now and, imported, of long ago. */
  async append(count: number, seed: number): Promise<void> {
    this.#recordedMs = Math.min(this.#recordedMs + 4 * 86_400_000, NOW_MS - 60_000);
    const bodies = fc.sample(inputs(this.#recordedMs), { seed, numRuns: count });
    const old = ['1969-12-31T23:59:59.999Z', '0001-01-01T00:00:00Z', '2019-02-28T23:30:00Z', '2019-03-01T00:00:00Z'];
    const imported = bodies.map((body, index) => (index % 7 === 3 ? { ...body, occurredAt: old[(seed + index) % 4] } : body));
    this.events.push(...(await trail.append(this.log.tenant, imported, this.#recordedMs)));
  }

  step(eventsMax: number, fault?: Error): Promise<void> {
    return inTransaction(trail.projector, async (tx) => {
      await projectStep(tx, await lockActive(tx, [this.log.tenantId]), eventsMax);
      if (fault !== undefined) throw fault;
    });
  }
}

/** The counters and what lies behind them are together the whole, wherever the cursor stands. */
async function checkAnswer({ log, events }: Model): Promise<void> {
  const now = await histogram(trail.reader, log, { from: '2019', bucket: 'month', nowMs: NOW_MS });
  expect(now.estimate).toBe(false);
  expect(now.buckets).toEqual(recountBars(events, now));
  const drawn = await histogram(trail.reader, log, { q: FILTER, from: '2019', bucket: 'month', nowMs: NOW_MS });
  expect(drawn.buckets).toEqual(recountBars(matching(events, FILTER, NOW_MS), drawn));
  const { fields, estimate } = await facets(trail.reader, log, { fields: ['action', 'resource', 'country', 'outcome'], nowMs: NOW_MS });
  expect(estimate).toBe(false);
  for (const [name, counts] of Object.entries(fields)) checkValues(recountValues(events, name as FacetName), counts);
}

/** Those that are listed are right; those that are not are together as many as are missing. */
function checkValues(wanted: FacetCounts['values'], { values, other, unnamed = 0 }: FacetCounts): void {
  expect(wanted).toEqual(expect.arrayContaining([...values]));
  const sum = (all: FacetCounts['values']): number => all.reduce((total, { count }) => total + count, 0);
  expect({ total: sum(values) + other, unnamed }).toEqual({ total: sum(wanted), unnamed: other });
  if (unnamed === 0) expect(values).toEqual(wanted);
}

/** @returns how many of the lines are of rows that are split */
async function checkRows({ log, events }: Model): Promise<number> {
  const lines = await readTree(trail.owner, log.tenantId);
  expect(lines).toEqual(recountTree(events, LIMITS));
  return lines.filter((line) => / split /.test(line)).length;
}

async function catchUp(): Promise<void> {
  const projector = new Projector({ pool: trail.projector, onError: () => undefined });
  while (await projector.tick());
  await projector.stop();
}

const size = fc.integer({ min: 1, max: 30 });
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), count: size, seed: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const), events: size }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), events: size }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('two servers' as const), events: size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('killed' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), breakAfter: fc.option(fc.integer({ min: 1, max: 3 })) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rebuild meanwhile' as const), count: size, seed: fc.nat() }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

async function run(model: Model, one: Command): Promise<void> {
  switch (one.kind) {
    case 'append':
      return model.append(one.count, one.seed);
    case 'step':
      return model.step(one.events);
    case 'crash':
      await expect(model.step(one.events, new Crash())).rejects.toThrow(Crash);
      return;
    case 'two servers':
      // Neither knows of the other; the lock of a server that has lost its connection is given to another one.
      await Promise.all([model.step(one.events), model.step(one.events), model.step(one.events)]);
      return;
    case 'killed':
      return killed();
    case 'rebuild':
      return rebuildBroken(model, one.breakAfter ?? 0);
    case 'rebuild meanwhile':
      await Promise.all([
        rebuild({ pool: trail.projector, tenant: model.log.tenant, stepEvents: 13 }),
        model.append(one.count, one.seed).then(() => model.append(one.count, one.seed + 1)),
        model.step(one.count).then(() => model.step(one.count)),
      ]);
  }
}

/** Somewhere in a round of the projector its connection ends. */
async function killed(): Promise<void> {
  const projector = new Projector({ pool: trail.projector, onError: () => undefined });
  await Promise.allSettled([
    projector.tick(),
    trail.owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename like '%projector%' and datname = current_database()`,
    ),
  ]);
  await projector.stop();
}

async function rebuildBroken(model: Model, breakAfter: number): Promise<void> {
  let steps = 0;
  const onProgress = (): void => {
    if (++steps === breakAfter) throw new Crash();
  };
  await rebuild({ pool: trail.projector, tenant: model.log.tenant, stepEvents: 17, onProgress }).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
}

test(
  'counters equal a full recount after appends, imports, crashes, rivals and rebuilds in any order',
  async () => {
    let tenants = 0;
    let splits = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 14 }), async (commands) => {
        const model = await Model.open(`org_${++tenants}`);
        for (const one of commands) {
          await run(model, one);
          await checkAnswer(model);
        }
        await catchUp();
        splits += await checkRows(model);
      }),
      { numRuns: 18, seed: 7 },
    );
    expect(splits).toBeGreaterThan(0);
  },
  SLOW_MS,
);

test('many logs are counted in one transaction, each from where it stands', async () => {
  const models: Model[] = [];
  for (let nr = 0; nr < 12; nr++) models.push(await Model.open(`org_many_${nr}`));
  for (const [index, model] of models.entries()) await model.append(1 + index * 5, index);
  await models[3]?.step(4);
  for (const [index, model] of models.entries()) if (index % 2 === 0) await model.append(3, index);
  await catchUp();
  for (const model of models) await checkRows(model);
});
