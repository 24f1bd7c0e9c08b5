// The application whose writes are measured: one table of bots, as a platform has them, in a database of its own.

import { createRequire } from 'node:module';
import { attributeQueries, runWithContext } from '@indelible/sdk';
import type pg from 'pg';

export const TENANT = 'bench';
/** Shared by application and server, as INDELIBLE_CONTEXT_KEY is. */
export const CONTEXT_KEY = 'the context key of the benchmarks';

const SCHEMA = `
  create table bots (
    id integer primary key, organization_id text not null default '${TENANT}', name text not null, model text not null,
    temperature numeric(3,2) not null default 0.7, instructions text not null, settings jsonb not null default '{"tools": ["search"], "limit": 10}',
    active boolean not null default true, runs bigint not null default 0, created_at timestamptz not null default now(), updated_at timestamptz not null default now())`;

/** Rows of some 350 bytes. */
export async function makeBots(source: pg.Client, count: number): Promise<void> {
  await source.query(SCHEMA);
  await addBots(source, 1, count);
  await source.query('vacuum analyze bots');
}

export async function addBots(source: pg.Client, first: number, last: number): Promise<void> {
  await source.query(
    `insert into bots (id, name, model, instructions) select g, 'Bot ' || g, 'large-2', repeat('Answer kindly. ', 12) from generate_series($1::int, $2::int) g`,
    [first, last],
  );
}

type Driver = typeof pg;

/** node-postgres as the application has it, without attribution; a copy of its own, so that a patched one stays apart. */
export function plainDriver(): Driver {
  const require = createRequire(import.meta.url);
  for (const file of Object.keys(require.cache)) if (/[\\/]node_modules[\\/]pg[\\/]/.test(file)) delete require.cache[file];
  return require('pg') as Driver;
}

/** Another copy, with attribution. */
export function attributedDriver(): Driver {
  const driver = plainDriver();
  attributeQueries(driver, { key: CONTEXT_KEY });
  return driver;
}

/** Runs `work` as a request of a user. */
export function asUser<Result>(work: () => Promise<Result>): Promise<Result> {
  const actor = { type: 'user', id: 'usr_maria', name: 'Maria Santos' } as const;
  return runWithContext({ actor, ip: '203.0.113.77', requestId: 'req_01HZX4', route: 'PATCH /bots/:id' }, work);
}

export async function connected(driver: Driver, url: string, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new driver.Client({ connectionString: url, ...options });
  await client.connect();
  return client;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
