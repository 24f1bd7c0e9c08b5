// An administrator takes a user's place for an hour, to see what they see. What is done then is the administrator's doing.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { permissionsOf, requireAll, requireInPerson, requirePermission } from '../auth/permissions.ts';
import { openSession } from '../auth/sessions.ts';
import type { Database } from '../database.ts';

const Impersonation = z.strictObject({ userId: z.string(), reason: z.string().trim().min(3).max(500) });

export function impersonationRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.post('/impersonations', async (c) => {
    requireInPerson(c);
    requirePermission(c, 'users.impersonate');
    const { userId, reason } = await bodyOf(c, Impersonation);
    const organization_id = c.get('organizationId');
    if (userId === c.get('userId')) throw new ApiError('invalid', 'userId: this is you.');
    const user = found(
      await db
        .selectFrom('users')
        .select(['id', 'name', 'organization_id'])
        .where('id', '=', userId)
        .where('organization_id', '=', organization_id)
        .where('status', '=', 'active')
        .executeTakeFirst(),
      'user',
    );
    requireAll(c, (await permissionsOf(db, userId, organization_id)) ?? []);
    const { id, token } = await openSession(db, c, user, { by: c.get('userId'), reason });
    return c.json({ token, session: { id }, user: { id: user.id, name: user.name, organizationId: organization_id } }, 201);
  });

  return app;
}
