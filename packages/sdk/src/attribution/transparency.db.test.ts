// The application must not notice: results, errors, callbacks, prepared statements and timeouts are as without the patch.

import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { warnOfNative } from './driver.ts';
import { actors, as, type Source, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';
import { counters } from './stats.ts';

attributeQueries(pg, { key: TEST_KEY });

describe.skipIf(TEST_DATABASE_URL === undefined)('what the application sees', () => {
  const { source, pool, client, id } = useSource();

  test('several statements in one text: results, and the isolation level of a leading BEGIN, are as without us', async () => {
    const [a, b] = [id(), id()];
    const results = (await as('usr_a', () =>
      client().query(
        `BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO thing VALUES (${a}, 'x') RETURNING id; SHOW transaction_isolation; COMMIT`,
      ),
    )) as unknown as pg.QueryResult[];
    expect(results.map(({ command, rows }) => [command, rows])).toEqual([
      ['BEGIN', []],
      ['INSERT', [{ id: a }]],
      ['SHOW', [{ transaction_isolation: 'serializable' }]],
      ['COMMIT', []],
    ]);
    const two = (await as('usr_b', () =>
      client().query(`SELECT 1 AS one; UPDATE thing SET owner = 'y;z' WHERE id = ${a}; INSERT INTO thing VALUES (${b})`),
    )) as unknown as pg.QueryResult[];
    expect(two.map(({ command, rowCount }) => [command, rowCount])).toEqual([
      ['SELECT', 1],
      ['UPDATE', 1],
      ['INSERT', 1],
    ]);
    expect((await source().seen()).flatMap(actors)).toEqual(['usr_a', 'usr_b']);
  });

  test('results are as without us: rows, arrays, fields, counts, portals, types', async () => {
    await as('usr_a', async () => {
      const made = id();
      const rows = await client().query({ text: 'INSERT INTO thing VALUES ($1, $2) RETURNING *', values: [made, 'o'], rowMode: 'array' });
      expect([rows.command, rows.rowCount, rows.rows, rows.fields.map(({ name }) => name)]).toEqual([
        'INSERT',
        1,
        [[made, 'o']],
        ['id', 'owner'],
      ]);
      const simple = await client().query(`UPDATE thing SET owner = 'p' WHERE id = ${made} RETURNING owner`);
      expect([simple.command, simple.rowCount, simple.rows]).toEqual(['UPDATE', 1, [{ owner: 'p' }]]);
      const none = await client().query('DELETE FROM thing WHERE id = $1', [-1]);
      expect([none.command, none.rowCount, none.rows, none.fields]).toEqual(['DELETE', 0, [], []]);
      const many = id(10);
      const paged = {
        text: 'INSERT INTO thing SELECT n FROM generate_series($1::int, $2::int) n RETURNING id',
        values: [many, many + 9],
        rows: 3,
      };
      expect((await client().query(paged)).rows).toHaveLength(10);
      const typed = {
        text: `UPDATE thing SET owner = 'q' WHERE id = $1 RETURNING id`,
        values: [made],
        types: { getTypeParser: () => (text: string) => `<${text}>` },
      };
      expect((await client().query(typed as pg.QueryConfig)).rows).toEqual([{ id: `<${made}>` }]);
    });
  });

  test('callbacks, config with callback, and a Query object of the application', async () => {
    await as('usr_a', async () => {
      const [a, b, c] = [id(), id(), id()];
      const byCallback = await new Promise<pg.QueryResult>((resolve, reject) => {
        expect(
          client().query('INSERT INTO thing VALUES ($1)', [a], (error: Error | null, result) => (error ? reject(error) : resolve(result))),
        ).toBeUndefined();
      });
      expect(byCallback.rowCount).toBe(1);
      const query = new pg.Query(`INSERT INTO thing VALUES (${b}) RETURNING id`);
      const rows: unknown[] = [];
      const ended = new Promise((resolve, reject) => query.on('end', resolve).on('error', reject));
      query.on('row', (row) => rows.push(row));
      expect(client().query(query)).toBe(query);
      await ended;
      expect(rows).toEqual([{ id: b }]);
      await new Promise((resolve, reject) => {
        pool().query('INSERT INTO thing VALUES ($1)', [c], (error, result) => (error ? reject(error) : resolve(result)));
      });
      expect(() => client().query({ text: `INSERT INTO thing VALUES (1)`, callback: 'no function' } as unknown as pg.QueryConfig)).toThrow(
        /callback is not a function/,
      );
    });
    expect((await source().seen()).flatMap(actors)).toEqual(['usr_a', 'usr_a', 'usr_a']);
  });

  test('named statements are prepared once, and survive an error in their text', async () => {
    await as('usr_a', async () => {
      const named = (): Promise<pg.QueryResult> =>
        client().query({ name: 'put', text: 'INSERT INTO thing VALUES ($1) RETURNING id', values: [id()] });
      await named();
      await named();
      const { rows } = await client().query(`SELECT count(*)::int AS n FROM pg_prepared_statements WHERE name = 'put'`);
      expect(rows).toEqual([{ n: 1 }]);
      const late = (): Promise<pg.QueryResult> =>
        client().query({ name: 'late', text: 'INSERT INTO late VALUES ($1) RETURNING n', values: [1] });
      await expect(late()).rejects.toMatchObject({ code: '42P01', message: 'relation "late" does not exist' });
      await client().query('CREATE TABLE late (n int)');
      expect((await late()).rows).toEqual([{ n: 1 }]);
      expect((await late()).rows).toEqual([{ n: 1 }]);
      const other = client().query({ name: 'put', text: 'DELETE FROM thing WHERE id = $1', values: [-1] });
      await expect(other).rejects.toThrow(/Prepared statements must be unique/);
      await expect(client().query('INSERT INTO thing VALUES ($1)', 'no array' as unknown as unknown[])).rejects.toThrow(/must be an array/);
      expect((await named()).rowCount).toBe(1);
    });
    expect((await source().seen()).filter(({ rows }) => rows.length > 0).flatMap(actors)).toEqual(['usr_a', 'usr_a', 'usr_a']);
  });

  test('a value that pg cannot write rejects as without us, and the connection goes on', async () => {
    await as('usr_a', async () => {
      const poison = {
        toPostgres: () => {
          throw new Error('poison');
        },
      };
      await expect(client().query('INSERT INTO thing VALUES ($1)', [poison])).rejects.toThrow('poison');
      expect((await client().query('INSERT INTO thing VALUES ($1) RETURNING 1 AS one', [id()])).rows).toEqual([{ one: 1 }]);
    });
  });

  test.each([
    ['syntax error', `INSERT INTO thing VALUEZ (1)`],
    ['at the end', `INSERT INTO thing VALUES (1`],
    ['unknown column', `INSERT INTO thing (id, nope) VALUES (1, 2)`],
    ['in the second statement', `INSERT INTO thing VALUES (-5); INSERT INTO nope VALUES (1)`],
    ['behind BEGIN', `BEGIN; INSERT INTO nope VALUES (1)`],
    ['before the semicolon of BEGIN', `BEGIN WHAT; INSERT INTO thing VALUES (1)`],
    ['null', `INSERT INTO thing VALUES (NULL)`],
  ])('an error keeps its message, code and position: %s', async (_, text) => {
    const without = await client()
      .query(text)
      .catch((error: unknown) => error);
    await client().query('ROLLBACK');
    const refused = counters.refused;
    const withUs = await as('usr_a', () =>
      client()
        .query(text)
        .catch((error: unknown) => error),
    );
    const facts = ({ message, code, position, detail }: pg.DatabaseError): unknown => ({ message, code, position, detail });
    expect(withUs).toBeInstanceOf(pg.DatabaseError);
    expect(facts(withUs as pg.DatabaseError)).toEqual(facts(without as pg.DatabaseError));
    expect(counters.refused).toBe(refused);
  });

  test('statements that must run alone do', async () => {
    await as('usr_a', async () => {
      expect(await client().query('VACUUM thing')).toMatchObject({ command: 'VACUUM' });
      await client().query('CREATE INDEX CONCURRENTLY thing_owner ON thing (owner)');
      await client().query('DROP INDEX CONCURRENTLY thing_owner');
      await client().query(`CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'`);
      await client().query('CALL commits()');
      expect(await client().query('DO $$ BEGIN COMMIT; END $$')).toMatchObject({ command: 'DO' });
    });
  });

  test('a role that may not send messages writes all the same, and is not asked again', async () => {
    const { rows } = await source().admin.query(`SELECT p.oid::regprocedure AS f FROM pg_proc p WHERE proname = 'pg_logical_emit_message'`);
    const functions = rows.map(({ f }) => f as string).join(', ');
    await source().admin.query(
      `REVOKE EXECUTE ON FUNCTION ${functions} FROM PUBLIC; CREATE ROLE ${roleOf(source())} LOGIN PASSWORD 'x'; GRANT ALL ON thing TO ${roleOf(source())}`,
    );
    const url = new URL(source().url);
    url.username = roleOf(source());
    url.password = 'x';
    const weak = new pg.Client({ connectionString: url.href });
    await weak.connect();
    const refused = counters.refused;
    try {
      await as('usr_a', async () => {
        await weak.query('BEGIN');
        expect((await weak.query('INSERT INTO thing VALUES ($1)', [id()])).rowCount).toBe(1);
        await weak.query('COMMIT');
        expect((await weak.query('INSERT INTO thing VALUES ($1) RETURNING 1 AS one', [id()])).rows).toEqual([{ one: 1 }]);
        expect((await weak.query(`INSERT INTO thing VALUES (${id()})`)).rowCount).toBe(1);
      });
    } finally {
      await weak.end();
      await source().admin.query(
        `GRANT EXECUTE ON FUNCTION ${functions} TO PUBLIC; DROP OWNED BY ${roleOf(source())}; DROP ROLE ${roleOf(source())}`,
      );
    }
    expect(counters.refused).toBe(refused + 1);
    expect((await source().seen()).map(({ order }) => order.join(''))).toEqual(['r', 'r', 'r']);
  });

  test('in a transaction that may only read, nothing is sent', async () => {
    const fresh = new pg.Client({ connectionString: source().url });
    await fresh.connect();
    await as('usr_a', async () => {
      await fresh.query('PREPARE look AS SELECT pg_current_xact_id_if_assigned() AS xid');
      await fresh.query('START TRANSACTION READ ONLY');
      expect((await fresh.query('EXECUTE look')).rows).toEqual([{ xid: null }]);
      expect((await fresh.query('EXECUTE look')).rows).toEqual([{ xid: null }]);
      await fresh.query('COMMIT');
      await fresh.query('BEGIN');
      await fresh.query('SAVEPOINT one');
      await fresh.query('SET TRANSACTION READ ONLY');
      await fresh.query('EXECUTE look');
      await fresh.query('RELEASE one');
      await fresh.query('INSERT INTO thing VALUES ($1)', [id()]);
      await fresh.query('COMMIT');
    });
    await fresh.end();
    expect((await source().seen()).map(({ order }) => order.join(''))).toEqual(['mr']);
  });

  test('pg.native is said to be out of reach', async () => {
    const module = { Client: pg.Client, Pool: pg.Pool, Query: pg.Query };
    Object.defineProperty(module, 'native', { configurable: true, get: () => ({ Client: 'native' }) });
    warnOfNative(module);
    const warned = new Promise((resolve) => process.once('warning', resolve));
    expect(Reflect.get(module, 'native')).toEqual({ Client: 'native' });
    expect(await warned).toMatchObject({ code: 'INDELIBLE_PG_NATIVE' });
  });

  test('a second call and the CommonJS copy change nothing: one message, not two', async () => {
    attributeQueries(createRequire(import.meta.url)('pg') as typeof pg, { key: 'another' });
    attributeQueries(await import('pg'), { key: 'another' });
    await as('usr_a', () => client().query('INSERT INTO thing VALUES ($1)', [id()]));
    expect((await source().seen()).map(actors)).toEqual([['usr_a']]);
  });

  test('the application keeps its own async context in callbacks', async () => {
    const own = new AsyncLocalStorage<string>();
    const found = await own.run('mine', () => new Promise((resolve) => pool().query('SELECT 1', () => resolve(own.getStore()))));
    expect(found).toBe('mine');
  });

  test('message and statement are one write on the socket', async () => {
    const { stream } = (client() as unknown as { connection: { stream: Writable } }).connection;
    await as('usr_a', () => client().query('BEGIN'));
    let answers = 0;
    const count = (): number => answers++;
    stream.on('data', count);
    await as('usr_a', () => client().query('INSERT INTO thing VALUES ($1)', [id()]));
    stream.off('data', count);
    expect(answers).toBe(1);
    await client().query('ROLLBACK');
  });
});

function roleOf(source: Source): string {
  return `weak_${new URL(source.url).pathname.slice(-12)}`;
}
