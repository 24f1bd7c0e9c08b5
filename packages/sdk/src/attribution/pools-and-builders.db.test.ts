// The right actor under concurrency, and through the query builders that applications use.

import { drizzle } from 'drizzle-orm/node-postgres';
import { sql } from 'drizzle-orm';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

const plainPool = Object.getPrototypeOf(pg.Pool.prototype) as { connect: unknown };
const unboundConnect = plainPool.connect;
attributeQueries(pg, { key: TEST_KEY });

describe.skipIf(TEST_DATABASE_URL === undefined)('pools and query builders', () => {
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

  test('Kysely: a transaction', async () => {
    const db = new Kysely<{ thing: { id: number; owner: string } }>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: source().url }) }),
    });
    const made = id();
    await as('usr_kysely', () => db.transaction().execute((tx) => tx.insertInto('thing').values({ id: made, owner: 'k' }).execute()));
    await db.destroy();
    const seen = await source().seen();
    expect(seen.map(actors)).toEqual([['usr_kysely']]);
    expect(seen[0]?.rows).toEqual([[String(made), 'k']]);
  });

  test('Drizzle: a transaction with a nested one rolled back, and a plain statement', async () => {
    const db = drizzle(pool());
    const [a, b] = [id(), id()];
    await as('usr_drizzle', async () => {
      await db.transaction(async (tx) => {
        await tx
          .transaction(async (inner) => {
            await inner.execute(sql`INSERT INTO thing VALUES (${id()})`);
            inner.rollback();
          })
          .catch(() => undefined);
        await tx.execute(sql`INSERT INTO thing VALUES (${a}, 'd')`);
      });
      await db.execute(sql`INSERT INTO thing VALUES (${b}, 'd')`);
    });
    const seen = await source().seen();
    expect(seen.map(({ order }) => order.join(''))).toEqual(['mr', 'mr']);
    expect(seen.flatMap(actors)).toEqual(['usr_drizzle', 'usr_drizzle']);
  });
});
