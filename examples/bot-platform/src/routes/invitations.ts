// Invitations: a token for somebody who has no account yet. Whoever accepts one is a member at once.

import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { requireOwned } from '../owned.ts';
import { hashPassword, hashToken } from '../passwords.ts';
import { givableRole } from '../roles.ts';

const DAY_MS = 86_400_000;
const Fields = z.strictObject({
  email: z.email(),
  role: z.string().default('member'),
  teamId: z.string().optional(),
  days: z.int().min(1).max(30).default(7),
});
const Acceptance = z.strictObject({ token: z.string(), name: z.string().min(1).max(100), password: z.string().min(8).max(200) });

/** For those who have no account: anybody may call it. */
export function acceptanceRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.post('/invitations/accept', async (c) => {
    const { token, name, password } = await bodyOf(c, Acceptance);
    const invitation = found(
      await db
        .selectFrom('invitations')
        .selectAll()
        .where('token_hash', '=', hashToken(token))
        .where('accepted_at', 'is', null)
        .where('expires_at', '>', new Date())
        .executeTakeFirst(),
      'invitation',
    );
    const { email, organization_id, role_id, team_id } = invitation;
    const user = { id: newId('user'), organization_id, email, name, password_hash: hashPassword(password) };
    c.set('caller', { type: 'user', id: user.id, name, email });
    await db.transaction().execute(async (tx) => {
      const accepted_at = new Date();
      await tx.updateTable('invitations').set({ accepted_at, updated_at: accepted_at }).where('id', '=', invitation.id).execute();
      await tx.insertInto('users').values(user).execute();
      await tx.insertInto('memberships').values({ organization_id, user_id: user.id, role_id }).execute();
      if (team_id !== null) await tx.insertInto('team_members').values({ team_id, user_id: user.id }).execute();
    });
    return c.json({ user: { id: user.id, name, organizationId: organization_id } }, 201);
  });

  return app;
}

export function invitationRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/invitations', async (c) => {
    requirePermission(c, 'members.manage');
    return c.json(
      await db
        .selectFrom('invitations')
        .select(['id', 'email', 'role_id', 'team_id', 'invited_by', 'expires_at', 'accepted_at'])
        .where('organization_id', '=', c.get('organizationId'))
        .orderBy('created_at')
        .execute(),
    );
  });

  app.post('/invitations', async (c) => {
    requirePermission(c, 'members.manage');
    const { email, role, teamId, days } = await bodyOf(c, Fields);
    const organization_id = c.get('organizationId');
    const { id: role_id } = await givableRole(db, c, role);
    await requireOwned(db, organization_id, { teamId });
    const token = `ivt_${randomBytes(24).toString('base64url')}`;
    const row = {
      id: newId('invitation'),
      organization_id,
      email,
      role_id,
      team_id: teamId ?? null,
      invited_by: c.get('userId'),
      token_hash: hashToken(token),
      expires_at: new Date(Date.now() + days * DAY_MS),
    };
    await db.insertInto('invitations').values(row).execute();
    return c.json({ id: row.id, email, role, token }, 201);
  });

  app.delete('/invitations/:id', async (c) => {
    requirePermission(c, 'members.manage');
    const row = await db
      .deleteFrom('invitations')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'invitation');
    return c.body(null, 204);
  });

  return app;
}
