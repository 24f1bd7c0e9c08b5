// Who is in a team, and who leads it.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';

export function teamMemberRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const teamsOf = (organizationId: string) => db.selectFrom('teams').select('id').where('organization_id', '=', organizationId);

  app.get('/teams/:id/members', async (c) => {
    const team = found(await teamsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst(), 'team');
    return c.json(
      await db
        .selectFrom('team_members')
        .innerJoin('users', 'users.id', 'team_members.user_id')
        .select(['users.id', 'users.name', 'team_members.lead'])
        .where('team_id', '=', team.id)
        .orderBy('users.id')
        .execute(),
    );
  });

  app.put('/teams/:id/members/:userId', async (c) => {
    requirePermission(c, 'members.manage');
    const { lead } = await bodyOf(c, z.strictObject({ lead: z.boolean().default(false) }));
    const team = found(await teamsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst(), 'team');
    const member = await db
      .selectFrom('memberships')
      .select('user_id')
      .where('user_id', '=', c.req.param('userId'))
      .where('organization_id', '=', c.get('organizationId'))
      .executeTakeFirst();
    if (member === undefined) throw new ApiError('not_found', 'There is no such member.');
    const row = await db
      .insertInto('team_members')
      .values({ team_id: team.id, user_id: member.user_id, lead })
      .onConflict((conflict) => conflict.columns(['team_id', 'user_id']).doUpdateSet({ lead }))
      .returningAll()
      .executeTakeFirstOrThrow();
    return c.json(row);
  });

  app.delete('/teams/:id/members/:userId', async (c) => {
    requirePermission(c, 'members.manage');
    const row = await db
      .deleteFrom('team_members')
      .where('team_id', 'in', teamsOf(c.get('organizationId')).where('id', '=', c.req.param('id')))
      .where('user_id', '=', c.req.param('userId'))
      .returning('user_id')
      .executeTakeFirst();
    found(row, 'member');
    return c.body(null, 204);
  });

  return app;
}
