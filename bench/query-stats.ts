// query-histogram, query-facets: how long numbers of 90 days take, stacked by outcome and by value, as the reader under
// row-level security. Beside them, for people: what the counters take up and how fast they are made.

import { facets } from '@indelible/server/dist/stats/facets.js';
import { histogram } from '@indelible/server/dist/stats/histogram.js';
import { Projector } from '@indelible/server/dist/stats/projector.js';
import type { Bench, BenchContext } from './bench.ts';
import { type Asked, figureOf, measureAll } from './query-measure.ts';
import { EVENTS, type QueryTrail, withQueryTrails } from './query-trail.ts';

const GOAL_MS = 50;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York'];
const FIELDS = ['action', 'category', 'operation', 'outcome', 'severity', 'resource', 'source', 'attribution', 'actor.type', 'country'];
const FILTERS = ['', 'action:bot.updated ', 'resource:bot ', 'outcome:success '];

const pick = (list: readonly string[], random: () => number): string => list[Math.floor(random() * list.length)] ?? '';

export const HISTOGRAMS: readonly Asked[] = [
  {
    bench: 'query-histogram',
    goalMs: GOAL_MS,
    on:
      ({ reader }, { log, nowMs }) =>
      async (random) => {
        const q = `${pick(FILTERS, random)}at:-90d`;
        const { estimate, total } = await histogram(reader, log, { q, bucket: 'day', zone: pick(ZONES, random), nowMs });
        if (estimate || total === 0) throw new Error(`${q}: an estimate, or nothing, is not what is measured here`);
      },
  },
];

export const FACETS: readonly Asked[] = [
  {
    bench: 'query-facets',
    goalMs: GOAL_MS,
    on:
      ({ reader }, { log, nowMs }) =>
      async () => {
        const { estimate, fields } = await facets(reader, log, { q: 'at:-90d', fields: FIELDS, nowMs });
        if (estimate || fields.action?.values.length === 0) throw new Error('an estimate, or nothing, is not what is measured here');
      },
  },
];

export const queryHistogram = onCounted('query-histogram', HISTOGRAMS);
export const queryFacets = onCounted('query-facets', FACETS);

function onCounted(name: string, kinds: readonly Asked[]): Bench {
  return {
    name,
    run: async (ctx, tell) => {
      await withQueryTrails(ctx, [ctx.options.events ?? EVENTS], async (trail) => {
        await countTrail(ctx, trail);
        for (const times of await measureAll(ctx, trail, kinds)) tell(figureOf(times));
      });
    },
  };
}

/** Makes the counters of a trail, as far as they are missing. */
export async function countTrail({ say }: Pick<BenchContext, 'say'>, { store }: QueryTrail): Promise<void> {
  const waiting = await store.owner.query<{ events: string }>(
    `select coalesce(sum(l.size - coalesce(c.projected, 0)), 0) as events
     from indelible.log l left join indelible.counter_cursor c on c.tenant_id = l.tenant_id and c.active where l.tenant_id <> 0`,
  );
  const events = Number(waiting.rows[0]?.events ?? 0);
  if (events === 0) return;
  const projector = new Projector({ pool: store.projector, onError: (error) => console.error(error.message) });
  const started = performance.now();
  while (await projector.tick());
  const seconds = (performance.now() - started) / 1_000;
  await projector.stop();
  await store.owner.query('vacuum analyze indelible.counter, indelible.counter_cursor');
  const size = await store.owner.query<{ bytes: string; events: string }>(
    `select pg_total_relation_size('indelible.counter') + pg_total_relation_size('indelible.counter_cursor') as bytes,
       (select sum(projected) from indelible.counter_cursor where active) as events`,
  );
  const { bytes = '0', events: all = '0' } = size.rows[0] ?? {};
  say(
    `counters: ${Math.round(events / seconds).toLocaleString('en')} events/s, ${(Number(bytes) / Number(all)).toFixed(1)} bytes an event`,
  );
}
