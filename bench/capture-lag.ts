// capture-lag: at a steady thousand changes a second, how long after its commit a change shows in a query over HTTP.

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Bench } from './bench.ts';
import { type Captured, withCaptured } from './captured.ts';
import { figure } from './figure.ts';
import { asUser, attributedDriver, connected } from './source-application.ts';
import { withCluster } from './trail.ts';

const SECONDS = 30;
const WARM_UP_SECONDS = 3;
const CHANGES_PER_SECOND = 1_000;
const CONNECTIONS = 8;
const BOTS = 10_000;
/** One change in so many is a row of its own table, which the query looks for. */
const PROBE_EVERY = 25;
const GOAL_MS = 1_000;
const PATIENCE_MS = 30_000;

export const captureLag: Bench = {
  name: 'capture-lag',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const seconds = ctx.options.seconds ?? SECONDS;
      ctx.say(`capture-lag: ${CHANGES_PER_SECOND} changes a second, ${seconds} s`);
      await withCaptured(cluster, BOTS, ctx.options.profile, async (captured) => {
        const { lags, rate } = await measure(captured, seconds);
        const at = (share: number): number => lags[Math.floor(lags.length * share)] ?? Number.NaN;
        ctx.say(
          `capture-lag: ${Math.round(rate)} changes/s; ${at(0.5).toFixed(0)} ms (p50), ${at(0.95).toFixed(0)} ms (p95), ${at(0.99).toFixed(0)} ms (p99)`,
        );
        if (rate < CHANGES_PER_SECOND * 0.95) throw new Error(`the source took only ${Math.round(rate)} changes a second`);
        tell(figure({ bench: 'capture-lag', value: at(0.95), unit: 'ms', floor: null, goal: GOAL_MS, atMost: true }));
      });
    }),
};

async function measure(captured: Captured, seconds: number): Promise<{ lags: number[]; rate: number }> {
  const committed = new Map<string, number>();
  const lags: number[] = [];
  const begin = performance.now() + WARM_UP_SECONDS * 1_000;
  const end = begin + seconds * 1_000;
  const driver = attributedDriver();
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connected(driver, captured.sourceUrl)));
  await captured.source.query('create table probes (id text primary key, organization_id text not null)');
  await published(captured);
  const writing = Promise.all(clients.map((client, index) => asUser(() => write(client, index, end, committed))));
  const counted = writing.then((counts) => counts.reduce((sum, count) => sum + count, 0));
  const last = end + PATIENCE_MS;
  while (performance.now() < end || committed.size > 0) {
    if (performance.now() > last) throw new Error(`${committed.size} changes did not show within ${PATIENCE_MS / 1_000} s`);
    for (const id of await seen(captured)) {
      const at = committed.get(id);
      // Its commit may be known to the trail before its writer hears of it.
      if (at === undefined) continue;
      committed.delete(id);
      if (at >= begin) lags.push(performance.now() - at);
    }
    await sleep(2);
  }
  const rate = (await counted) / (seconds + WARM_UP_SECONDS);
  await Promise.all(clients.map((client) => client.end()));
  return { lags: lags.sort((a, b) => a - b), rate };
}

/** A change each few milliseconds on each connection; one that comes late is made up for. */
async function write(client: pg.Client, index: number, end: number, committed: Map<string, number>): Promise<number> {
  const everyMs = (1_000 * CONNECTIONS) / CHANGES_PER_SECOND;
  const started = performance.now();
  let count = 0;
  for (; performance.now() < end; count++) {
    const due = started + count * everyMs - performance.now();
    if (due > 1) await sleep(due);
    if (count % PROBE_EVERY === 0) {
      const id = `${index}-${count}`;
      await client.query(`insert into probes values ($1, 'bench')`, [id]);
      committed.set(id, performance.now());
    } else await client.query('update bots set runs = runs + 1, updated_at = now() where id = $1', [1 + ((count * 37 + index) % BOTS)]);
  }
  return count;
}

async function seen({ target }: Captured): Promise<string[]> {
  const answer = await fetch(`${target.url}/v1/events?limit=200&q=${encodeURIComponent('action:probe.created')}`, {
    headers: target.headers,
  });
  if (answer.status === 404) return [];
  if (!answer.ok) throw new Error(`the query was answered with ${answer.status}: ${await answer.text()}`);
  const { events } = (await answer.json()) as { events: { resource: { id: string } }[] };
  return events.map(({ resource }) => resource.id);
}

/** The new table is covered at once where there is an event trigger, else within ten seconds. */
async function published({ source }: Captured): Promise<void> {
  const query = `select from pg_publication_rel where prrelid = 'probes'::regclass`;
  while ((await source.query(query)).rowCount === 0) await sleep(100);
}
