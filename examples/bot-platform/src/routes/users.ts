// Accounts: people change what they are called, and those who manage members suspend and let in again.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';

const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  title: z.string().max(100).optional(),
  timezone: z.string().max(60).optional(),
  status: z.enum(['active', 'suspended']).optional(),
});

export function userRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.patch('/users/:id', async (c) => {
    const id = c.req.param('id');
    const changes = await bodyOf(c, Changes);
    if (id !== c.get('userId') || changes.status !== undefined) requirePermission(c, 'members.manage');
    const row = await db.transaction().execute(async (tx) => {
      const user = await tx
        .updateTable('users')
        .set({ ...changes, updated_at: new Date() })
        .where('id', '=', id)
        .where('organization_id', '=', c.get('organizationId'))
        .returning(['id', 'name', 'email', 'title', 'timezone', 'status'])
        .executeTakeFirst();
      if (user?.status === 'suspended') await tx.deleteFrom('sessions').where('user_id', '=', user.id).execute();
      return user;
    });
    return c.json(found(row, 'user'));
  });

  return app;
}
