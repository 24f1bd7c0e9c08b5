// capture-rate: one UPDATE of many rows, from its commit in the source to the last event durable in the trail.

import type { Bench } from './bench.ts';
import { withCaptured } from './captured.ts';
import { figure } from './figure.ts';
import { withCluster } from './trail.ts';

const ROWS = 200_000;
const WARM_UP_SHARE = 0.1;
const GOAL = 10_000;

export const captureRate: Bench = {
  name: 'capture-rate',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const rows = ctx.options.events ?? ROWS;
      ctx.say(`capture-rate: an UPDATE of ${rows} rows`);
      await withCaptured(cluster, rows, ctx.options.profile, async ({ source, rows: captured, reached }) => {
        const change = `update bots set temperature = temperature + 0.01, runs = runs + 1, updated_at = now()`;
        const warmUp = Math.ceil(rows * WARM_UP_SHARE);
        await source.query(`${change} where id <= $1`, [warmUp]);
        await reached(warmUp);
        const before = await captured();
        await source.query(change);
        const committed = performance.now();
        await reached(before + rows);
        const seconds = (performance.now() - committed) / 1_000;
        ctx.say(`capture-rate: ${rows} events durable ${seconds.toFixed(2)} s after the commit`);
        tell(figure({ bench: 'capture-rate', value: rows / seconds, unit: 'events/s', floor: null, goal: GOAL }));
      });
    }),
};
