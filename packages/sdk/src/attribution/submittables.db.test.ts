// Objects that speak the protocol themselves: cursors, streams of rows and COPY streams.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from './attribute-queries.ts';
import { actors, as, TEST_DATABASE_URL, TEST_KEY, useSource } from './source.test.fixture.ts';

attributeQueries(pg, { key: TEST_KEY });

const MAKE = 'SELECT make(n), n FROM generate_series($1::int, $2::int) n';
const INSERT = 'INSERT INTO thing SELECT n FROM generate_series($1::int, $2::int) n RETURNING id';

describe.skipIf(TEST_DATABASE_URL === undefined)('cursors and streams', () => {
  const { source, client, id } = useSource();

  async function seen(): Promise<unknown[]> {
    return (await source().seen()).map((transaction) => [transaction.order.join(''), ...actors(transaction)]);
  }

  function range(count: number): [number, number] {
    const first = id(count);
    return [first, first + count - 1];
  }

  test('a COPY stream, by itself and in a transaction, and what follows it', async () => {
    await as('usr_a', async () => {
      const alone = client().query(copyFrom('COPY thing FROM STDIN'));
      await pipeline(Readable.from([`${id()}\tx\n`, `${id()}\ty\n`]), alone);
      expect(alone.rowCount).toBe(2);
      await client().query('BEGIN');
      const within = client().query(copyFrom('/* bulk */ COPY thing (id) FROM STDIN (FORMAT csv)'));
      await pipeline(Readable.from([`${id()}\n`]), within);
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
      await client().query('COMMIT');
      const out = client().query(copyTo('COPY (SELECT 1) TO STDOUT'));
      let text = '';
      for await (const piece of out) text += String(piece);
      expect(text).toBe('1\n');
      await client().query('INSERT INTO thing VALUES ($1)', [id()]);
    });
    expect(await seen()).toEqual([
      ['mrr', 'usr_a'],
      ['mrr', 'usr_a'],
      ['mr', 'usr_a'],
    ]);
  });

  test('a COPY stream that fails says so as without us', async () => {
    const taken = id();
    await client().query('INSERT INTO thing VALUES ($1)', [taken]);
    const copy = (text: string, row: string): Promise<unknown> =>
      pipeline(Readable.from([row]), client().query(copyFrom(text))).catch(({ code, message, where, position }: pg.DatabaseError) => ({
        code,
        message,
        where,
        position,
      }));
    for (const [text, row] of [
      ['COPY thing FROM STDIN', `${taken}\tx\n`],
      ['COPY thing FROM STDIN', 'what\tx\n'],
      ['COPY nope FROM STDIN', '1\n'],
      ['COPY thing (id, nope) FROM STDIN', '1\n'],
    ] as const) {
      const without = await copy(text, row);
      expect(without).toMatchObject({ code: expect.any(String) as string });
      expect(await as('usr_a', () => copy(text, row))).toEqual(without);
      expect((await client().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    }
  });

  test('a cursor: read to its end, and closed before', async () => {
    await as('usr_a', async () => {
      for (const [text, args] of [
        [INSERT, range(5)],
        [MAKE, range(5)],
      ] as const) {
        const cursor = client().query(new Cursor(text, [...args]));
        expect(await cursor.read(3)).toHaveLength(3);
        expect(await cursor.read(3)).toHaveLength(2);
        expect(await cursor.read(3)).toEqual([]);
        await cursor.close();
      }
      const early = client().query(new Cursor(MAKE, range(5)));
      expect(await early.read(2)).toHaveLength(2);
      await early.close();
      expect((await client().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
    expect(await seen()).toEqual([
      ['mrrrrr', 'usr_a'],
      ['rrrrrm', 'usr_a'],
      ['rrm', 'usr_a'],
    ]);
  });

  test('a stream of rows, also in a transaction', async () => {
    const collect = async (text: string, args: readonly number[]): Promise<number> => {
      let count = 0;
      for await (const row of client().query(new QueryStream(text, [...args], { batchSize: 2 }))) count += row === undefined ? 0 : 1;
      return count;
    };
    await as('usr_a', async () => {
      expect(await collect(INSERT, range(5))).toBe(5);
      expect(await collect(MAKE, range(5))).toBe(5);
      expect(await collect('SELECT n FROM generate_series($1::int, $2::int) n', [1, 5])).toBe(5);
      await client().query('BEGIN');
      expect(await collect(MAKE, range(3))).toBe(3);
      await client().query('COMMIT');
    });
    expect(await seen()).toEqual([
      ['mrrrrr', 'usr_a'],
      ['rrrrrm', 'usr_a'],
      ['rrrm', 'usr_a'],
    ]);
  });

  test('a cursor that fails, at once or while it is read, says so as without us', async () => {
    const read = async (text: string): Promise<unknown> => {
      const cursor = client().query(new Cursor(text, []));
      const found = await cursor.read(2).then(
        () => cursor.read(10).catch(({ code, message, position }: pg.DatabaseError) => ({ code, message, position })),
        ({ code, message, position }: pg.DatabaseError) => ({ code, message, position }),
      );
      await cursor.close();
      return found;
    };
    for (const text of [
      'INSERT INTO nope VALUES (1)',
      'INSERT INTO thing (id, nope) VALUES (1)',
      'SELECT make(5 - n), 1 / (3 - n) FROM generate_series(1, 5) n',
    ]) {
      const without = await read(text);
      expect(without).toMatchObject({ code: expect.any(String) as string });
      expect(await as('usr_a', () => read(text))).toEqual(without);
      expect((await as('usr_a', () => client().query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }]);
    }
  });
});
