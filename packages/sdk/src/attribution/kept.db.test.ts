// The statement that the server keeps for a connection: it is parsed once, and nothing that drops it is ever noticed.

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';
import { counters } from './stats.ts';

attributeQueries(pg, { key: TEST_KEY });

describe.skipIf(TEST_DATABASE_URL === undefined)('the kept statement', () => {
  const { source, id } = useSource();
  let own = new pg.Client();

  beforeEach(() => open());
  afterEach(() => own.end());

  async function open(options: pg.ClientConfig = {}): Promise<void> {
    own = new pg.Client({ connectionString: source().url, ...options });
    await own.connect();
  }

  function insert(): Promise<unknown> {
    return as('usr_a', () => own.query('INSERT INTO thing VALUES ($1)', [id()]));
  }

  /** How often each kept statement was carried out. */
  async function kept(): Promise<number[]> {
    const { rows } = await own.query<{ runs: number }>('SELECT (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements');
    return rows.map(({ runs }) => runs);
  }

  test('is used from the second message on, in transactions and out of them', async () => {
    await insert();
    expect(await kept()).toEqual([]);
    await insert();
    await insert();
    await own.query('BEGIN');
    await insert();
    await insert();
    await own.query('COMMIT');
    expect(await kept()).toEqual([3]);
    expect((await source().seen()).map((seen) => [seen.order.join(''), ...actors(seen)])).toEqual([
      ['mr', 'usr_a'],
      ['mr', 'usr_a'],
      ['mr', 'usr_a'],
      ['mrr', 'usr_a'],
    ]);
  });

  test.each([
    ['DISCARD ALL'],
    ['DEALLOCATE ALL'],
    ['DEALLOCATE indelible_message'],
    [`SELECT 1; DEALLOCATE ALL`],
    [`DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$`],
  ])('is made again behind %s', async (text) => {
    for (const place of ['in a transaction', 'outside of one']) {
      await insert();
      await insert();
      expect(await kept()).toHaveLength(1);
      await own.query(text);
      expect(await kept()).toEqual([]);
      if (place === 'in a transaction') await own.query('BEGIN');
      await insert();
      await own.query('COMMIT');
      // Behind DISCARD ALL the role is in doubt as well, and the next message asks first.
      await insert();
      expect(await kept()).toHaveLength(1);
    }
    expect((await source().seen()).map(actors)).toEqual(Array.from({ length: 8 }, () => ['usr_a']));
  });

  test('is not made twice when another one is dropped, or when the statement behind it fails', async () => {
    await insert();
    await insert();
    await own.query('PREPARE another AS SELECT 1');
    await own.query('DEALLOCATE another');
    await insert();
    await expect(as('usr_a', () => own.query('INSERT INTO thing VALUES ($1)', [null]))).rejects.toMatchObject({ code: '23502' });
    await insert();
    expect(await kept()).toHaveLength(1);
    expect((await source().seen()).map(actors)).toEqual(Array.from({ length: 4 }, () => ['usr_a']));
  });

  test('dropped by a function, it is missed outside of a transaction without harm, and not made again', async () => {
    await source().admin.query(`CREATE FUNCTION drops() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$`);
    await insert();
    await insert();
    const before = { ...counters };
    await own.query('SELECT drops()');
    await insert();
    await insert();
    expect(await kept()).toEqual([]);
    expect([counters.refused, counters.faults]).toEqual([before.refused, before.faults]);
    expect((await source().seen()).map(actors)).toEqual(Array.from({ length: 4 }, () => ['usr_a']));
  });

  test('is not made on a connection that a pooler may lead to another process', async () => {
    Reflect.set(own, 'processID', 1);
    for (let n = 0; n < 3; n++) await insert();
    expect(await kept()).toEqual([]);
  });

  test('is not made in a pipeline, where what drops it may be on its way', async () => {
    await own.end();
    await open({ pipeline: true });
    await Promise.all([insert(), insert()]);
    await insert();
    expect(await kept()).toEqual([]);
    expect((await source().seen()).map(actors)).toEqual(Array.from({ length: 3 }, () => ['usr_a']));
  });
});
