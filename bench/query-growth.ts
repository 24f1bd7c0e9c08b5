// query-growth: the benchmarks of asking on a trail, and on one five times as large; the figure is the kind of question that
// grew most.

import type { Bench } from './bench.ts';
import { figure, table } from './figure.ts';
import { BLAMES, HISTORIES, STATES } from './query-history.ts';
import { figureOf, measureAll, percentile } from './query-measure.ts';
import { PAGES } from './query-page.ts';
import { COMMON, RARE } from './query-search.ts';
import { countTrail, FACETS, HISTOGRAMS } from './query-stats.ts';
import { EVENTS, withQueryTrails } from './query-trail.ts';

const GROWTH = 5;
const GOAL = 1.5;
const KINDS = [...PAGES, ...HISTORIES, ...STATES, ...BLAMES, ...RARE, ...COMMON, ...HISTOGRAMS, ...FACETS];

export const queryGrowth: Bench = {
  name: 'query-growth',
  run: async (ctx, tell) => {
    const events = ctx.options.events ?? EVENTS;
    const [before = [], after = []] = await withQueryTrails(ctx, [events, events * GROWTH], async (trail) => {
      await countTrail(ctx, trail);
      return measureAll(ctx, trail, KINDS);
    });
    const grown = after.map((times, index) => ({
      times,
      value: percentile(times.warm, 0.95),
      floor: percentile(before[index]?.warm ?? [], 0.95),
    }));
    const rows = grown.map(({ times, value, floor }) => [
      times.asked.bench,
      floor.toFixed(1),
      value.toFixed(1),
      (value / floor).toFixed(2),
    ]);
    ctx.say(table([['p95, ms', events.toLocaleString('en'), (events * GROWTH).toLocaleString('en'), 'x'], ...rows]));
    for (const { times } of grown) tell({ ...figureOf(times), bench: `${times.asked.bench}-${GROWTH}x` });
    const worst = grown.toSorted((a, b) => b.value / b.floor - a.value / a.floor)[0];
    if (worst === undefined) return;
    tell(figure({ bench: 'query-growth', value: worst.value, floor: worst.floor, unit: 'ms', goal: GOAL, atMost: true }));
  },
};
