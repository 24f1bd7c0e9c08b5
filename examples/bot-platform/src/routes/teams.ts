// Teams. What is granted to one is granted to all who are in it.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const Fields = z.strictObject({ name: z.string().min(1).max(100), description: z.string().max(500).default('') });
const Changes = z.strictObject({ name: z.string().min(1).max(100).optional(), description: z.string().max(500).optional() });

export function teamRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/teams', async (c) =>
    c.json(await db.selectFrom('teams').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/teams', async (c) => {
    requirePermission(c, 'members.manage');
    const row = { id: newId('team'), organization_id: c.get('organizationId'), ...(await bodyOf(c, Fields)) };
    return c.json(await db.insertInto('teams').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.patch('/teams/:id', async (c) => {
    requirePermission(c, 'members.manage');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('teams')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'team'));
  });

  app.delete('/teams/:id', async (c) => {
    requirePermission(c, 'members.manage');
    const row = await db
      .deleteFrom('teams')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'team');
    return c.body(null, 204);
  });

  return app;
}
