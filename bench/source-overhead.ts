// source-overhead: how many pipelined writes a second the application gets through, captured and attributed, with nothing
// at all, and with row triggers that keep the row before and after. In turns, on one PostgreSQL.

import pg from 'pg';
import type { Bench } from './bench.ts';
import { withCaptured } from './captured.ts';
import { figure, table } from './figure.ts';
import { asUser, attributedDriver, connected, makeBots, median, plainDriver } from './source-application.ts';
import { withCluster } from './trail.ts';

const SECONDS = 60;
const ROUNDS = 4;
const CONNECTIONS = 4;
/** Statements that each connection has on their way. */
const DEPTH = 32;
const BOTS = 10_000;
const GOAL = 1.15;

const TRIGGERS = `
  create table audit (id bigint generated always as identity primary key, at timestamptz not null default now(), xid xid8 not null default pg_current_xact_id(),
    table_name text not null, operation text not null, before jsonb, after jsonb);
  create function note() returns trigger language plpgsql as $$ begin
    insert into audit (table_name, operation, before, after) values (tg_table_name, tg_op,
      case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
    return null;
  end $$;
  create trigger note after insert or update or delete on bots for each row execute function note();`;

interface Writer {
  /** Writes for so long. @returns writes a second that were committed */
  readonly run: (seconds: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

export const sourceOverhead: Bench = {
  name: 'source-overhead',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const turn = (ctx.options.seconds ?? SECONDS) / ROUNDS;
      ctx.say(`source-overhead: ${ROUNDS} rounds of three times ${turn} s`);
      const plainUrl = await cluster.newDatabase();
      const triggerUrl = await cluster.newDatabase();
      for (const url of [plainUrl, triggerUrl]) {
        const client = await connected(pg, url);
        await makeBots(client, BOTS);
        if (url === triggerUrl) await client.query(TRIGGERS);
        await client.end();
      }
      await withCaptured(cluster, BOTS, ctx.options.profile, async ({ sourceUrl, rows, reached }) => {
        const [none, triggers] = [await writer(plainDriver(), plainUrl), await writer(plainDriver(), triggerUrl)];
        const attributed = await writer(attributedDriver(), sourceUrl);
        const capture = async (seconds: number): Promise<number> => {
          const before = await rows();
          const rate = await asUser(() => attributed.run(seconds));
          // What is not in the trail yet must not slow down the next turn.
          await reached(before + Math.round(rate * seconds));
          return rate;
        };
        const ways = { none: none.run, capture, triggers: triggers.run };
        const rates = { none: [] as number[], capture: [] as number[], triggers: [] as number[] };
        for (const way of inTurn(0)) await ways[way](turn / 4);
        for (let round = 0; round < ROUNDS; round++) for (const way of inTurn(round)) rates[way].push(await ways[way](turn));
        for (const { close } of [none, triggers, attributed]) await close();
        const [floor, value, least] = [median(rates.triggers), median(rates.capture), median(rates.none)];
        const line = (name: string, rate: number): string[] => [name, rate.toFixed(0), (rate / least).toFixed(3)];
        ctx.say(
          table([['writes/s', '', 'x none'], line('none', least), line('capture and attribution', value), line('row triggers', floor)]),
        );
        tell(figure({ bench: 'source-overhead', value, unit: 'writes/s', floor, goal: GOAL }));
      });
    }),
};

/** Each is first as often as the others. */
function inTurn(round: number): readonly ('none' | 'capture' | 'triggers')[] {
  const all = ['none', 'capture', 'triggers'] as const;
  return all.map((_, index) => all[(index + round) % all.length] ?? 'none');
}

async function writer(driver: typeof pg, url: string): Promise<Writer> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connected(driver, url, { pipeline: true })));
  let next = BOTS;
  const one = (client: pg.Client): Promise<unknown> => {
    const id = ++next;
    return id % 4 === 0
      ? client.query(`insert into bots (id, name, model, instructions) values ($1, $2, 'large-2', $3)`, [
          id,
          `Bot ${id}`,
          'Answer kindly. '.repeat(12),
        ])
      : client.query(`update bots set temperature = $2, runs = runs + 1, updated_at = now() where id = $1`, [
          1 + ((id * 7_919) % BOTS),
          (id % 100) / 100,
        ]);
  };
  const run = async (seconds: number): Promise<number> => {
    const end = performance.now() + seconds * 1_000;
    let count = 0;
    const lane = async (client: pg.Client): Promise<void> => {
      while (performance.now() < end) {
        await one(client);
        count++;
      }
    };
    const started = performance.now();
    await Promise.all(clients.flatMap((client) => Array.from({ length: DEPTH }, () => lane(client))));
    return (count / (performance.now() - started)) * 1_000;
  };
  return { run, close: async () => void (await Promise.all(clients.map((client) => client.end()))) };
}
