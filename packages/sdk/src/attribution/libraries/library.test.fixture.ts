// One suite for every library on top of pg: whatever way it writes, each row's transaction must name the row's owner,
// in a message ahead of the row. Two actors write at the same time all the while.

import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { attributeQueries } from '../attribute-queries.ts';
import { actors, as, type SeenTransaction, TEST_DATABASE_URL, TEST_KEY, useSource } from '../source.test.fixture.ts';

/** What a library can do with the table `thing (id int primary key, owner text)`. */
export interface Library {
  readonly insert: (id: number, owner: string) => Promise<unknown>;
  update(id: number, owner: string): Promise<unknown>;
  /** One statement. */
  bulk(ids: readonly number[], owner: string): Promise<unknown>;
  /** All of them in one transaction, a statement each; the last one in a savepoint, if the library has them. */
  transaction(ids: readonly number[], owner: string): Promise<unknown>;
  /** Begins like `transaction` and fails. */
  rolledBack(id: number, owner: string): Promise<unknown>;
  /** A query that has not begun, if the library has such. */
  readonly lazy?: (id: number, owner: string) => PromiseLike<unknown>;
  /** One that begins only when it is executed, bound where it was made. */
  readonly bound?: (id: number, owner: string) => { execute(): Promise<unknown> };
  close(): Promise<unknown>;
}

const ROUNDS = 20;
const ACTORS = ['usr_a', 'usr_b'] as const;

/** Rows and transactions with rows that came; throws for a row under another name than its owner's. */
function expectOwners(seen: readonly SeenTransaction[], rows: number, transactions: number): void {
  const written = seen.filter((transaction) => transaction.rows.length > 0);
  expect(written.flatMap((transaction) => transaction.rows)).toHaveLength(rows);
  for (const transaction of written) {
    expect(transaction.order[0]).toBe('m');
    expect(new Set(actors(transaction))).toEqual(new Set(transaction.rows.map(([, owner]) => owner)));
  }
  expect(written).toHaveLength(transactions);
}

/** Runs for both actors at once, round by round without waiting. */
async function both(write: (owner: string) => Promise<unknown>): Promise<void> {
  const started = Array.from({ length: ROUNDS }, () => ACTORS.map((owner) => as(owner, () => write(owner))));
  await Promise.all(started.flat());
}

export function checkLibrary(name: string, open: (url: string) => Promise<Library>): void {
  attributeQueries(pg, { key: TEST_KEY });
  describe.skipIf(TEST_DATABASE_URL === undefined)(`attribution through ${name}`, () => {
    const { source, id } = useSource();

    async function opened<T>(use: (library: Library) => Promise<T>): Promise<T> {
      const library = await open(source().url);
      try {
        return await use(library);
      } finally {
        await library.close();
      }
    }

    test('autocommit: inserts and updates', () =>
      opened(async (library) => {
        const known = id();
        await as('usr_a', () => library.insert(known, 'usr_a'));
        await both((owner) => library.insert(id(), owner));
        await both((owner) => library.update(known, owner));
        expectOwners(await source().seen(), 1 + 4 * ROUNDS, 1 + 4 * ROUNDS);
      }));

    test('bulk', () =>
      opened(async (library) => {
        await both((owner) => library.bulk(ids(id, 50), owner));
        expectOwners(await source().seen(), 2 * ROUNDS * 50, 2 * ROUNDS);
      }));

    test('transactions, and such as are rolled back', () =>
      opened(async (library) => {
        await both(async (owner) => {
          await library.transaction(ids(id, 3), owner);
          await expect(library.rolledBack(id(), owner)).rejects.toThrow('rolled back');
        });
        expectOwners(await source().seen(), 2 * ROUNDS * 3, 2 * ROUNDS);
      }));

    test('a query that is returned without waiting, begun or not, and awaited elsewhere', () =>
      opened(async (library) => {
        const query = library.lazy ?? library.insert;
        await Promise.all(ACTORS.map(async (owner) => as(owner, () => query(id(), owner))));
        const pending = as('usr_a', () => query(id(), 'usr_a'));
        await as('usr_b', async () => await pending);
        const bound = as('usr_a', () => library.bound?.(id(), 'usr_a'));
        await as('usr_b', async () => bound?.execute());
        const rows = bound === undefined ? 3 : 4;
        expectOwners(await source().seen(), rows, rows);
      }));
  });
}

function ids(next: (count: number) => number, count: number): number[] {
  const first = next(count);
  return Array.from({ length: count }, (_, at) => first + at);
}
