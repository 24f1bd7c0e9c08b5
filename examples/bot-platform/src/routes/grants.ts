// Grants: a role beyond that of the membership, for a person or a whole team, for a while or until it is withdrawn.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { givableRole } from '../roles.ts';

const DAY_MS = 86_400_000;
const Fields = z
  .strictObject({
    role: z.string(),
    userId: z.string().optional(),
    teamId: z.string().optional(),
    days: z.int().min(1).max(365).optional(),
  })
  .refine(({ userId, teamId }) => (userId === undefined) !== (teamId === undefined), 'Name a user or a team.');

export function grantRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  /** What the one who receives it is called. */
  async function receiver(organizationId: string, userId: string | undefined, teamId: string | undefined): Promise<string> {
    const row =
      userId === undefined
        ? await db
            .selectFrom('teams')
            .select('name')
            .where('id', '=', teamId ?? '')
            .where('organization_id', '=', organizationId)
            .executeTakeFirst()
        : await db
            .selectFrom('memberships')
            .innerJoin('users', 'users.id', 'memberships.user_id')
            .select('users.name')
            .where('users.id', '=', userId)
            .where('memberships.organization_id', '=', organizationId)
            .executeTakeFirst();
    if (row === undefined)
      throw new ApiError('invalid', userId === undefined ? 'teamId: there is no such team.' : 'userId: there is no such member.');
    return userId === undefined ? `team ${row.name}` : row.name;
  }

  app.get('/grants', async (c) => {
    requirePermission(c, 'roles.manage');
    return c.json(await db.selectFrom('grants').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute());
  });

  app.post('/grants', async (c) => {
    requirePermission(c, 'roles.manage');
    const { role: slug, userId, teamId, days } = await bodyOf(c, Fields);
    const organization_id = c.get('organizationId');
    const role = await givableRole(db, c, slug);
    const label = `${role.name} for ${await receiver(organization_id, userId, teamId)}`;
    const row = {
      id: newId('grant'),
      organization_id,
      role_id: role.id,
      user_id: userId ?? null,
      team_id: teamId ?? null,
      label,
      granted_by: c.get('userId'),
      expires_at: days === undefined ? null : new Date(Date.now() + days * DAY_MS),
    };
    return c.json(await db.insertInto('grants').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.delete('/grants/:id', async (c) => {
    requirePermission(c, 'roles.manage');
    const row = await db
      .deleteFrom('grants')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'grant');
    return c.body(null, 204);
  });

  return app;
}
