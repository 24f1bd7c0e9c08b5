// attribution-query: what attribution adds to the time of a SELECT, of an autocommit write, and of a transaction of two
// writes. An attributed client and two plain ones take turns; what the plain ones differ by is what cannot be measured.

import pg from 'pg';
import type { Bench } from './bench.ts';
import { figure } from './figure.ts';
import { asUser, attributedDriver, connected, makeBots, median, plainDriver } from './source-application.ts';
import { withCluster } from './trail.ts';

const SECONDS = 20;
const BOTS = 1_000;
const GOAL_US = 80;

const KINDS = {
  select: { calls: 100, run: (client: pg.Client, id: number) => client.query('select * from bots where id = $1', [id]) },
  write: { calls: 40, run: (client: pg.Client, id: number) => client.query('update bots set runs = runs + 1 where id = $1', [id]) },
  transaction: {
    calls: 20,
    run: async (client: pg.Client, id: number) => {
      await client.query('begin');
      await client.query('update bots set runs = runs + 1 where id = $1', [id]);
      await client.query('update bots set temperature = 0.5 where id = $1', [1 + (id % BOTS)]);
      return client.query('commit');
    },
  },
} as const;

type Kind = keyof typeof KINDS;

export const attributionQuery: Bench = {
  name: 'attribution-query',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const url = await cluster.newDatabase();
      const maker = await connected(pg, url);
      await makeBots(maker, BOTS);
      const clients = [
        await connected(plainDriver(), url),
        await connected(plainDriver(), url),
        await connected(attributedDriver(), url),
      ] as const;
      for (const kind of ['select', 'write', 'transaction'] as const) {
        await maker.query('vacuum bots');
        ctx.say(`attribution-query: ${kind}, ${ctx.options.seconds ?? SECONDS} s`);
        const { added, noise, plain } = await asUser(() => measure(kind, clients, ctx.options.seconds ?? SECONDS));
        ctx.say(
          `attribution-query: ${kind} ${plain.toFixed(1)} us, ${added.toFixed(1)} us more with attribution; below ${noise.toFixed(1)} us nothing can be measured`,
        );
        const goal = kind === 'select' ? Math.round(noise * 100) / 100 : GOAL_US;
        tell(figure({ bench: `attribution-query-${kind}`, value: added, unit: 'us', floor: null, goal, atMost: true }));
      }
      for (const client of [maker, ...clients]) await client.end();
    }),
};

interface Added {
  /** Microseconds. */
  readonly added: number;
  readonly noise: number;
  readonly plain: number;
}

async function measure(kind: Kind, clients: readonly [pg.Client, pg.Client, pg.Client], seconds: number): Promise<Added> {
  const rounds: { first: number; second: number; attributed: number }[] = [];
  const [first, second, attributed] = clients;
  const turns = Object.entries({ first, second, attributed }) as [keyof (typeof rounds)[number], pg.Client][];
  const end = performance.now() + seconds * 1_000;
  for (const client of clients) await perCall(kind, client, 0);
  for (let round = 0; performance.now() < end; round++) {
    const times = { first: 0, second: 0, attributed: 0 };
    for (const [name, client] of [...turns.slice(round % 3), ...turns.slice(0, round % 3)])
      times[name] = await perCall(kind, client, round);
    rounds.push(times);
  }
  const twins = rounds.map((times) => times.second - times.first);
  const plain = (times: (typeof rounds)[number]): number => (times.first + times.second) / 2;
  return {
    added: median(rounds.map((times) => times.attributed - plain(times))),
    noise: Math.abs(median(twins)) + 2 * errorOfMedian(twins),
    plain: median(rounds.map(plain)),
  };
}

/** Microseconds a call. */
async function perCall(kind: Kind, client: pg.Client, round: number): Promise<number> {
  const { calls, run } = KINDS[kind];
  const started = performance.now();
  for (let call = 0; call < calls; call++) await run(client, 1 + ((round * calls + call) % BOTS));
  return ((performance.now() - started) * 1_000) / calls;
}

/** The standard error of a median, from the median of the deviations: a few slow rounds do not count. */
function errorOfMedian(values: readonly number[]): number {
  const middle = median(values);
  const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  return (1.2533 * deviation) / Math.sqrt(values.length);
}
