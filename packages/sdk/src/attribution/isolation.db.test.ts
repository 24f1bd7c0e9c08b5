// What depends on no query having run yet: isolation levels, and locks that must come before the snapshot.
// Everything is run twice, without a context and within one, and must come out the same.

import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

attributeQueries(pg, { key: TEST_KEY });

const INSERT = `INSERT INTO thing SELECT least(min(id), 0) - 1 FROM thing`;
const SHOW = 'SHOW transaction_isolation';

describe.skipIf(TEST_DATABASE_URL === undefined)('isolation', () => {
  const { source, client, id } = useSource();

  /** Commands and rows of each text, or how it failed. */
  async function outcome(texts: readonly string[]): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const text of texts) {
      found.push(
        await client()
          .query(text)
          .then(
            (result) => [result].flat().map(({ command, rows }: pg.QueryResult) => [command, rows]),
            ({ message, code, position }: pg.DatabaseError) => ({ message, code, position }),
          ),
      );
    }
    await client().query('ROLLBACK');
    return found;
  }

  test.each([
    ['in one text', [`BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ${INSERT}; ${SHOW}; COMMIT`]],
    [
      'behind other settings',
      [`BEGIN; SET LOCAL search_path = public; ${SHOW}; SET LOCAL transaction_isolation = serializable; ${INSERT}; ${SHOW}; COMMIT`],
    ],
    ['a quoted name', [`BEGIN; SET LOCAL "transaction_isolation" = serializable; ${INSERT}; ${SHOW}; COMMIT`]],
    ['without BEGIN', [`SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ${INSERT}; ${SHOW}`]],
    ['in a transaction that is open', ['BEGIN', `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ${INSERT}; ${SHOW}`, 'COMMIT']],
    ['a text of its own', ['BEGIN', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', INSERT, SHOW, 'COMMIT']],
    ['behind a write', ['BEGIN', INSERT, 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE']],
    ['behind a TRUNCATE', ['BEGIN', 'TRUNCATE spare', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE']],
    ['behind DDL', ['BEGIN', 'CREATE TABLE gone (n int)', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE']],
    ['behind a GRANT', ['BEGIN', 'GRANT SELECT ON spare TO PUBLIC', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE']],
    ['behind a COMMENT', ['BEGIN', `COMMENT ON TABLE spare IS 'x'`, 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE']],
    [
      'behind an EXECUTE',
      ['PREPARE put AS SELECT 1', 'BEGIN', 'EXECUTE put', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'ROLLBACK', 'DEALLOCATE put'],
    ],
    ['behind a write in one text', [`BEGIN; ${INSERT}; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; COMMIT`]],
    ['behind a read in one text', [`BEGIN; SELECT 1 AS one; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ${INSERT}`]],
    ['read only', [`BEGIN; SET TRANSACTION READ ONLY; ${INSERT}`]],
    ['read only, a text of its own', ['BEGIN READ ONLY', INSERT]],
    ['deferrable', [`START TRANSACTION; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, DEFERRABLE; ${INSERT}; ${SHOW}; COMMIT`]],
    ['behind a ROLLBACK', ['BEGIN', INSERT, `ROLLBACK; BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ${INSERT}; ${SHOW}; COMMIT`]],
    [
      'the settings of a chain',
      ['BEGIN', INSERT, 'COMMIT AND CHAIN', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', INSERT, SHOW, 'COMMIT'],
    ],
    ['an error behind characters of two halves', [`/* \u{1F600}\u{1F600} */ BEGIN;WHAT; ${INSERT}`]],
    ['an error ahead of the message', [`/* \u{1F600}\u{1F600} */ BEGIN; SET TRANSACTION ISOLATION LEVEL WHAT; ${INSERT}`]],
  ])('as without us: %s', async (_, texts) => {
    await source().admin.query('CREATE TABLE IF NOT EXISTS spare (n int)');
    const without = await outcome(texts);
    await source().seen();
    expect(await as('usr_a', () => outcome(texts))).toEqual(without);
    const seen = await source().seen();
    expect(seen.flatMap(actors).every((actor) => actor === 'usr_a')).toBe(true);
    expect(seen.filter(({ rows }) => rows.length > 0).every(({ order }) => order[0] === 'm')).toBe(true);
  });

  test('one text: serializable, attributed once, and each statement with its own answer', async () => {
    const text = `BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; INSERT INTO thing VALUES (${id()}) RETURNING 1 AS one; ${SHOW}; COMMIT`;
    const results = (await as('usr_a', () => client().query(text))) as unknown as pg.QueryResult[];
    expect(results.map(({ rows }) => rows[0])).toEqual([
      undefined,
      undefined,
      { one: 1 },
      { transaction_isolation: 'serializable' },
      undefined,
    ]);
    expect((await source().seen()).map(({ order }) => order.join(''))).toEqual(['mr']);
  });

  test('a text of several statements is refused with parameters as without us', async () => {
    const ask = (): Promise<unknown> =>
      client()
        .query(`BEGIN; SET TRANSACTION READ WRITE; INSERT INTO thing VALUES ($1)`, [id()])
        .catch(({ message, code, position }: pg.DatabaseError) => ({ message, code, position }));
    const without = await ask();
    expect(without).toMatchObject({ code: '42601' });
    expect(await as('usr_a', ask)).toEqual(without);
  });

  test('LOCK TABLE still comes before the snapshot: what the other one wrote is seen', async () => {
    const made = id();
    await client().query(`INSERT INTO thing VALUES (${made}, 'first')`);
    const other = new pg.Client({ connectionString: source().url });
    await other.connect();
    await other.query(`BEGIN; LOCK TABLE thing IN EXCLUSIVE MODE; UPDATE thing SET owner = 'second' WHERE id = ${made}`);
    const waiting = as('usr_a', () =>
      client().query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE thing IN EXCLUSIVE MODE; UPDATE thing SET owner = owner || '!' WHERE id = ${made} RETURNING owner; COMMIT`,
      ),
    ) as unknown as Promise<pg.QueryResult[]>;
    const isWaiting = async (): Promise<boolean> =>
      (
        await source().admin.query(
          'SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())',
        )
      ).rowCount === 1;
    while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 10));
    await other.query('COMMIT');
    expect((await waiting)[2]?.rows).toEqual([{ owner: 'second!' }]);
    await other.end();
    expect((await source().seen()).flatMap(actors)).toEqual(['usr_a']);
  });
});
