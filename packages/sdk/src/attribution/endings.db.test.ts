// Queries that end otherwise than by an answer: timeouts, a killed session, a client that is closed. Each is run without
// a context and within one, by a client of its own, and must come out the same. And what arrives unasked: notifications.

import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

attributeQueries(pg, { key: TEST_KEY });

type Run = (client: pg.Client, id: number) => Promise<unknown>;

// The server goes on with what only pg has given up.
const SLOW = 'INSERT INTO thing SELECT $1::int FROM pg_sleep(0.6)';
const MAKE_SLOWLY = 'SELECT make($1), pg_sleep(0.6)';

describe.skipIf(TEST_DATABASE_URL === undefined)('endings', () => {
  const { source, client, id } = useSource();

  async function outcome(run: Run, options: pg.ClientConfig): Promise<unknown[]> {
    const own = new pg.Client({ connectionString: source().url, ...options });
    const heard: string[] = [];
    own.on('error', ({ message }) => heard.push(message));
    await own.connect();
    const said = await run(own, id()).then(
      () => 'done',
      ({ message, code }: { message: string; code?: string }) => ({ message, code }),
    );
    await own.end().catch(() => undefined);
    return [said, heard];
  }

  test.each<[string, string, Run, pg.ClientConfig]>([
    ['statement_timeout', 'canceling statement', (own, n) => own.query(SLOW, [n]), { statement_timeout: 50 }],
    ['statement_timeout of a function', 'canceling statement', (own, n) => own.query(MAKE_SLOWLY, [n]), { statement_timeout: 50 }],
    ['query_timeout', 'Query read timeout', (own, n) => own.query(SLOW, [n]), { query_timeout: 50 }],
    [
      'query_timeout of a config',
      'Query read timeout',
      (own, n) => own.query({ text: SLOW, values: [n], query_timeout: 50 } as pg.QueryConfig),
      {},
    ],
    ['query_timeout of a function', 'Query read timeout', (own, n) => own.query(MAKE_SLOWLY, [n]), { query_timeout: 50 }],
    ['lock_timeout', 'lock timeout', locked, { lock_timeout: 50 }],
    ['a session that is killed', 'terminating connection', killed, {}],
    ['a client that is ended', 'Connection terminated', ended, {}],
    ['idle in a transaction', 'terminat', idle, {}],
  ])('as without us: %s', async (_, expected, run, options) => {
    const without = await outcome(run, options);
    expect(JSON.stringify(without)).toContain(expected);
    expect(await as('usr_a', () => outcome(run, options))).toEqual(without);
  });

  async function locked(own: pg.Client, n: number): Promise<unknown> {
    await source().admin.query('BEGIN; LOCK TABLE thing');
    try {
      return await own.query('INSERT INTO thing VALUES ($1)', [n]);
    } finally {
      await source().admin.query('ROLLBACK');
    }
  }

  async function killed(own: pg.Client, n: number): Promise<unknown> {
    const { rows } = await own.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const running = own.query(SLOW, [n]);
    await Promise.all([running, running.catch(() => undefined), source().admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])]);
    return running;
  }

  async function ended(own: pg.Client, n: number): Promise<unknown> {
    const [running] = await Promise.allSettled([own.query(SLOW, [n]), own.end()]);
    if (running.status === 'rejected') throw running.reason;
    return running.value;
  }

  async function idle(own: pg.Client, n: number): Promise<unknown> {
    await own.query('BEGIN');
    await own.query('INSERT INTO thing VALUES ($1)', [n]);
    // Only now, for on a busy machine BEGIN and INSERT may lie far apart.
    await own.query('SET idle_in_transaction_session_timeout = 50');
    await new Promise((resolve) => own.once('end', resolve));
    return own.query('COMMIT');
  }

  test('notifications arrive, and writes between them keep their actor', async () => {
    const listener = new pg.Client({ connectionString: source().url });
    await listener.connect();
    const heard: (string | undefined)[] = [];
    const all = new Promise<void>((resolve) => {
      listener.on('notification', ({ payload }) => {
        if (heard.push(payload) === 4) resolve();
      });
    });
    await as('usr_a', async () => {
      await listener.query('LISTEN news');
      await client().query(`NOTIFY news, 'one'`);
      await client().query(`SELECT pg_notify('news', 'two')`);
      await client().query(`BEGIN; INSERT INTO thing VALUES (${id()}); NOTIFY news, 'three'; COMMIT`);
      await listener.query('INSERT INTO thing VALUES ($1)', [id()]);
      await listener.query(`NOTIFY news, 'four'`);
    });
    await all;
    await listener.end();
    expect(heard).toEqual(['one', 'two', 'three', 'four']);
    expect((await source().seen()).map(actors)).toEqual([['usr_a'], ['usr_a']]);
  });
});
