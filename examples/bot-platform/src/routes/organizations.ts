// Organisations. Whoever makes one owns it; deleting one deletes all that belongs to it.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import { type Env, requireRole } from '../caller.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const NewOrganization = z.strictObject({ name: z.string().min(1).max(100) });
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  plan: z.enum(['free', 'pro', 'enterprise']).optional(),
  settings: z.record(z.string(), z.json()).optional(),
});

export function organizationRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/organization', async (c) =>
    c.json(await db.selectFrom('organizations').selectAll().where('id', '=', c.get('organizationId')).executeTakeFirstOrThrow()),
  );

  app.post('/organizations', async (c) => {
    const { name } = await bodyOf(c, NewOrganization);
    const made = await db.transaction().execute(async (tx) => {
      const organization = await tx
        .insertInto('organizations')
        .values({ id: newId('org'), name })
        .returningAll()
        .executeTakeFirstOrThrow();
      await tx
        .insertInto('memberships')
        .values({ organization_id: organization.id, user_id: c.get('userId'), role: 'owner' })
        .execute();
      return organization;
    });
    return c.json(made, 201);
  });

  app.patch('/organization', async (c) => {
    requireRole(c, 'admin');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('organizations')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'organisation'));
  });

  app.delete('/organization', async (c) => {
    requireRole(c, 'owner');
    await db.deleteFrom('organizations').where('id', '=', c.get('organizationId')).execute();
    return c.body(null, 204);
  });

  return app;
}
