// Sequelize 6, whose pool is not that of pg.

import { DataTypes, Sequelize } from 'sequelize';
import { checkLibrary } from './library.test.fixture.ts';

checkLibrary('Sequelize', async (url) => {
  const db = new Sequelize(url, { logging: false, pool: { max: 4 } });
  const columns = { id: { type: DataTypes.INTEGER, primaryKey: true }, owner: DataTypes.TEXT };
  const Thing = db.define('thing', columns, { tableName: 'thing', timestamps: false });
  return {
    insert: (id, owner) => Thing.create({ id, owner }),
    update: (id, owner) => Thing.update({ owner }, { where: { id } }),
    bulk: (ids, owner) => Thing.bulkCreate(ids.map((id) => ({ id, owner }))),
    transaction: (ids, owner) =>
      db.transaction(async (transaction) => {
        for (const id of ids.slice(1)) await Thing.create({ id, owner }, { transaction });
        await db.transaction({ transaction }, (inner) => Thing.create({ id: ids[0], owner }, { transaction: inner }));
      }),
    rolledBack: (id, owner) =>
      db.transaction(async (transaction) => {
        await Thing.create({ id, owner }, { transaction });
        throw new Error('rolled back');
      }),
    close: () => db.close(),
  };
});
