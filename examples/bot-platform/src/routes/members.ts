// Who belongs to an organisation, and in which role.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import { type Env, requireRole, ROLES } from '../caller.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { hashPassword } from '../passwords.ts';

const Role = z.enum(ROLES);
/** Somebody who has an account already is let in; otherwise name and password make one. */
const NewMember = z.strictObject({
  email: z.email(),
  role: Role.default('member'),
  name: z.string().min(1).max(100).optional(),
  password: z.string().min(8).max(200).optional(),
});

export function memberRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/members', async (c) => {
    const members = await db
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .select(['users.id', 'users.name', 'users.email', 'memberships.role'])
      .where('memberships.organization_id', '=', c.get('organizationId'))
      .orderBy('users.id')
      .execute();
    return c.json(members);
  });

  app.post('/members', async (c) => {
    requireRole(c, 'admin');
    const { email, role, name, password } = await bodyOf(c, NewMember);
    const organization_id = c.get('organizationId');
    const member = await db.transaction().execute(async (tx) => {
      const known = await tx.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
      if (known === undefined && (name === undefined || password === undefined))
        throw new ApiError('invalid', 'A new account takes a name and a password.');
      const user_id = known?.id ?? newId('usr');
      if (known === undefined && name !== undefined && password !== undefined) {
        await tx
          .insertInto('users')
          .values({ id: user_id, organization_id, email, name, password_hash: hashPassword(password) })
          .execute();
      }
      return tx
        .insertInto('memberships')
        .values({ organization_id, user_id, role })
        .returning(['user_id as id', 'role'])
        .executeTakeFirstOrThrow();
    });
    return c.json(member, 201);
  });

  app.patch('/members/:id', async (c) => {
    requireRole(c, 'admin');
    const { role } = await bodyOf(c, z.strictObject({ role: Role }));
    const row = await db
      .updateTable('memberships')
      .set({ role, updated_at: new Date() })
      .where('organization_id', '=', c.get('organizationId'))
      .where('user_id', '=', c.req.param('id'))
      .returning(['user_id as id', 'role'])
      .executeTakeFirst();
    return c.json(found(row, 'member'));
  });

  app.delete('/members/:id', async (c) => {
    requireRole(c, 'admin');
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
