// ingest-single: one event a request, against the same requests to a route that parses and validates and stores nothing.

import type { Bench } from './bench.ts';
import { besideUs, startChild } from './child.ts';
import { figure } from './figure.ts';
import { load, type Load } from './load.ts';
import { withServer } from './served.ts';
import { withCluster } from './trail.ts';

const SECONDS = 20;
const CONNECTIONS = 64;
const GOAL = 0.6;
const P99_TIMES_P50 = 4;

export const ingestSingle: Bench = {
  name: 'ingest-single',
  run: async (ctx, tell) => {
    const shape = { connections: CONNECTIONS, eventsPerRequest: 1, seconds: ctx.options.seconds ?? SECONDS };
    ctx.say(`ingest-single: the floor, ${shape.seconds} s`);
    const floor = await parseOnly(shape);
    ctx.say(`ingest-single: ${CONNECTIONS} connections, ${shape.seconds} s`);
    const single = await withCluster((cluster) => withServer(cluster, ctx.options.profile, (target) => load(target, shape)));
    ctx.say(`ingest-single: p50 ${single.p50.toFixed(1)} ms, p99 ${single.p99.toFixed(1)} ms`);
    tell(figure({ bench: 'ingest-single', value: single.requestsPerSecond, unit: 'events/s', floor: floor.requestsPerSecond, goal: GOAL }));
    tell(figure({ bench: 'ingest-single-p99', value: single.p99, unit: 'ms', floor: single.p50, goal: P99_TIMES_P50, atMost: true }));
  },
};

async function parseOnly(shape: Parameters<typeof load>[1]): Promise<Load> {
  const child = await startChild(besideUs('parse-only.js'), [], {});
  try {
    return await load({ url: child.ready.url, headers: { 'indelible-tenant': 'bench' } }, shape);
  } finally {
    await child.stop();
  }
}
