// ingest-batch: events a second over HTTP in batches of 100 and of 1,000, against COPY of the same rows.

import type { Bench, BenchContext } from './bench.ts';
import { copyFloor } from './copy-floor.ts';
import { figure } from './figure.ts';
import { load } from './load.ts';
import { withServer } from './served.ts';
import { type Cluster, withCluster } from './trail.ts';

const SECONDS = 60;
const FLOOR_SHARE = 1 / 3;
const SIZES = [
  { events: 100, connections: 16, goal: 0.35 },
  { events: 1_000, connections: 4, goal: 0.45 },
] as const;

export const ingestBatch: Bench = {
  name: 'ingest-batch',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const seconds = ctx.options.seconds ?? SECONDS;
      const floor = async (when: string): Promise<number> => {
        ctx.say(`ingest-batch: the floor, ${when}`);
        return copyFloor(cluster, seconds * FLOOR_SHARE);
      };
      const before = await floor('before');
      const measured: { size: (typeof SIZES)[number]; value: number }[] = [];
      for (const size of SIZES) measured.push({ size, value: await batchesOf(ctx, cluster, size.events, size.connections, seconds) });
      const after = await floor('after');
      ctx.say(`ingest-batch: floor ${Math.round(before)} events/s before, ${Math.round(after)} after`);
      for (const { size, value } of measured) {
        if (size.events === 1_000) ctx.batchEventsPerSecond = value;
        tell(figure({ bench: `ingest-batch-${size.events}`, value, unit: 'events/s', floor: (before + after) / 2, goal: size.goal }));
      }
    }),
};

/** @returns events a second, durable */
export function batchesOf(ctx: BenchContext, cluster: Cluster, events: number, connections: number, seconds: number): Promise<number> {
  ctx.say(`ingest-batch: ${events} events a request over ${connections} connections, ${seconds} s`);
  return withServer(cluster, ctx.options.profile, async (target) => {
    const { eventsPerSecond, p50, p99 } = await load(target, { connections, eventsPerRequest: events, seconds });
    ctx.say(`ingest-batch: ${Math.round(eventsPerSecond)} events/s, a request in ${p50.toFixed(0)} ms (p50), ${p99.toFixed(0)} ms (p99)`);
    return eventsPerSecond;
  });
}
