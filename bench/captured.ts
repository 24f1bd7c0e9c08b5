// A source database that a server of its own captures into a trail of its own, all on one machine.

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startChild } from './child.ts';
import type { Target } from './load.ts';
import { CONTEXT_KEY, TENANT, connected, makeBots } from './source-application.ts';
import type { Cluster } from './trail.ts';

const COMMAND = fileURLToPath(import.meta.resolve('@indelible/server/dist/cli/main.js'));
/** What ./indelible runs node with. */
const SERVER_FLAGS = ['--max-semi-space-size=64'];
const POLL_MS = 5;
const SECONDS_MAX = 900;

export interface Captured {
  readonly sourceUrl: string;
  readonly source: pg.Client;
  readonly target: Target;
  /** The server's process. */
  readonly pid: number;
  /** Row changes that are durable in the trail. */
  readonly rows: () => Promise<number>;
  /** Waits until as many are; throws when that takes a quarter of an hour. */
  readonly reached: (rows: number) => Promise<void>;
}

/**
 * Runs `work` once the server captures the source.
 *
 * @param bots rows that the source has before
 * @param profile a directory for the server's CPU profile
 */
export async function withCaptured<Result>(
  cluster: Cluster,
  bots: number,
  profile: string | undefined,
  work: (captured: Captured) => Promise<Result>,
): Promise<Result> {
  const sourceUrl = await cluster.newDatabase();
  const source = await connected(pg, sourceUrl);
  const trailUrl = await cluster.newDatabase();
  const trail = new pg.Client({ connectionString: trailUrl });
  try {
    await makeBots(source, bots);
    const key = `ink_${randomBytes(24).toString('base64url')}`;
    const directory = join(cluster.directory, randomBytes(6).toString('hex'));
    await mkdir(directory);
    const env = {
      INDELIBLE_DATABASE_URL: trailUrl,
      INDELIBLE_SOURCE_APP: sourceUrl,
      INDELIBLE_CONTEXT_KEY: CONTEXT_KEY,
      INDELIBLE_DATA_DIR: directory,
      INDELIBLE_PORT: '0',
      INDELIBLE_ADMIN_KEY: key,
      INDELIBLE_LOG_LEVEL: 'warn',
    };
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const server = await startChild(COMMAND, ['serve'], env, [...SERVER_FLAGS, ...profiling]);
    try {
      await trail.connect();
      await streaming(source);
      const rows = async (): Promise<number> => {
        const answer = await trail.query<{ rows: string | null }>(`select counters ->> 'rows' as rows from indelible.capture_source`);
        return Number(answer.rows[0]?.rows ?? 0);
      };
      return await work({
        sourceUrl,
        source,
        target: { url: server.ready.url, headers: { authorization: `Bearer ${key}`, 'indelible-tenant': TENANT } },
        pid: server.pid,
        rows,
        reached: (wanted) => until(async () => (await rows()) >= wanted, `${wanted} rows in the trail`),
      });
    } finally {
      await server.stop();
    }
  } finally {
    await trail.end();
    await source.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()');
    await source.end();
  }
}

function streaming(source: pg.Client): Promise<void> {
  const query = 'select from pg_replication_slots where database = current_database() and active';
  return until(async () => (await source.query(query)).rowCount === 1, 'the stream');
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const last = performance.now() + SECONDS_MAX * 1_000;
  while (!(await condition())) {
    if (performance.now() > last) throw new Error(`${what} did not come within ${SECONDS_MAX} s`);
    await sleep(POLL_MS);
  }
}
