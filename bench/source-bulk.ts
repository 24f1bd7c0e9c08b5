// source-bulk: how long an UPDATE of many rows takes the application, captured, against the same on a database that is not.

import pg from 'pg';
import type { Bench } from './bench.ts';
import { withCaptured } from './captured.ts';
import { figure } from './figure.ts';
import { asUser, attributedDriver, connected, makeBots, median } from './source-application.ts';
import { withCluster } from './trail.ts';

const ROWS = 50_000;
const ROUNDS = 9;
const GOAL = 1.1;

export const sourceBulk: Bench = {
  name: 'source-bulk',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const count = ctx.options.events ?? ROWS;
      ctx.say(`source-bulk: ${ROUNDS} rounds of an UPDATE of ${count} rows`);
      const plainUrl = await cluster.newDatabase();
      const plain = await connected(pg, plainUrl);
      await makeBots(plain, count);
      await withCaptured(cluster, count, ctx.options.profile, async ({ sourceUrl, rows, reached }) => {
        const captured = await connected(attributedDriver(), sourceUrl);
        const times = { plain: [] as number[], captured: [] as number[] };
        for (let round = 0; round < ROUNDS; round++) {
          const before = await rows();
          const turns = [
            async () => void times.plain.push(await timed(plain)),
            async () => {
              times.captured.push(await asUser(() => timed(captured)));
              // The server writes it down afterwards; that must not slow down the next turn.
              await reached(before + count);
            },
          ];
          for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
          // Dead rows of earlier rounds would make the later ones slower.
          for (const client of [plain, captured]) await client.query('vacuum bots');
        }
        await captured.end();
        const [value, floor] = [median(times.captured.slice(1)), median(times.plain.slice(1))];
        tell(figure({ bench: 'source-bulk', value, unit: 'ms', floor, goal: GOAL, atMost: true }));
      });
      await plain.end();
    }),
};

async function timed(client: pg.Client): Promise<number> {
  const started = performance.now();
  await client.query('update bots set temperature = 0.5, runs = runs + 1, updated_at = now()');
  return performance.now() - started;
}
