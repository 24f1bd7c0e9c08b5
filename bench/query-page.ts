// query-page: how long a page of 50 events takes, by kind of question, as the reader under row-level security.
// query-growth: the slowest of them on a trail five times as large.

import { listEvents } from '@indelible/server/dist/query/page.js';
import { openStore, type Store } from '@indelible/server/dist/store/pool.js';
import type { Bench, BenchContext } from './bench.ts';
import { figure, table } from './figure.ts';
import { makeRandom, openQueryTrail, type QueryTrail } from './query-trail.ts';
import { withCluster, withTrail } from './trail.ts';

const EVENTS = 1_000_000;
const QUERIES = 1_000;
const DROPPED = 50;
const COLD_QUERIES = 50;
const GOAL_MS = 20;
const GROWTH = 5;
const GROWTH_GOAL = 1.5;
const ACTIONS = ['bot.updated', 'bot.created', 'dataset.updated', 'record.updated', 'integration.updated', 'bot.deleted', 'file.updated'];

/** Questions by kind; a number from 0 to 1 chooses whom or what they are about. */
const KINDS: Readonly<Record<string, (random: () => number) => string>> = {
  'no-filter': () => '',
  actor: (random) => `actor:usr_${Math.floor(random() * 2_000)}`,
  email: (random) => `actor:ada.${Math.floor(random() * 2_000)}@example.com`,
  resource: (random) => `resource:bot/bot_${Math.floor(random() * 10_000)}`,
  action: (random) => `action:${ACTIONS[Math.floor(random() * ACTIONS.length)]}`,
  'actor-action-90d': (random) =>
    `actor:usr_${Math.floor(random() * 2_000)} action:${ACTIONS[Math.floor(random() * ACTIONS.length)]} at:-90d`,
  changed: () => 'changed:visibility',
};

interface Times {
  readonly kind: string;
  readonly warm: readonly number[];
  readonly cold: readonly number[];
}

export const queryPage: Bench = {
  name: 'query-page',
  run: (ctx, tell) =>
    onTrail(ctx, 'query-page', async (trail, events) => {
      for (const times of await measured(ctx, trail, `query-page, ${events} events`)) {
        tell(
          figure({
            bench: `query-page-${times.kind}`,
            value: percentile(times.warm, 0.95),
            unit: 'ms',
            floor: null,
            goal: GOAL_MS,
            atMost: true,
          }),
        );
      }
    }),
};

export const queryGrowth: Bench = {
  name: 'query-growth',
  run: (ctx, tell) =>
    onTrail(ctx, 'query-growth', async (trail, events) => {
      const before = await measured(ctx, trail, `query-growth, ${events} events`);
      ctx.say(`query-growth: growing to ${events * GROWTH} events`);
      await trail.grow(events * (GROWTH - 1));
      const after = await measured(ctx, trail, `query-growth, ${events * GROWTH} events`);
      const ratios = after.map(({ warm }, index) => ({
        value: percentile(warm, 0.95),
        floor: percentile(before[index]?.warm ?? [], 0.95),
      }));
      const worst = ratios.toSorted((a, b) => b.value / b.floor - a.value / a.floor)[0];
      if (worst !== undefined) tell(figure({ bench: 'query-growth', ...worst, unit: 'ms', goal: GROWTH_GOAL, atMost: true }));
    }),
};

function onTrail(ctx: BenchContext, name: string, work: (trail: QueryTrail, events: number) => Promise<void>): Promise<void> {
  return withCluster((cluster) =>
    withTrail(cluster, async (store) => {
      const events = ctx.options.events ?? EVENTS;
      ctx.say(`${name}: making a trail of ${events} events`);
      const trail = await openQueryTrail(store);
      await trail.grow(events);
      await work(trail, events);
    }),
  );
}

async function measured(ctx: BenchContext, trail: QueryTrail, title: string): Promise<Times[]> {
  const all: Times[] = [];
  for (const [kind, ask] of Object.entries(KINDS)) {
    const random = makeRandom(7);
    const cold = await askCold(trail, COLD_QUERIES, () => ask(random));
    const warm = await askAll(trail.store, trail, QUERIES, () => ask(random));
    all.push({ kind, warm: warm.slice(DROPPED), cold });
  }
  const rows = all.map(({ kind, warm, cold }) => [
    kind,
    ...[warm, cold].flatMap((times) => [0.5, 0.95].map((share) => percentile(times, share).toFixed(1))),
  ]);
  ctx.say(`${title}\n${table([['milliseconds', 'warm p50', 'p95', 'cold p50', 'p95'], ...rows])}`);
  return all;
}

async function askAll(store: Pick<Store, 'reader'>, { log }: QueryTrail, count: number, ask: () => string): Promise<number[]> {
  const times: number[] = [];
  for (let query = 0; query < count; query++) {
    const q = ask();
    const started = performance.now();
    const page = await listEvents(store.reader, log, { q });
    times.push(performance.now() - started);
    if (page.partial === true) throw new Error(`${q}: only a part of a page came in time`);
  }
  return times;
}

/** Each on a new connection, of which the database knows nothing yet; the time of connecting does not count. */
async function askCold(trail: QueryTrail, count: number, ask: () => string): Promise<number[]> {
  const times: number[] = [];
  for (let query = 0; query < count; query++) {
    const store = openStore({ ownerUrl: trail.store.ownerUrl, readers: 1, onError: (error) => console.error(error.message) });
    try {
      await store.reader.query('select 1');
      times.push(...(await askAll(store, trail, 1, ask)));
    } finally {
      await store.close();
    }
  }
  return times;
}

export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
