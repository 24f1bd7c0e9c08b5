// TypeORM 1 with an EntitySchema, so without decorators.

import { DataSource, EntitySchema } from 'typeorm';
import { checkLibrary } from './library.test.fixture.ts';

interface Thing {
  id: number;
  owner: string;
}

const THING = new EntitySchema<Thing>({
  name: 'thing',
  tableName: 'thing',
  columns: { id: { type: Number, primary: true }, owner: { type: String, nullable: true } },
});

checkLibrary('TypeORM', async (url) => {
  const db = await new DataSource({ type: 'postgres', url, entities: [THING], extra: { max: 4 } }).initialize();
  const things = db.getRepository(THING);
  return {
    insert: (id, owner) => things.save({ id, owner }),
    update: (id, owner) => things.update({ id }, { owner }),
    bulk: (ids, owner) => things.insert(ids.map((id) => ({ id, owner }))),
    transaction: (ids, owner) =>
      db.transaction(async (tx) => {
        for (const id of ids.slice(1)) await tx.insert(THING, { id, owner });
        await tx.transaction((inner) => inner.insert(THING, { id: ids[0] ?? 0, owner }));
      }),
    rolledBack: (id, owner) =>
      db.transaction(async (tx) => {
        await tx.insert(THING, { id, owner });
        throw new Error('rolled back');
      }),
    close: () => db.destroy(),
  };
});
