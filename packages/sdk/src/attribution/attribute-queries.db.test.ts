// Attribution against a real PostgreSQL: which message the slot sees in which transaction.

import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { runWithContext, setActor } from '../context/context.ts';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, payloads, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';
import { counters } from './stats.ts';

attributeQueries(pg, { key: TEST_KEY });

describe.skipIf(TEST_DATABASE_URL === undefined)('which message goes where', () => {
  const { source, client, id } = useSource();

  test('autocommit, extended and simple: one message, ahead of the row, in its transaction', async () => {
    const [a, b] = [id(), id()];
    await as('usr_a', () => client().query('INSERT INTO thing VALUES ($1, $2)', [a, 'a']));
    await as('usr_b', () => client().query(`/* hi */ INSERT INTO thing VALUES (${b}, 'b')`));
    const seen = await source().seen();
    expect(seen.map(({ order }) => order.join(''))).toEqual(['mr', 'mr']);
    expect(seen.flatMap(actors)).toEqual(['usr_a', 'usr_b']);
    expect(new Set(seen.flatMap(payloads).map(({ nonce }) => nonce)).size).toBe(2);
  });

  test('reads send nothing, and writes outside of a context go out untouched', async () => {
    const before = { ...counters };
    await as('usr_a', () => client().query('SELECT 1 FROM thing FOR UPDATE'));
    await client().query('INSERT INTO thing VALUES ($1)', [id()]);
    const seen = await source().seen();
    expect(seen.map(({ messages }) => messages.length)).toEqual([0]);
    expect(counters.emitted).toBe(before.emitted);
    expect(counters.withoutContext).toBe(before.withoutContext + 1);
  });

  test('one message per transaction; a changed context sends another', async () => {
    await runWithContext({ actor: { id: 'usr_a' }, reason: 'Ticket 4812', ip: '203.0.113.7' }, async () => {
      await client().query('BEGIN');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      setActor({ id: 'usr_b' });
      await client().query(`INSERT INTO thing VALUES (${id()})`);
      await client().query('COMMIT');
    });
    const seen = await source().seen();
    expect(seen.map(({ order }) => order.join(''))).toEqual(['mrrmr']);
    expect(payloads(seen[0])[0]).toMatchObject({
      v: 1,
      actor: { type: 'user', id: 'usr_a' },
      context: { reason: 'Ticket 4812', ip: '203.0.113.7' },
    });
    expect(actors(seen[0])).toEqual(['usr_a', 'usr_b']);
  });

  test('the setting for triggers holds the same message, and only within the transaction', async () => {
    await as('usr_a', async () => {
      await client().query('BEGIN');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      const { rows } = await client().query(`SELECT current_setting('indelible.context', true) AS text`);
      await client().query('COMMIT');
      const seen = await source().seen();
      expect(rows[0].text).toBe(seen[0]?.messages[0]);
      const after = await client().query(`SELECT current_setting('indelible.context', true) AS text`);
      expect(after.rows[0].text ?? '').toBe('');
    });
  });

  test('a message says when it was sent, and to which database', async () => {
    const before = Date.now();
    await as('usr_a', () => client().query('INSERT INTO thing VALUES ($1)', [id()]));
    const [payload] = payloads((await source().seen())[0]);
    expect(payload?.database).toBe(new URL(source().url).pathname.slice(1));
    expect(payload?.t).toBeGreaterThanOrEqual(before);
    expect(payload?.t).toBeLessThanOrEqual(Date.now());
  });

  test('behind a ROLLBACK in the same text the message is sent again, into the transaction of the write', async () => {
    await as('usr_a', async () => {
      await client().query('BEGIN');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query(`ROLLBACK; INSERT INTO thing VALUES (${id()})`);
      await client().query('BEGIN; SAVEPOINT one');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await expect(client().query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
      await client().query(`ROLLBACK TO one; INSERT INTO thing VALUES (${id()})`);
      await client().query('COMMIT');
    });
    expect((await source().seen()).map(({ order }) => order.join(''))).toEqual(['mr', 'mr']);
  });

  test('a savepoint that is rolled back takes its message along, so the next write sends it again', async () => {
    await as('usr_a', async () => {
      await client().query('BEGIN');
      await client().query('SAVEPOINT one');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query('ROLLBACK TO SAVEPOINT one');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query('RELEASE SAVEPOINT one');
      await client().query('COMMIT');
    });
    const seen = await source().seen();
    expect(seen.map(({ order }) => order.join(''))).toEqual(['mr']);
    expect(actors(seen[0])).toEqual(['usr_a']);
  });

  test('a failed transaction is left alone, and recovered by its savepoint is attributed again', async () => {
    await as('usr_a', async () => {
      const taken = id();
      await client().query('BEGIN');
      await client().query('SAVEPOINT one');
      await client().query('INSERT INTO thing VALUES ($1)', [taken]);
      await expect(client().query('INSERT INTO thing VALUES ($1)', [taken])).rejects.toMatchObject({ code: '23505' });
      await expect(client().query('INSERT INTO thing VALUES ($1)', [id()])).rejects.toMatchObject({ code: '25P02' });
      await client().query('ROLLBACK TO one');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query('COMMIT');
      await client().query('BEGIN');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query('ROLLBACK');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
    });
    expect((await source().seen()).map(({ order }) => order.join(''))).toEqual(['mr', 'mr']);
  });

  test('COMMIT sends the message for writes that could not be recognised, and none after reads', async () => {
    const made = id();
    await as('usr_a', async () => {
      await client().query('BEGIN');
      await client().query('SELECT make($1)', [made]);
      expect(await client().query('COMMIT')).toMatchObject({ command: 'COMMIT', rows: [] });
      await client().query('BEGIN');
      await client().query('SELECT 1');
      await client().query('COMMIT');
    });
    const seen = await source().seen();
    expect(seen.map(({ order }) => order.join(''))).toEqual(['rm']);
    expect(actors(seen[0])).toEqual(['usr_a']);
  });

  test('code in a callback, and listeners of a connection that another request opened, never act as somebody else', async () => {
    const fresh = new pg.Pool({ connectionString: source().url, max: 1 });
    await as('usr_opener', () => fresh.query('SELECT 1'));
    const insert = (): Promise<unknown> => fresh.query('INSERT INTO thing VALUES ($1)', [id()]);
    await as('usr_a', () => new Promise((resolve, reject) => fresh.query('SELECT 1', () => void insert().then(resolve, reject))));
    const lone = await fresh.connect();
    const query = new pg.Query('SELECT 1');
    await new Promise((resolve, reject) => {
      query.on('end', () => void lone.query('INSERT INTO thing VALUES ($1)', [id()]).then(resolve, reject));
      lone.query(query);
    });
    lone.release();
    await fresh.end();
    expect((await source().seen()).map(actors)).toEqual([['usr_a'], []]);
  });

  test('a lazy actor is asked once, at the first write; one that throws costs the actor and not the query', async () => {
    let asked = 0;
    await runWithContext({ actor: () => ({ id: `usr_${++asked}` }) }, async () => {
      await client().query('SELECT 1');
      expect(asked).toBe(0);
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
    });
    const faults = counters.faults;
    const broken = (): never => {
      throw new Error('no session');
    };
    await runWithContext({ actor: broken, ip: '203.0.113.9' }, () => client().query('INSERT INTO thing VALUES ($1)', [id()]));
    const seen = await source().seen();
    expect(seen.map(actors)).toEqual([['usr_1'], ['usr_1'], [undefined]]);
    expect(payloads(seen[2])[0]?.context).toEqual({ ip: '203.0.113.9' });
    expect(counters.faults).toBe(faults + 1);
  });

  test('any characters travel, also by a connection in another encoding and through simple queries', async () => {
    const name = `Zoë 'O' "\\" 日本 \u{1F600} $1 $$`;
    const latin = new pg.Client({ connectionString: source().url });
    await latin.connect();
    await latin.query(`SET standard_conforming_strings = off; SET client_encoding = 'LATIN1'`);
    for (const one of [client(), latin]) {
      await runWithContext({ actor: { id: 'usr_a', name } }, async () => {
        await one.query(`INSERT INTO thing VALUES (${id()})`);
        await one.query('INSERT INTO thing VALUES ($1)', [id()]);
      });
    }
    await latin.end();
    expect((await source().seen()).flatMap(payloads).map(({ actor }) => actor?.name)).toEqual([name, name, name, name]);
  });

  test('queries sent at once on one client, and in a pipeline, each keep their own', async () => {
    const piped = new pg.Client({ connectionString: source().url, pipeline: true });
    await piped.connect();
    const taken = id();
    const outcomes = await Promise.allSettled([
      as('usr_a', () => piped.query('INSERT INTO thing VALUES ($1, $2)', [taken, 'usr_a'])),
      as('usr_b', () => piped.query(`INSERT INTO thing VALUES (${id()}, 'usr_b')`)),
      as('usr_c', () => piped.query('INSERT INTO thing VALUES ($1, $2)', [taken, 'usr_c'])),
      as('usr_d', () => piped.query({ name: 'd', text: 'INSERT INTO thing VALUES ($1, $2) RETURNING owner', values: [id(), 'usr_d'] })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    await piped.end();
    const seen = await source().seen();
    expect(seen.map((transaction) => [actors(transaction)[0], transaction.rows[0]?.[1]])).toEqual([
      ['usr_a', 'usr_a'],
      ['usr_b', 'usr_b'],
      ['usr_d', 'usr_d'],
    ]);
  });

  test('a pipelined transaction is attributed at its writes, or else at its COMMIT', async () => {
    const piped = new pg.Client({ connectionString: source().url, pipeline: true });
    await piped.connect();
    await as('usr_a', () => Promise.all([piped.query('BEGIN'), piped.query('SELECT make($1)', [id()]), piped.query('COMMIT')]));
    const insert = (): Promise<unknown> => piped.query('INSERT INTO thing VALUES ($1)', [id()]);
    await as('usr_b', () => Promise.all([piped.query('BEGIN'), insert(), insert(), piped.query('COMMIT'), insert()]));
    await piped.end();
    expect((await source().seen()).map((seen) => [...new Set(actors(seen))])).toEqual([['usr_a'], ['usr_b'], ['usr_b']]);
  });
});
