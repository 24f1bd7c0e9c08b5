// Statements that may write without showing it: they carry their message behind them, and none if they wrote nothing.

import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

attributeQueries(pg, { key: TEST_KEY });

describe.skipIf(TEST_DATABASE_URL === undefined)('statements that may write', () => {
  const { source, client, pool, id } = useSource();

  /** The order of messages and rows, and who they name, transaction by transaction. */
  async function seen(): Promise<unknown[]> {
    return (await source().seen()).map((transaction) => [transaction.order.join(''), ...actors(transaction)]);
  }

  async function walLsn(): Promise<string> {
    const { rows } = await source().admin.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
    return rows[0]?.lsn ?? '';
  }

  test('a SELECT of a function that writes: with values, as text, named, by pages, as arrays, by callback', async () => {
    await as('usr_a', async () => {
      expect((await client().query('SELECT make($1), $2::text AS two', [id(), 'x'])).rows).toEqual([{ make: '', two: 'x' }]);
      const plain = await client().query(`SELECT make(${id()}), 2 AS two -- why`);
      expect([plain.command, plain.rowCount, plain.rows, plain.fields.map(({ name }) => name)]).toEqual([
        'SELECT',
        1,
        [{ make: '', two: 2 }],
        ['make', 'two'],
      ]);
      for (const text of ['again', 'again']) await client().query({ name: text, text: 'SELECT make($1)', values: [id()] });
      const first = id(7);
      const paged = { text: 'SELECT make(n), n FROM generate_series($1::int, $2::int) n', values: [first, first + 6], rows: 3 };
      expect((await client().query(paged)).rows).toHaveLength(7);
      expect((await client().query({ text: `SELECT make(${id()}), 1`, rowMode: 'array' })).rows).toEqual([['', 1]]);
      await new Promise((resolve, reject) => {
        pool().query(`WITH made AS (SELECT make(${id()})) SELECT * FROM made`, (error) => (error ? reject(error) : resolve(undefined)));
      });
    });
    expect(await seen()).toEqual([
      ['rm', 'usr_a'],
      ['rm', 'usr_a'],
      ['rm', 'usr_a'],
      ['rm', 'usr_a'],
      ['rrrrrrrm', 'usr_a'],
      ['rm', 'usr_a'],
      ['rm', 'usr_a'],
    ]);
  });

  test('a function that only reads costs no WAL and no transaction number', async () => {
    await source().admin.query(`CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n'`);
    await as('usr_a', () => client().query('SELECT twice(1)'));
    // The server writes records of its own now and then (a checkpoint, what is running): never nine times in a row.
    const written: boolean[] = [];
    for (let tries = 0; tries < 9 && !written.includes(false); tries += 1) {
      const before = await walLsn();
      const { rows } = await as('usr_a', () => client().query('SELECT twice($1), pg_current_xact_id_if_assigned() AS xid', [21]));
      expect(rows).toEqual([{ twice: 42, xid: null }]);
      written.push((await walLsn()) !== before);
    }
    expect(written).toContain(false);
    expect(await seen()).toEqual([]);
  });

  test('CALL and DO: attributed, and a procedure may still commit', async () => {
    await source().admin
      .query(`CREATE PROCEDURE make_two(a int, b int) LANGUAGE plpgsql AS 'BEGIN PERFORM make(a); COMMIT; PERFORM make(b); END';
      CREATE PROCEDURE make_one(INOUT a int) LANGUAGE plpgsql AS 'BEGIN PERFORM make(a); END'`);
    await as('usr_a', async () => {
      expect(await client().query(`DO $$ BEGIN PERFORM make(${id()}); END $$`)).toMatchObject({ command: 'DO', rows: [] });
      const made = id();
      expect((await client().query('CALL make_one($1)', [made])).rows).toEqual([{ a: made }]);
      await client().query(`CALL make_two(${id()}, ${id()})`);
      await client().query('CALL make_two($1, $2)', [id(), id()]);
      await client().query('BEGIN');
      await client().query(`CALL make_one(${id()})`);
      await client().query('COMMIT');
    });
    // What a procedure has committed is gone before anything of ours could run.
    expect(await seen()).toEqual([['rm', 'usr_a'], ['rm', 'usr_a'], ['r'], ['rm', 'usr_a'], ['r'], ['rm', 'usr_a'], ['rm', 'usr_a']]);
  });

  test('EXPLAIN ANALYZE, EXECUTE, a cursor that outlives its transaction', async () => {
    await as('usr_a', async () => {
      await client().query(`EXPLAIN (ANALYZE) INSERT INTO thing VALUES (${id()})`);
      await client().query(`EXPLAIN (ANALYZE) SELECT make(${id()})`);
      await client().query('PREPARE put AS INSERT INTO thing VALUES ($1)');
      await client().query(`EXECUTE put(${id()})`);
      await client().query('DEALLOCATE put');
      await client().query(`DECLARE held CURSOR WITH HOLD FOR SELECT make(${id()})`);
      await client().query('CLOSE held');
    });
    expect(await seen()).toEqual([
      ['mr', 'usr_a'],
      ['rm', 'usr_a'],
      ['mr', 'usr_a'],
      ['mr', 'usr_a'],
    ]);
  });

  test('PREPARE TRANSACTION carries what COMMIT would', async (context) => {
    const { rows } = await source().admin.query<{ n: number }>(`SELECT current_setting('max_prepared_transactions')::int AS n`);
    if (rows[0]?.n === 0) context.skip('max_prepared_transactions is 0');
    await as('usr_a', async () => {
      await client().query('BEGIN');
      await client().query('SELECT make($1)', [id()]);
      await client().query(`PREPARE TRANSACTION 'half'`);
    });
    await client().query(`COMMIT PREPARED 'half'`);
    expect(await seen()).toEqual([['rm', 'usr_a']]);
  });

  test('several in one text', async () => {
    await as('usr_a', () => client().query(`SELECT make(${id()}); SELECT make(${id()})`));
    await as('usr_b', () => client().query(`BEGIN; SELECT make(${id()}); COMMIT`));
    expect(await seen()).toEqual([
      ['mrr', 'usr_a'],
      ['mr', 'usr_b'],
    ]);
  });

  test.each([
    ['syntax', 'SELECT make('],
    ['unknown function', 'SELECT nope(1)'],
    ['missing parameter', 'SELECT make($1)'],
    ['while it runs', 'SELECT make(n), 1 / (2 - n) FROM generate_series(-3, 2) n'],
    ['in a function', `DO $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'hint', DETAIL = 'detail'; END $$`],
    ['two statements by a quote that this lexer takes otherwise', `SELECT make('\\'); SELECT ';1')`],
    ['read only', 'BEGIN READ ONLY; SELECT make(-9)'],
  ])('an error is as without us: %s', async (_, text) => {
    const facts = ({ message, code, position, detail, hint, where }: pg.DatabaseError): unknown => ({
      message,
      code,
      position,
      detail,
      hint,
      where,
    });
    const ask = async (): Promise<unknown> => {
      const found = await client()
        .query(text)
        .then(
          () => 'no error',
          (error: pg.DatabaseError) => facts(error),
        );
      await client().query('ROLLBACK');
      return found;
    };
    const without = await ask();
    expect(without).toMatchObject({ code: expect.any(String) as string });
    expect(await as('usr_a', ask)).toEqual(without);
    expect((await as('usr_a', () => client().query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }]);
  });

  test('a value that pg cannot write rejects as without us, and the connection goes on', async () => {
    const toPostgres = (): never => {
      throw new Error('poison');
    };
    await as('usr_a', async () => {
      await expect(client().query('SELECT make($1)', [{ toPostgres }])).rejects.toThrow('poison');
      await client().query('SELECT make($1)', [id()]);
    });
    expect(await seen()).toEqual([['rm', 'usr_a']]);
  });

  test('binary results, and queries sent at once', async () => {
    const binary = new pg.Client({ connectionString: source().url, binary: true } as pg.ClientConfig);
    await binary.connect();
    const found = await as('usr_a', () => Promise.all([1, 2, 3].map((n) => binary.query(`SELECT make(${id()}), ${n} AS n`))));
    expect(found.map(({ rows }) => rows)).toEqual([1, 2, 3].map((n) => [{ make: '', n }]));
    const made = id();
    expect((await as('usr_a', () => binary.query('SELECT make($1::int), $1::int AS n', [made]))).rows[0]).toMatchObject({ n: made });
    await binary.end();
    expect(await seen()).toEqual(Array.from({ length: 4 }, () => ['rm', 'usr_a']));
  });

  test('in a pipeline, and in a transaction at its COMMIT', async () => {
    const piped = new pg.Client({ connectionString: source().url, pipeline: true });
    await piped.connect();
    await Promise.all([
      as('usr_a', () => piped.query('SELECT make($1)', [id()])),
      as('usr_b', () => piped.query(`SELECT make(${id()})`)),
      as('usr_c', () => piped.query('SELECT 1')),
    ]);
    await piped.end();
    await as('usr_d', async () => {
      await client().query('START TRANSACTION');
      await client().query('SELECT make($1)', [id()]);
      await client().query('COMMIT');
    });
    expect(await seen()).toEqual([
      ['rm', 'usr_a'],
      ['rm', 'usr_b'],
      ['rm', 'usr_d'],
    ]);
  });
});
