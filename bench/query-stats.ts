// query-histogram, query-facets: how long numbers of 90 days take, stacked by outcome and by value, as the reader under
// row-level security. Beside them, for people: what the counters take up and how fast they are made.

import { facets } from '@indelible/server/dist/stats/facets.js';
import { histogram } from '@indelible/server/dist/stats/histogram.js';
import { Projector } from '@indelible/server/dist/stats/projector.js';
import { openStore, type Store } from '@indelible/server/dist/store/pool.js';
import type { Bench, BenchContext } from './bench.ts';
import { figure, table } from './figure.ts';
import { percentile } from './query-page.ts';
import { makeRandom, openQueryTrail, type QueryTrail } from './query-trail.ts';
import { withCluster, withTrail } from './trail.ts';

const EVENTS = 1_000_000;
const QUERIES = 1_000;
const DROPPED = 50;
const COLD_QUERIES = 50;
const GOAL_MS = 50;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York'];
const FIELDS = ['action', 'category', 'operation', 'outcome', 'severity', 'resource', 'source', 'attribution', 'actor.type', 'country'];
const FILTERS = ['', 'action:bot.updated ', 'resource:bot ', 'outcome:success '];

type Ask = (store: Pick<Store, 'reader'>, trail: QueryTrail, random: () => number) => Promise<{ estimate: boolean }>;

const pick = (list: readonly string[], random: () => number): string => list[Math.floor(random() * list.length)] ?? '';

const askHistogram: Ask = (store, { log }, random) =>
  histogram(store.reader, log, { q: `${pick(FILTERS, random)}at:-90d`, bucket: 'day', zone: pick(ZONES, random) });

const askFacets: Ask = (store, { log }) => facets(store.reader, log, { q: 'at:-90d', fields: FIELDS });

export const queryHistogram: Bench = { name: 'query-histogram', run: (ctx, tell) => run(ctx, 'query-histogram', askHistogram, tell) };
export const queryFacets: Bench = { name: 'query-facets', run: (ctx, tell) => run(ctx, 'query-facets', askFacets, tell) };

function run(ctx: BenchContext, name: string, ask: Ask, tell: Parameters<Bench['run']>[1]): Promise<void> {
  return withCluster((cluster) =>
    withTrail(cluster, async (store) => {
      const events = ctx.options.events ?? EVENTS;
      ctx.say(`${name}: making a trail of ${events} events`);
      const trail = await openQueryTrail(store);
      await trail.grow(events);
      await project(ctx, name, store, events);
      const random = makeRandom(7);
      const cold: number[] = [];
      for (let query = 0; query < COLD_QUERIES; query++) cold.push(await askCold(trail, ask, random));
      const warm: number[] = [];
      for (let query = 0; query < QUERIES; query++) warm.push(await timed(() => ask(store, trail, random)));
      warm.splice(0, DROPPED);
      const row = [warm, cold].flatMap((times) => [0.5, 0.95].map((share) => percentile(times, share).toFixed(1)));
      ctx.say(
        table([
          ['milliseconds', 'warm p50', 'p95', 'cold p50', 'p95'],
          [name, ...row],
        ]),
      );
      tell(figure({ bench: name, value: percentile(warm, 0.95), unit: 'ms', floor: null, goal: GOAL_MS, atMost: true }));
    }),
  );
}

async function project(ctx: BenchContext, name: string, store: Store, events: number): Promise<void> {
  const projector = new Projector({ pool: store.projector, onError: (error) => console.error(error.message) });
  const started = performance.now();
  while (await projector.tick());
  const seconds = (performance.now() - started) / 1_000;
  await projector.stop();
  await store.owner.query('vacuum analyze indelible.counter');
  const size = await store.owner.query<{ bytes: string }>(`select pg_total_relation_size('indelible.counter') as bytes`);
  const bytes = Number(size.rows[0]?.bytes ?? 0);
  ctx.say(`${name}: counted ${Math.round(events / seconds)} events/s, ${(bytes / events).toFixed(1)} bytes an event`);
}

/** On a new connection, of which the database knows nothing yet; the time of connecting does not count. */
async function askCold(trail: QueryTrail, ask: Ask, random: () => number): Promise<number> {
  const store = openStore({ ownerUrl: trail.store.ownerUrl, readers: 1, onError: (error) => console.error(error.message) });
  try {
    await store.reader.query('select 1');
    return await timed(() => ask(store, trail, random));
  } finally {
    await store.close();
  }
}

async function timed(ask: () => Promise<{ estimate: boolean }>): Promise<number> {
  const started = performance.now();
  const { estimate } = await ask();
  if (estimate) throw new Error('an estimate is not what is measured here');
  return performance.now() - started;
}
