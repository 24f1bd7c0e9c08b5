// Bots, one at a time.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import { type Env, requireRole } from '../caller.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const Config = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  prompt: z.string().max(4_000).optional(),
  maxTokens: z.int().min(1).max(100_000).optional(),
});
export const Model = z.enum(['small-1', 'medium-2', 'large-2', 'large-3']);
export const Status = z.enum(['draft', 'live', 'paused']);
const Fields = z.strictObject({
  name: z.string().min(1).max(100),
  model: Model,
  status: Status.default('draft'),
  datasetId: z.string().nullable().default(null),
  config: Config.default({}),
});
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  model: Model.optional(),
  status: Status.optional(),
  datasetId: z.string().nullable().optional(),
  config: Config.optional(),
});
export function botRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  /** A bot reads only data of its own organisation. */
  async function checkDataset(id: string | null | undefined, organizationId: string): Promise<void> {
    if (id === null || id === undefined) return;
    const dataset = await db
      .selectFrom('datasets')
      .select('id')
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (dataset === undefined) throw new ApiError('invalid', 'datasetId: there is no such dataset.');
  }

  app.get('/bots', async (c) =>
    c.json(await db.selectFrom('bots').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/bots', async (c) => {
    requireRole(c, 'member');
    const { datasetId, ...fields } = await bodyOf(c, Fields);
    await checkDataset(datasetId, c.get('organizationId'));
    const row = {
      id: newId('bot'),
      organization_id: c.get('organizationId'),
      created_by: c.get('userId'),
      dataset_id: datasetId,
      ...fields,
    };
    return c.json(await db.insertInto('bots').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.get('/bots/:id', async (c) => {
    const row = await db
      .selectFrom('bots')
      .selectAll()
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .executeTakeFirst();
    return c.json(found(row, 'bot'));
  });

  app.patch('/bots/:id', async (c) => {
    requireRole(c, 'member');
    const { datasetId, ...changes } = await bodyOf(c, Changes);
    await checkDataset(datasetId, c.get('organizationId'));
    const row = await db
      .updateTable('bots')
      .set({ ...changes, ...(datasetId !== undefined && { dataset_id: datasetId }), updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'bot'));
  });

  app.delete('/bots/:id', async (c) => {
    requireRole(c, 'member');
    const row = await db
      .deleteFrom('bots')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'bot');
    return c.body(null, 204);
  });

  return app;
}
