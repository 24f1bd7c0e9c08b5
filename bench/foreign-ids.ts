// foreign-ids: how much the answer to an id of another tenant differs in time from that to an id that nobody has. Requests for
// both take turns on one connection, to a server in a process of its own.

import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { figure } from './figure.ts';
import type { Target } from './load.ts';
import { makeSampleIds, sampleEvent } from './sample.ts';
import { withServer } from './served.ts';
import { withCluster } from './trail.ts';

const REQUESTS = 2_000;
const WARM_UP_REQUESTS = 200;
const PERCENT_MAX = 5;
const EVENTS = 200;

/** Two addresses of one kind: of another tenant, and of nobody. */
interface Pair {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly foreign: string;
  readonly absent: string;
}

export const foreignIds: Bench = {
  name: 'foreign-ids',
  run: async (ctx, tell) => {
    ctx.say(`foreign-ids: ${REQUESTS} requests of each kind, in turns`);
    await withCluster((cluster) =>
      withServer(cluster, ctx.options.profile, async (target) => {
        const { pairs, authorization } = await prepare(target);
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (const pair of pairs) {
          const { foreign, absent } = await measure(new URL(target.url), agent, authorization, pair);
          ctx.say(`foreign-ids: ${pair.name} ${foreign.toFixed(3)} ms, of nobody ${absent.toFixed(3)} ms`);
          const value = (Math.abs(foreign - absent) / absent) * 100;
          tell(figure({ bench: `foreign-ids-${pair.name}`, value, unit: '%', floor: null, goal: PERCENT_MAX, atMost: true }));
        }
        agent.destroy();
      }),
    );
  },
};

async function prepare({ url, headers }: Target): Promise<{ pairs: Pair[]; authorization: string }> {
  const ask = async (tenant: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const asked = { ...sent, headers: { ...headers, 'content-type': 'application/json', 'indelible-tenant': tenant } };
    let answer = await fetch(url + path, asked);
    // What was recorded just now is not sealed yet.
    for (let tries = 1; answer.status === 409 && tries < 100; tries++) {
      await sleep(100);
      answer = await fetch(url + path, asked);
    }
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const newId = makeSampleIds();
  const events = (): object[] =>
    Array.from({ length: EVENTS }, (_, index) => sampleEvent(index, newId(Date.now()), new Date().toISOString()));
  await ask('own', '/v1/events', events());
  const { receipts } = (await ask('other', '/v1/events', [
    ...events(),
    { action: 'bot.updated', actor: { id: 'usr_secret' }, resource: { type: 'bot', id: 'bot_secret' } },
  ])) as { receipts: { id: string }[] };
  const event = receipts.at(-1)?.id ?? '';
  const key = String((await ask('other', '/v1/keys', { name: 'other', scopes: ['read'] }))['id']);
  const own = String((await ask('own', '/v1/keys', { name: 'own', scopes: ['read', 'admin'] }))['key']);
  const log = String((await ask('other', '/v1/log'))['logId']);
  const get = (name: string, foreign: string, absent: string): Pair => ({ name, method: 'GET', foreign, absent });
  const none = newId(Date.now());
  const pairs = [
    get('event', `/v1/events/${event}`, `/v1/events/${none}`),
    get('proof', `/v1/events/${event}/proof`, `/v1/events/${none}/proof`),
    get('resource', '/v1/resources/bot/bot_secret', '/v1/resources/bot/bot_absent'),
    get('actor', '/v1/actors/usr_secret', '/v1/actors/usr_absent'),
    get('log', `/log/${log}/checkpoint`, `/log/${'f'.repeat(log.length)}/checkpoint`),
    { name: 'key', method: 'POST', foreign: `/v1/keys/${key}/revoke`, absent: `/v1/keys/${key.slice(0, -4)}ffff/revoke` } as const,
  ];
  return { pairs, authorization: `Bearer ${own}` };
}

async function measure(url: URL, agent: Agent, authorization: string, pair: Pair): Promise<{ foreign: number; absent: number }> {
  const times = { foreign: [] as number[], absent: [] as number[] };
  for (let round = -WARM_UP_REQUESTS; round < REQUESTS; round++) {
    // Each comes first as often as the other.
    for (const kind of round % 2 === 0 ? (['foreign', 'absent'] as const) : (['absent', 'foreign'] as const)) {
      const ms = await timed(url, agent, authorization, pair.method, pair[kind]);
      if (round >= 0) times[kind].push(ms);
    }
  }
  return { foreign: median(times.foreign), absent: median(times.absent) };
}

function timed({ hostname, port }: URL, agent: Agent, authorization: string, method: Pair['method'], path: string): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request({ agent, port, host: hostname, method, path, headers: { authorization, 'content-length': '0' } }, (response) => {
      response.resume();
      response.on('end', () => resolve(performance.now() - begun));
    });
    asked.on('error', reject).end();
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
