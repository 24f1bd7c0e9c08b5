// attribution-query: what attribution adds to the time of a SELECT, of an autocommit write, and of a transaction of two
// writes. An attributed client and two plain ones take turns call by call; what the plain ones differ by in nine sessions
// of ten is what cannot be measured.

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
        const noise = counted.map(({ twins }) => Math.abs(twins)).toSorted((a, b) => a - b)[Math.ceil(0.9 * SESSIONS) - 1] ?? Number.NaN;
        ctx.say(
          `attribution-query: ${kind} ${plain.toFixed(1)} us, ${median(added).toFixed(1)} us more with attribution (${Math.min(...added).toFixed(1)} to ${Math.max(...added).toFixed(1)} by session); below ${noise.toFixed(1)} us nothing can be measured`,
        );
        if (noise > GOAL_US) ctx.say('attribution-query: this machine is too busy, the figure says nothing');
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
  const [first = [], second = [], attributed = []] = await asUser(() => callInTurn(KINDS[kind], clients, seconds));
  for (const client of clients) await client.end();
  const plain = first.map((time, round) => (time + (second[round] ?? Number.NaN)) / 2);
  return {
    plain: median(plain),
    added: median(plain.map((time, round) => (attributed[round] ?? Number.NaN) - time)),
    twins: median(first.map((time, round) => (second[round] ?? Number.NaN) - time)),
  };
}

/** @returns the microseconds of each call, by client and round */
async function callInTurn(call: (typeof KINDS)[Kind], clients: readonly pg.Client[], seconds: number): Promise<number[][]> {
  // Each has rows of its own, so that none finds one in the state in which another has just left it.
  const parties = clients.map((client, index) => ({ client, first: Math.floor((index * BOTS) / clients.length), times: [] as number[] }));
  const callAll = async (round: number): Promise<void> => {
    // Each is first as often as the others.
    const begin = round % parties.length;
    for (const { client, first, times } of [...parties.slice(begin), ...parties.slice(0, begin)]) {
      const started = performance.now();
      await call(client, 1 + ((first + round) % BOTS));
      times.push((performance.now() - started) * 1_000);
    }
  };
  let round = 0;
  while (round < CALLS_BEFORE) await callAll(round++);
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) await callAll(round++);
  return parties.map(({ times }) => times.slice(CALLS_BEFORE));
}
