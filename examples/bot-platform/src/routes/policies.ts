// Policies: what the bots and the people of an organisation keep to.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const Rules = z.record(z.string(), z.json());
const Fields = z.strictObject({
  name: z.string().min(1).max(100),
  kind: z.enum(['retention', 'moderation', 'access']),
  rules: Rules.default({}),
  enabled: z.boolean().default(true),
});
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  rules: Rules.optional(),
  enabled: z.boolean().optional(),
});

export function policyRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/policies', async (c) =>
    c.json(await db.selectFrom('policies').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/policies', async (c) => {
    requirePermission(c, 'policies.manage');
    const row = { id: newId('policy'), organization_id: c.get('organizationId'), ...(await bodyOf(c, Fields)) };
    return c.json(await db.insertInto('policies').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.patch('/policies/:id', async (c) => {
    requirePermission(c, 'policies.manage');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('policies')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'policy'));
  });

  app.delete('/policies/:id', async (c) => {
    requirePermission(c, 'policies.manage');
    const row = await db
      .deleteFrom('policies')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'policy');
    return c.body(null, 204);
  });

  return app;
}
