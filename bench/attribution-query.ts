// attribution-query: what attribution adds to the time of a SELECT, of an autocommit write, and of a transaction of two
// writes. An attributed client and two plain ones take turns call by call; what the plain ones differ by, in the session
// in which they differ most, is what cannot be measured.

import pg from 'pg';
import type { Bench } from './bench.ts';
import { figure } from './figure.ts';
import { asUser, attributedDriver, connected, makeBots, median, plainDriver } from './source-application.ts';
import { withCluster } from './trail.ts';

const SECONDS = 20;
/** Each on connections of its own, for a process of the database may be fast or slow by chance. */
const SESSIONS = 10;
const CALLS_BEFORE = 200;
const BOTS = 1_000;
const GOAL_US = 80;

const KINDS = {
  select: (client: pg.Client, id: number) => client.query('select * from bots where id = $1', [id]),
  write: (client: pg.Client, id: number) => client.query('update bots set runs = runs + 1 where id = $1', [id]),
  transaction: async (client: pg.Client, id: number) => {
    await client.query('begin');
    await client.query('update bots set runs = runs + 1 where id = $1', [id]);
    await client.query('update bots set temperature = 0.5 where id = $1', [1 + (id % BOTS)]);
    return client.query('commit');
  },
} as const;

type Kind = keyof typeof KINDS;
type Drivers = readonly [first: typeof pg, second: typeof pg, attributed: typeof pg];

export const attributionQuery: Bench = {
  name: 'attribution-query',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const url = await cluster.newDatabase();
      const maker = await connected(pg, url);
      await makeBots(maker, BOTS);
      const drivers: Drivers = [plainDriver(), plainDriver(), attributedDriver()];
      const seconds = ctx.options.seconds ?? SECONDS;
      for (const kind of ['select', 'write', 'transaction'] as const) {
        ctx.say(`attribution-query: ${kind}, ${SESSIONS} sessions, ${seconds} s`);
        const sessions: Session[] = [];
        for (let session = 0; session <= SESSIONS; session++) {
          await maker.query('vacuum bots');
          sessions.push(await measure(kind, url, drivers, seconds / (SESSIONS + 1)));
        }
        // In the first one Node is still compiling.
        const counted = sessions.slice(1);
        const plain = median(counted.map((one) => one.plain));
        const added = counted.map((one) => one.added);
        const noise = Math.max(...counted.map(({ twins }) => Math.abs(twins)));
        ctx.say(
          `attribution-query: ${kind} ${plain.toFixed(1)} us, ${median(added).toFixed(1)} us more with attribution (${Math.min(...added).toFixed(1)} to ${Math.max(...added).toFixed(1)} by session); two plain clients differ by up to ${noise.toFixed(1)} us`,
        );
        const goal = kind === 'select' ? Math.round(noise * 100) / 100 : GOAL_US;
        tell(figure({ bench: `attribution-query-${kind}`, value: median(added), unit: 'us', floor: null, goal, atMost: true }));
      }
      await maker.end();
    }),
};

/** Microseconds: medians of the differences between calls that followed each other. */
interface Session {
  readonly plain: number;
  readonly added: number;
  readonly twins: number;
}

async function measure(kind: Kind, url: string, drivers: Drivers, seconds: number): Promise<Session> {
  const clients = await Promise.all(drivers.map((driver) => connected(driver, url)));
  const times = await asUser(() => callInTurn(KINDS[kind], clients, seconds));
  for (const client of clients) await client.end();
  const [first = [], second = [], attributed = []] = times;
  const plain = first.map((time, round) => (time + (second[round] ?? Number.NaN)) / 2);
  return {
    plain: median(plain),
    added: median(plain.map((time, round) => (attributed[round] ?? Number.NaN) - time)),
    twins: median(first.map((time, round) => (second[round] ?? Number.NaN) - time)),
  };
}

/** @returns the microseconds of each call, by client and round */
async function callInTurn(call: (typeof KINDS)[Kind], clients: readonly pg.Client[], seconds: number): Promise<number[][]> {
  const times = clients.map((): number[] => []);
  let end = Infinity;
  for (let round = -CALLS_BEFORE; performance.now() < end; round++) {
    if (round === 0) end = performance.now() + seconds * 1_000;
    for (let turn = 0; turn < clients.length; turn++) {
      // Each is first as often as the others, and none finds the row in the state in which another has just left it.
      const index = (CALLS_BEFORE + round + turn) % clients.length;
      const client = clients[index];
      if (client === undefined) continue;
      const id = 1 + (((CALLS_BEFORE + round + (index * BOTS) / clients.length) % BOTS) | 0);
      const started = performance.now();
      await call(client, id);
      if (round >= 0) times[index]?.push((performance.now() - started) * 1_000);
    }
  }
  return times;
}
