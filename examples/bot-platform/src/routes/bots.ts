// Bots, one at a time.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { requireOwned } from '../owned.ts';

export const Temperature = z.number().min(0).max(2);
export const Model = z.enum(['small-1', 'medium-2', 'large-2', 'large-3']);
export const Status = z.enum(['draft', 'live', 'paused']);
export const Backstory = z.string().max(8_000);

const Config = z.strictObject({ temperature: Temperature.optional(), maxTokens: z.int().min(1).max(100_000).optional() });
const Fields = z.strictObject({
  name: z.string().min(1).max(100),
  model: Model,
  backstory: Backstory.default(''),
  status: Status.default('draft'),
  teamId: z.string().nullable().default(null),
  datasetId: z.string().nullable().default(null),
  skillsetId: z.string().nullable().default(null),
  config: Config.default({}),
});
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  model: Model.optional(),
  backstory: Backstory.optional(),
  status: Status.optional(),
  teamId: z.string().nullable().optional(),
  datasetId: z.string().nullable().optional(),
  skillsetId: z.string().nullable().optional(),
  config: Config.optional(),
});

export function botRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/bots', async (c) =>
    c.json(await db.selectFrom('bots').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/bots', async (c) => {
    requirePermission(c, 'bots.write');
    const { teamId, datasetId, skillsetId, ...fields } = await bodyOf(c, Fields);
    const organization_id = c.get('organizationId');
    await requireOwned(db, organization_id, { teamId, datasetId, skillsetId });
    const references = { team_id: teamId, dataset_id: datasetId, skillset_id: skillsetId };
    const row = { id: newId('bot'), organization_id, created_by: c.get('userId'), ...references, ...fields };
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
    requirePermission(c, 'bots.write');
    const { teamId, datasetId, skillsetId, ...changes } = await bodyOf(c, Changes);
    await requireOwned(db, c.get('organizationId'), { teamId, datasetId, skillsetId });
    const row = await db
      .updateTable('bots')
      .set({ ...changes, team_id: teamId, dataset_id: datasetId, skillset_id: skillsetId, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'bot'));
  });

  app.delete('/bots/:id', async (c) => {
    requirePermission(c, 'bots.delete');
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
