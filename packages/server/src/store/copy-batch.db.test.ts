// Rows that travel in COPY's binary format arrive as they left.

import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CopyRows, copyBatch } from './copy-batch.ts';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: process.env['INDELIBLE_TEST_DATABASE_URL'] });
  await client.connect();
  await client.query(
    'create temporary table t (n int, a smallint, b int, c bigint, at timestamptz, text text, bytes bytea, hash bytea, id uuid, ip inet)',
  );
  await client.query('create temporary table few (n int check (n < 100))');
});
afterAll(async () => {
  await client?.end();
});

const text = fc.string({ unit: 'binary', maxLength: 300 }).map((value) => value.toWellFormed().replaceAll('\u0000', ''));
const row = fc.record({
  a: fc.integer({ min: -32_768, max: 32_767 }),
  b: fc.integer(),
  c: fc.maxSafeInteger(),
  at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  text: fc.option(text, { nil: undefined }),
  bytes: fc.option(fc.uint8Array({ maxLength: 64 }), { nil: undefined }),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  id: fc.uuid(),
  ip: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined }),
});

test('every value, however long the batch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
      const copied = new CopyRows(32);
      rows.forEach((value, index) => {
        copied.row(10);
        copied.int4(index);
        copied.int2(value.a);
        copied.int4(value.b);
        copied.int8(value.c);
        copied.timestamp(value.at);
        copied.text(value.text);
        copied.bytes(value.bytes && Buffer.from(value.bytes));
        copied.base64(Buffer.from(value.hash).toString('base64'), 32);
        copied.uuid(value.id);
        copied.inet(value.ip);
      });
      await client.query('truncate t');
      await copyBatch(client, 'copy t from stdin (format binary)', [copied]);
      const stored = await client.query('select a, b, c::text, at, text, bytes, hash, id, host(ip) as ip from t order by n');
      expect(stored.rows).toEqual(
        rows.map((value) => ({
          ...value,
          c: String(value.c),
          at: new Date(value.at),
          text: value.text ?? null,
          bytes: value.bytes === undefined ? null : Buffer.from(value.bytes),
          hash: Buffer.from(value.hash),
          ip: value.ip?.join('.') ?? null,
        })),
      );
    }),
    { numRuns: 40 },
  );
});

function numbers(...values: number[]): CopyRows {
  const rows = new CopyRows();
  for (const value of values) {
    rows.row(1);
    rows.int4(value);
  }
  return rows;
}

test('a statement that fails takes all of the batch with it, and the connection stays good', async () => {
  const copy = 'copy few from stdin (format binary);';
  for (const [sql, rows] of [
    [copy + copy, [numbers(1), numbers(2, 200)]],
    [`select 1 / 0; ${copy}`, [numbers(1)]],
    [`${copy} select 1 / 0`, [numbers(1)]],
  ] as const) {
    await expect(copyBatch(client, sql, rows)).rejects.toMatchObject({ code: expect.stringMatching(/^2(2012|3514)$/) });
    expect((await client.query('select count(*)::int as n from few')).rows).toEqual([{ n: 0 }]);
  }
  await copyBatch(client, copy + copy, [numbers(1), numbers(2)]);
  expect((await client.query('select n from few order by n')).rows).toEqual([{ n: 1 }, { n: 2 }]);
});
