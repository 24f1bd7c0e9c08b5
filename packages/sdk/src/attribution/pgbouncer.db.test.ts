// A real pgbouncer in transaction mode: fifty clients over five server connections, and no actor on another's rows.

import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { findPgbouncer, type Pgbouncer, startPgbouncer } from './pgbouncer.test.fixture.ts';
import { actors, as, type SeenTransaction, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

attributeQueries(pg, { key: TEST_KEY });

const CLIENTS = 50;
const CONNECTIONS = 5;
const WRITES = 600;
const INSTALL_MS = 180_000;

const found = TEST_DATABASE_URL === undefined ? undefined : await findPgbouncer();

describe.skipIf(TEST_DATABASE_URL === undefined)('pgbouncer', () => {
  const { source, id } = useSource();
  let bouncer: Pgbouncer | undefined;
  let pool = new pg.Pool();

  beforeAll(async () => {
    if (found === undefined) return;
    bouncer = await startPgbouncer(found.file, found.keepsStatements, source().url, CONNECTIONS);
    pool = new pg.Pool({ connectionString: bouncer.url, max: CLIENTS });
  }, INSTALL_MS);
  beforeEach((context) => {
    if (found === undefined) context.skip('pgbouncer is not installed, and only root can install it');
  });
  afterAll(async () => {
    await pool.end();
    await bouncer?.stop();
  });

  async function storm(write: (owner: string, n: number) => Promise<unknown>): Promise<SeenTransaction[]> {
    const names = Array.from({ length: WRITES }, (_, n) => `usr_${n}`);
    await Promise.all(names.map((owner, n) => as(owner, () => write(owner, n))));
    const seen = (await source().seen()).filter(({ rows }) => rows.length > 0);
    const wrong = seen.filter((transaction) => {
      const owners = new Set(transaction.rows.map(([, owner]) => owner));
      return actors(transaction).length === 0 || actors(transaction).some((actor) => !owners.has(actor ?? null)) || owners.size !== 1;
    });
    expect(wrong).toEqual([]);
    return seen;
  }

  test('autocommit, with values and without, and functions that write', async () => {
    await source().admin.query(
      `CREATE FUNCTION make_owned(n int, o text) RETURNS void LANGUAGE plpgsql AS 'BEGIN INSERT INTO thing VALUES (n, o); END'`,
    );
    const seen = await storm((owner, n) => {
      if (n % 3 === 0) return pool.query('INSERT INTO thing VALUES ($1, $2)', [id(), owner]);
      if (n % 3 === 1) return pool.query(`INSERT INTO thing VALUES (${id()}, '${owner}')`);
      return pool.query(`SELECT make_owned(${id()}, '${owner}')`);
    });
    expect(seen).toHaveLength(WRITES);
    const { rows } = await source().admin.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    // The pooler's five, and the two of this file that do not go through it.
    expect((rows[0] as { n: number }).n).toBeLessThanOrEqual(CONNECTIONS + 2);
    // Nothing of ours is left on a connection that the next one may find it on.
    const left = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => pool.query('SELECT name FROM pg_prepared_statements, pg_sleep(0.1)')),
    );
    expect(left.flatMap((result) => result.rows)).toEqual([]);
  });

  test('transactions, such as are rolled back, and savepoints', async () => {
    const seen = await storm(async (owner, n) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query('INSERT INTO thing VALUES ($1, $2)', [id(), owner]);
        if (n % 2 === 0) await client.query('SAVEPOINT one; SELECT 1');
        await client.query('INSERT INTO thing VALUES ($1, $2)', [id(), owner]);
        if (n % 2 === 0) await client.query('ROLLBACK TO one');
        await client.query(n % 3 === 0 ? 'ROLLBACK' : 'COMMIT');
      } finally {
        client.release();
      }
    });
    expect(seen).toHaveLength((WRITES * 2) / 3);
    expect(seen.every(({ order }) => order[0] === 'm')).toBe(true);
  });

  test('named statements', async (context) => {
    if (found?.keepsStatements !== true) context.skip('pgbouncer is older than 1.21, which follows no named statements');
    const seen = await storm((owner, n) =>
      pool.query({ name: `put${n % 5}`, text: 'INSERT INTO thing VALUES ($1, $2)', values: [id(), owner] }),
    );
    expect(seen).toHaveLength(WRITES);
  });
});
