// The right actor under concurrency. Libraries on top of pg have tests of their own in libraries/.

import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

const plainPool = Object.getPrototypeOf(pg.Pool.prototype) as { connect: unknown };
const unboundConnect = plainPool.connect;
attributeQueries(pg, { key: TEST_KEY });

describe.skipIf(TEST_DATABASE_URL === undefined)('pools', () => {
  const { source, pool, id } = useSource();

  async function storm(): Promise<number> {
    const first = id(400);
    await Promise.all(
      Array.from({ length: 400 }, (_, n) =>
        as(`usr_${n}`, async () => {
          await new Promise((resolve) => setTimeout(resolve, (n * 7) % 13));
          if (n % 3 === 0) await pool().query('SELECT $1::int', [n]);
          await pool().query('INSERT INTO thing VALUES ($1, $2)', [first + n, `usr_${n}`]);
        }),
      ),
    );
    const seen = await source().seen();
    expect(seen.flatMap(({ rows }) => rows)).toHaveLength(400);
    return seen.filter((transaction) => actors(transaction)[0] !== transaction.rows[0]?.[1]).length;
  }

  test('400 rows over a pool of four: no wrong actor', async () => {
    expect(await storm()).toBe(0);
  });

  test('without the binding of the pool hundreds are wrong, so the test above means something', async () => {
    const bound = plainPool.connect;
    plainPool.connect = unboundConnect;
    try {
      expect(await storm()).toBeGreaterThan(200);
    } finally {
      plainPool.connect = bound;
    }
  });

  test('1,000 callers over ten clients, in autocommit and in transactions, some of them failing: no wrong actor', async () => {
    const wide = new pg.Pool({ connectionString: source().url, max: 10 });
    const first = id(2_000);
    const write = async (n: number): Promise<void> => {
      const owner = `usr_${n}`;
      if (n % 2 === 0) return void (await wide.query('INSERT INTO thing VALUES ($1, $2)', [first + n, owner]));
      const one = await wide.connect();
      try {
        await one.query('BEGIN');
        await one.query('INSERT INTO thing VALUES ($1, $2)', [first + n, owner]);
        await one.query(`INSERT INTO thing VALUES (${first + 1_000 + n}, '${owner}')`);
        if (n % 5 === 0) await one.query('SELECT 1 / 0').catch(() => undefined);
        await one.query('COMMIT');
      } finally {
        one.release();
      }
    };
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => as(`usr_${n}`, () => write(n))));
    await wide.end();
    const seen = (await source().seen()).filter(({ rows }) => rows.length > 0);
    expect(seen).toHaveLength(500 + 400);
    expect(
      seen.filter((transaction) => transaction.order[0] !== 'm' || actors(transaction).some((actor) => actor !== transaction.rows[0]?.[1])),
    ).toEqual([]);
  });
});
