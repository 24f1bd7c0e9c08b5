// The records of a dataset: added many at a time, changed and deleted one by one.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import { type Env, requireRole } from '../caller.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const PAGE = 200;
const Fields = z.strictObject({
  title: z.string().min(1).max(200),
  body: z.string().max(100_000),
  metadata: z.record(z.string(), z.json()).default({}),
});
const Changes = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  body: z.string().max(100_000).optional(),
  metadata: z.record(z.string(), z.json()).optional(),
});

export function recordRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const datasetsOf = (organizationId: string) => db.selectFrom('datasets').select('id').where('organization_id', '=', organizationId);

  app.get('/datasets/:id/records', async (c) => {
    const dataset = await datasetsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst();
    return c.json(
      await db.selectFrom('records').selectAll().where('dataset_id', '=', found(dataset, 'dataset').id).orderBy('id').limit(PAGE).execute(),
    );
  });

  app.post('/datasets/:id/records', async (c) => {
    requireRole(c, 'member');
    const fields = await bodyOf(c, z.array(Fields).min(1).max(500));
    const dataset = found(await datasetsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst(), 'dataset');
    const rows = fields.map((field) => ({ id: newId('rec'), dataset_id: dataset.id, ...field }));
    return c.json(await db.insertInto('records').values(rows).returning('id').execute(), 201);
  });

  app.patch('/records/:id', async (c) => {
    requireRole(c, 'member');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('records')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('dataset_id', 'in', datasetsOf(c.get('organizationId')))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'record'));
  });

  app.delete('/records/:id', async (c) => {
    requireRole(c, 'member');
    const row = await db
      .deleteFrom('records')
      .where('id', '=', c.req.param('id'))
      .where('dataset_id', 'in', datasetsOf(c.get('organizationId')))
      .returning('id')
      .executeTakeFirst();
    found(row, 'record');
    return c.body(null, 204);
  });

  return app;
}
