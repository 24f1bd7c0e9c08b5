// ingest-orm: what an application gains over writing its audit rows one by one with its ORM.

import type { Bench } from './bench.ts';
import { figure } from './figure.ts';
import { batchesOf } from './ingest-batch.ts';
import { plainInserts } from './plain-audit.ts';
import { withCluster } from './trail.ts';

const SECONDS = 20;
const BATCH_SECONDS = 60;
const GOALS = [
  { connections: 1, goal: 6 },
  { connections: 16, goal: 3 },
] as const;

export const ingestOrm: Bench = {
  name: 'ingest-orm',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const value = ctx.batchEventsPerSecond ?? (await batchesOf(ctx, cluster, 1_000, 4, ctx.options.seconds ?? BATCH_SECONDS));
      for (const { connections, goal } of GOALS) {
        const seconds = ctx.options.seconds ?? SECONDS;
        ctx.say(`ingest-orm: one insert and commit an event, connections: ${connections}, ${seconds} s`);
        const floor = await plainInserts(await cluster.newDatabase(), connections, seconds);
        tell(figure({ bench: `ingest-orm-${connections}`, value, unit: 'events/s', floor, goal }));
      }
    }),
};
