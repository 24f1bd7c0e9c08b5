// Knex, whose pool is not that of pg.

import knex from 'knex';
import { checkLibrary } from './library.test.fixture.ts';

checkLibrary('Knex', async (url) => {
  const db = knex({ client: 'pg', connection: url, pool: { min: 0, max: 4 } });
  const rows = (ids: readonly number[], owner: string): { id: number; owner: string }[] => ids.map((id) => ({ id, owner }));
  return {
    insert: async (id, owner) => db('thing').insert({ id, owner }),
    update: async (id, owner) => db('thing').where({ id }).update({ owner }).returning('*'),
    bulk: async (ids, owner) => db('thing').insert(rows(ids, owner)),
    transaction: (ids, owner) =>
      db.transaction(async (tx) => {
        await tx('thing').insert(rows(ids.slice(1), owner));
        await tx.transaction((inner) => inner('thing').insert(rows(ids.slice(0, 1), owner)));
      }),
    rolledBack: (id, owner) =>
      db.transaction(async (tx) => {
        await tx('thing').insert({ id, owner });
        throw new Error('rolled back');
      }),
    lazy: (id, owner) => db('thing').insert({ id, owner }),
    close: () => db.destroy(),
  };
});
