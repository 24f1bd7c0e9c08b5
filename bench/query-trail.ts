// A trail to ask questions of: 84 monthly partitions, a tenth of the events imported long after they occurred, one large
// tenant among 500. Where BENCH_TRAILS names a folder it is kept there; otherwise it lasts as long as this process, so
// that benchmarks of one run share it.

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@indelible/server/dist/store/migrate.js';
import { openStore, type Store } from '@indelible/server/dist/store/pool.js';
import { makeTenants, type Tenants, type TenantLog } from '@indelible/server/dist/store/tenants.js';
import pg from 'pg';
import type { BenchContext } from './bench.ts';
import { buildTrail, indexTrail, LARGE_TENANT } from './query-trail-build.ts';
import { removeCluster, withCluster } from './trail.ts';

export const EVENTS = 1_000_000;
/** Stands in a trail that is whole. Another name for each way of building: a kept trail of another one is made anew. */
const MADE = 'bench_trail_1';

export interface QueryTrail {
  readonly store: Store;
  readonly tenants: Tenants;
  /** The log of the large tenant. */
  readonly log: TenantLog;
  readonly events: number;
  /** What "now" means in questions, milliseconds since 1970: when the trail was made. */
  readonly nowMs: number;
}

/** Runs `work` with trails of some numbers of events, one after the other. */
export async function withQueryTrails<Result>(
  { say }: Pick<BenchContext, 'say'>,
  sizes: readonly number[],
  work: (trail: QueryTrail) => Promise<Result>,
): Promise<Result[]> {
  const folder = process.env['BENCH_TRAILS'] ?? (await temporaryFolder());
  return withCluster(async (cluster) => {
    const results: Result[] = [];
    for (const events of sizes) {
      const ownerUrl = await emptyOrMade(await cluster.database(`trail_${events}`));
      await migrate(ownerUrl);
      const store = openStore({ ownerUrl, onError: (error) => console.error(error.message) });
      try {
        const nowMs = (await madeAt(store)) ?? (await make(store, events, say));
        // A migration of a later day may want the index to be made anew.
        await indexTrail(store);
        const tenants = makeTenants(store.appender);
        const log = await tenants.byName(LARGE_TENANT);
        if (log === undefined) throw new Error('the trail has no large tenant');
        results.push(await work({ store, tenants, log, events, nowMs }));
      } finally {
        await store.close();
      }
    }
    return results;
  }, folder);
}

let temporary: string | undefined;

async function temporaryFolder(): Promise<string> {
  if (temporary !== undefined) return temporary;
  const folder = await mkdtemp(join(tmpdir(), 'indelible-trails-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return (temporary = folder);
}

/** Removes the trails of this process. */
export async function forgetTrails(): Promise<void> {
  if (temporary !== undefined) await removeCluster(temporary);
  temporary = undefined;
}

/** A database that is not a whole trail of this recipe is made empty. */
async function emptyOrMade(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query<{ made: string | null }>(`select to_regclass('public.${MADE}')::text as made`);
    if ((found.rows[0]?.made ?? null) === null)
      await client.query('drop schema if exists indelible cascade; drop schema public cascade; create schema public');
    return url;
  } finally {
    await client.end();
  }
}

async function madeAt({ owner }: Store): Promise<number | undefined> {
  const found = await owner.query<{ made: string | null }>(`select to_regclass('public.${MADE}')::text as made`);
  if ((found.rows[0]?.made ?? null) === null) return undefined;
  const answer = await owner.query<{ now_ms: string }>(`select now_ms from public.${MADE}`);
  return Number(answer.rows[0]?.now_ms);
}

async function make(store: Store, events: number, say: (text: string) => void): Promise<number> {
  const nowMs = Date.now();
  say(`making a trail of ${events.toLocaleString('en')} events`);
  await buildTrail(store, events, nowMs, say);
  await store.owner.query(`create table public.${MADE} as select ${nowMs}::bigint as now_ms`);
  return nowMs;
}

/** The same numbers from 0 to 1 every time (mulberry32). */
export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
