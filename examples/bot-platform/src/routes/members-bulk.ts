// Many members at once: all that fit `where` get the role that `set` says, in one statement.

import { Hono } from 'hono';
import { sql } from 'kysely';
import { z } from 'zod';
import { bodyOf } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { givableRole } from '../roles.ts';

const Bulk = z.strictObject({
  where: z.strictObject({ role: z.string().optional(), teamId: z.string().optional() }),
  set: z.strictObject({ role: z.string() }),
});

export function bulkMemberRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.post('/members/bulk', async (c) => {
    requirePermission(c, 'members.manage');
    const { where, set } = await bodyOf(c, Bulk);
    const { id } = await givableRole(db, c, set.role);
    // Owners stay what they are: an organisation would be nobody's.
    const { rows } = await sql<{ user_id: string }>`
      UPDATE memberships m SET role_id = ${id}, updated_at = now()
      FROM roles r
      WHERE m.organization_id = ${c.get('organizationId')} AND r.id = m.role_id AND r.slug <> 'owner'
        AND (${where.role ?? null}::text IS NULL OR r.slug = ${where.role ?? null})
        AND (${where.teamId ?? null}::text IS NULL OR m.user_id IN (SELECT user_id FROM team_members WHERE team_id = ${where.teamId ?? null}))
      RETURNING m.user_id`.execute(db);
    return c.json({ updated: rows.map(({ user_id }) => user_id).sort() });
  });

  return app;
}
