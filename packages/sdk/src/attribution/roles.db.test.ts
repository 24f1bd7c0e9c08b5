// A connection that takes another role: what is known of the one proves nothing of the other, and a message that the
// database refuses would abort the application's transaction.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

attributeQueries(pg, { key: TEST_KEY });

describe.skipIf(TEST_DATABASE_URL === undefined)('a connection that takes another role', () => {
  const { source, id } = useSource();
  const [able, weak] = ['able', 'weak'].map((name) => `indelible_${name}_${randomBytes(4).toString('hex')}`) as [string, string];
  let client: pg.Client;

  beforeAll(async () => {
    const { admin } = source();
    const { rows } = await admin.query<{ f: string }>(
      `SELECT string_agg(oid::regprocedure::text, ', ') AS f FROM pg_proc WHERE proname = 'pg_logical_emit_message'`,
    );
    const functions = rows[0]?.f ?? '';
    await admin.query(`CREATE ROLE ${able}; CREATE ROLE ${weak} NOINHERIT LOGIN PASSWORD 'x'; GRANT ${able} TO ${weak}; GRANT ALL ON thing TO ${able}, ${weak};
      REVOKE EXECUTE ON FUNCTION ${functions} FROM PUBLIC; GRANT EXECUTE ON FUNCTION ${functions} TO ${able}`);
  });

  beforeEach(async () => {
    client = new pg.Client({ connectionString: source().url });
    await client.connect();
  });

  afterEach(async () => {
    await client.end();
  });

  afterAll(async () => {
    await source().admin.query(`DROP OWNED BY ${able}, ${weak}; DROP ROLE ${able}; DROP ROLE ${weak}`);
  });

  const seen = async (): Promise<string[]> => (await source().seen()).map(({ order }) => order.join(''));
  const insert = (): Promise<unknown> => client.query('INSERT INTO thing VALUES ($1)', [id()]);

  test.each([
    ['SET ROLE', () => client.query(`SET ROLE ${weak}`), 'RESET ROLE'],
    ['SET SESSION AUTHORIZATION', () => client.query(`SET SESSION AUTHORIZATION ${weak}`), 'RESET SESSION AUTHORIZATION'],
    ['set_config', () => client.query('SELECT set_config($1, $2, false)', ['role', weak]), 'DISCARD ALL'],
    ['a named statement', () => client.query({ name: 'weaken', text: `SET ROLE ${weak}` }), 'RESET ROLE'],
  ])('%s: writes go through, and are attributed again afterwards', async (_, take, giveBack) => {
    await as('usr_a', async () => {
      for (const round of [1, 2]) {
        await insert();
        await insert();
        await take();
        await client.query('BEGIN');
        await insert();
        await client.query(`INSERT INTO thing VALUES (${id()})`);
        await client.query('COMMIT');
        await insert();
        if (round === 1) await client.query(giveBack);
      }
    });
    expect(await seen()).toEqual(['mr', 'mr', 'rr', 'r', 'mr', 'mr', 'rr', 'r']);
  });

  test('a role for one transaction, whichever of the two may send messages, and queries that are not awaited', async () => {
    await as('usr_a', async () => {
      await insert();
      await Promise.all([
        client.query('BEGIN'),
        client.query(`SET LOCAL ROLE ${weak}`),
        insert(),
        client.query('COMMIT'),
        insert(),
        client.query(`BEGIN; SET LOCAL ROLE ${weak}; LOCK thing IN SHARE ROW EXCLUSIVE MODE; INSERT INTO thing VALUES (${id()}); COMMIT`),
        insert(),
      ]);
    });
    expect(await seen()).toEqual(['mr', 'r', 'mr', 'r', 'mr']);
    const url = Object.assign(new URL(source().url), { username: weak, password: 'x' });
    const other = new pg.Client({ connectionString: url.href });
    await other.connect();
    await as('usr_a', async () => {
      await other.query('INSERT INTO thing VALUES ($1)', [id()]);
      for (const end of ['COMMIT', 'COMMIT']) {
        await other.query('BEGIN');
        await other.query(`SET LOCAL ROLE ${able}`);
        await other.query('INSERT INTO thing VALUES ($1)', [id()]);
        await other.query(end);
        await other.query('INSERT INTO thing VALUES ($1)', [id()]);
      }
    });
    await other.end();
    expect(await seen()).toEqual(['r', 'mr', 'r', 'mr', 'r']);
  });

  test('a role that is rolled back, to a savepoint and altogether', async () => {
    await as('usr_a', async () => {
      await insert();
      await client.query('BEGIN');
      await client.query('SAVEPOINT one');
      await client.query(`SET ROLE ${weak}`);
      await insert();
      await client.query('ROLLBACK TO one');
      await insert();
      await client.query(`SET ROLE ${weak}`);
      await client.query('ROLLBACK');
      await insert();
    });
    expect(await seen()).toEqual(['mr', 'mr']);
  });

  test('in a pipeline', async () => {
    const piped = new pg.Client({ connectionString: source().url, pipeline: true });
    await piped.connect();
    const put = (): Promise<unknown> => piped.query('INSERT INTO thing VALUES ($1)', [id()]);
    await as('usr_a', async () => {
      await put();
      const statements = [put(), piped.query(`SET ROLE ${weak}`), put(), put(), piped.query('RESET ROLE'), put()];
      await Promise.all(statements);
      await put();
    });
    await piped.end();
    expect(await seen()).toEqual(['mr', 'mr', 'r', 'r', 'mr', 'mr']);
  });
});
