// Who belongs to an organisation, and in which role.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { hashPassword } from '../passwords.ts';
import { givableRole } from '../roles.ts';

/** Somebody who has an account already is let in; otherwise name and password make one. */
const NewMember = z.strictObject({
  email: z.email(),
  role: z.string().default('member'),
  name: z.string().min(1).max(100).optional(),
  password: z.string().min(8).max(200).optional(),
});

export function memberRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/members', async (c) => {
    const members = await db
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .innerJoin('roles', 'roles.id', 'memberships.role_id')
      .select(['users.id', 'users.name', 'users.email', 'users.title', 'users.status', 'roles.slug as role'])
      .where('memberships.organization_id', '=', c.get('organizationId'))
      .orderBy('users.id')
      .execute();
    return c.json(members);
  });

  app.post('/members', async (c) => {
    requirePermission(c, 'members.manage');
    const { email, role, name, password } = await bodyOf(c, NewMember);
    const organization_id = c.get('organizationId');
    const { id: role_id } = await givableRole(db, c, role);
    const id = await db.transaction().execute(async (tx) => {
      const known = await tx.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
      const user_id = known?.id ?? newId('user');
      if (known === undefined) {
        if (name === undefined || password === undefined) throw new ApiError('invalid', 'A new account takes a name and a password.');
        const account = { id: user_id, organization_id, email, name, password_hash: hashPassword(password) };
        await tx.insertInto('users').values(account).execute();
      }
      await tx.insertInto('memberships').values({ organization_id, user_id, role_id }).execute();
      return user_id;
    });
    return c.json({ id, role }, 201);
  });

  app.patch('/members/:id', async (c) => {
    requirePermission(c, 'members.manage');
    const { role } = await bodyOf(c, z.strictObject({ role: z.string() }));
    const { id: role_id } = await givableRole(db, c, role);
    await keepAnOwner(db, c.get('organizationId'), c.req.param('id'), role);
    const row = await db
      .updateTable('memberships')
      .set({ role_id, updated_at: new Date() })
      .where('organization_id', '=', c.get('organizationId'))
      .where('user_id', '=', c.req.param('id'))
      .returning('user_id as id')
      .executeTakeFirst();
    return c.json({ ...found(row, 'member'), role });
  });

  app.delete('/members/:id', async (c) => {
    requirePermission(c, 'members.manage');
    await keepAnOwner(db, c.get('organizationId'), c.req.param('id'));
    const row = await db
      .deleteFrom('memberships')
      .where('organization_id', '=', c.get('organizationId'))
      .where('user_id', '=', c.req.param('id'))
      .returning('user_id')
      .executeTakeFirst();
    found(row, 'member');
    return c.body(null, 204);
  });

  return app;
}

/** @throws ApiError when nobody would own the organisation any more */
async function keepAnOwner(db: Database, organizationId: string, userId: string, nextRole?: string): Promise<void> {
  if (nextRole === 'owner') return;
  const owners = await db
    .selectFrom('memberships')
    .innerJoin('roles', 'roles.id', 'memberships.role_id')
    .select('user_id')
    .where('memberships.organization_id', '=', organizationId)
    .where('roles.slug', '=', 'owner')
    .execute();
  if (owners.length === 1 && owners[0]?.user_id === userId) throw new ApiError('conflict', 'Somebody must own the organisation.');
}
