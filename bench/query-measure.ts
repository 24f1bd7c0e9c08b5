// How the benchmarks of asking ask: each kind of question 1,000 times on warm connections, and 50 times each on a connection
// that the database knows nothing of.

import { openStore, type Store } from '@indelible/server/dist/store/pool.js';
import type { BenchContext } from './bench.ts';
import { type Figure, figure, table } from './figure.ts';
import { makeRandom, type QueryTrail } from './query-trail.ts';

const QUERIES = 1_000;
const DROPPED = 50;
const COLD_QUERIES = 50;

/** Asks one question; a number from 0 to 1 chooses whom or what it is about. An answer may say that its time was up before it was whole. */
export type Ask = (random: () => number) => Promise<unknown>;

/** Questions of one kind. */
export interface Asked {
  readonly bench: string;
  readonly goalMs: number;
  /** Makes ready to ask by a store's connections. */
  readonly on: (store: Pick<Store, 'reader'>, trail: QueryTrail) => Ask;
}

export interface Times {
  readonly asked: Asked;
  readonly warm: readonly number[];
  readonly cold: readonly number[];
  /** Of the warm ones, how many got a part of their page, and where to go on. */
  readonly partial: number;
}

export async function measureAll(ctx: BenchContext, trail: QueryTrail, kinds: readonly Asked[]): Promise<Times[]> {
  const all: Times[] = [];
  for (const asked of kinds) all.push(await measure(trail, asked));
  const rows = all.map(({ asked, warm, cold, partial }) => [
    asked.bench,
    partial.toString(),
    ...[warm, cold].flatMap((times) => [0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1))),
  ]);
  ctx.say(
    table([[`ms, ${trail.events.toLocaleString('en')} events`, 'partial', 'warm p50', 'p95', 'p99', 'cold p50', 'p95', 'p99'], ...rows]),
  );
  return all;
}

export function figureOf({ asked: { bench, goalMs }, warm }: Times): Figure {
  return figure({ bench, value: percentile(warm, 0.95), unit: 'ms', floor: null, goal: goalMs, atMost: true });
}

async function measure(trail: QueryTrail, asked: Asked): Promise<Times> {
  const random = makeRandom(7);
  const cold: number[] = [];
  for (let query = 0; query < COLD_QUERIES; query++) cold.push(await askCold(trail, asked, random));
  const ask = asked.on(trail.store, trail);
  const warm: Answered[] = [];
  for (let query = 0; query < QUERIES; query++) warm.push(await timed(ask, random));
  const counted = warm.slice(DROPPED);
  return { asked, warm: counted.map(({ ms }) => ms), cold, partial: counted.filter(({ isPartial }) => isPartial).length };
}

/** On a new connection, in a server that remembers nothing; the time of connecting does not count. */
async function askCold(trail: QueryTrail, asked: Asked, random: () => number): Promise<number> {
  const store = openStore({ ownerUrl: trail.store.ownerUrl, readers: 1, onError: (error) => console.error(error.message) });
  try {
    await store.reader.query('select 1');
    return (await timed(asked.on(store, trail), random)).ms;
  } finally {
    await store.close();
  }
}

interface Answered {
  readonly ms: number;
  readonly isPartial: boolean;
}

async function timed(ask: Ask, random: () => number): Promise<Answered> {
  const started = performance.now();
  const answer = await ask(random);
  const ms = performance.now() - started;
  return { ms, isPartial: (answer as { partial?: boolean } | undefined)?.partial === true };
}

export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
