// Drizzle ORM on node-postgres.

import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { checkLibrary } from './library.test.fixture.ts';

const thing = pgTable('thing', { id: integer('id').primaryKey(), owner: text('owner') });

checkLibrary('Drizzle', async (url) => {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const db = drizzle(pool);
  return {
    insert: async (id, owner) => db.insert(thing).values({ id, owner }),
    update: async (id, owner) => db.update(thing).set({ owner }).where(eq(thing.id, id)).returning(),
    bulk: async (ids, owner) => db.insert(thing).values(ids.map((id) => ({ id, owner }))),
    transaction: (ids, owner) =>
      db.transaction(async (tx) => {
        for (const id of ids.slice(1)) await tx.insert(thing).values({ id, owner });
        await tx.transaction((inner) => inner.insert(thing).values({ id: ids[0] ?? 0, owner }));
      }),
    rolledBack: (id, owner) =>
      db.transaction(async (tx) => {
        await tx.insert(thing).values({ id, owner });
        throw new Error('rolled back');
      }),
    lazy: (id, owner) => db.insert(thing).values({ id, owner }),
    close: () => pool.end(),
  };
});
