// Kysely on node-postgres.

import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { bindQuery } from '../../context/context.ts';
import { checkLibrary } from './library.test.fixture.ts';

interface Tables {
  readonly thing: { readonly id: number; readonly owner: string };
}

checkLibrary('Kysely', async (url) => {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 4 }) }) });
  return {
    insert: (id, owner) => db.insertInto('thing').values({ id, owner }).execute(),
    update: (id, owner) => db.updateTable('thing').set({ owner }).where('id', '=', id).returningAll().executeTakeFirst(),
    bulk: (ids, owner) =>
      db
        .insertInto('thing')
        .values(ids.map((id) => ({ id, owner })))
        .execute(),
    transaction: async (ids, owner) => {
      const tx = await db.startTransaction().execute();
      const [first = 0, ...others] = ids;
      await tx
        .insertInto('thing')
        .values(others.map((id) => ({ id, owner })))
        .execute();
      const inner = await tx.savepoint('inner').execute();
      await inner.insertInto('thing').values({ id: first, owner }).execute();
      await inner.releaseSavepoint('inner').execute();
      await tx.commit().execute();
    },
    rolledBack: (id, owner) =>
      db.transaction().execute(async (tx) => {
        await tx.insertInto('thing').values({ id, owner }).execute();
        throw new Error('rolled back');
      }),
    bound: (id, owner) => bindQuery(db.insertInto('thing').values({ id, owner })),
    close: () => db.destroy(),
  };
});
