// Datasets. Deleting one deletes its records, and takes it away from the bots and files that refer to it.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const Visibility = z.enum(['private', 'organization', 'public']);
const Fields = z.strictObject({
  name: z.string().min(1).max(100),
  description: z.string().max(2_000).default(''),
  visibility: Visibility.default('private'),
});
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  description: z.string().max(2_000).optional(),
  visibility: Visibility.optional(),
});

export function datasetRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/datasets', async (c) =>
    c.json(await db.selectFrom('datasets').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/datasets', async (c) => {
    requirePermission(c, 'datasets.write');
    const row = { id: newId('dataset'), organization_id: c.get('organizationId'), ...(await bodyOf(c, Fields)) };
    return c.json(await db.insertInto('datasets').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.patch('/datasets/:id', async (c) => {
    requirePermission(c, 'datasets.write');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('datasets')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'dataset'));
  });

  app.delete('/datasets/:id', async (c) => {
    requirePermission(c, 'datasets.delete');
    const row = await db
      .deleteFrom('datasets')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'dataset');
    return c.body(null, 204);
  });

  return app;
}
