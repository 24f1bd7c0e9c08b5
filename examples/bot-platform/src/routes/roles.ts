// Roles: what those who have one may. Nobody writes more into a role than they may themselves.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requireAll, requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { PERMISSIONS } from '../permissions.ts';

const Permissions = z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length);
const Fields = z.strictObject({
  slug: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
  name: z.string().min(1).max(100),
  permissions: Permissions,
});
const Changes = z.strictObject({ name: z.string().min(1).max(100).optional(), permissions: Permissions.optional() });

export function roleRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const roleOf = (organizationId: string, id: string) =>
    db.selectFrom('roles').selectAll().where('id', '=', id).where('organization_id', '=', organizationId).executeTakeFirst();

  app.get('/roles', async (c) =>
    c.json(
      await db
        .selectFrom('roles')
        .select(['id', 'slug', 'name', 'permissions', 'built_in'])
        .where('organization_id', '=', c.get('organizationId'))
        .orderBy('id')
        .execute(),
    ),
  );

  app.post('/roles', async (c) => {
    requirePermission(c, 'roles.manage');
    const fields = await bodyOf(c, Fields);
    requireAll(c, fields.permissions);
    const row = { id: newId('role'), organization_id: c.get('organizationId'), ...fields };
    return c.json(await db.insertInto('roles').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.patch('/roles/:id', async (c) => {
    requirePermission(c, 'roles.manage');
    const changes = await bodyOf(c, Changes);
    const role = found(await roleOf(c.get('organizationId'), c.req.param('id')), 'role');
    if (role.slug === 'owner') throw new ApiError('forbidden', 'The role owner stays as it is.');
    requireAll(c, changes.permissions ?? []);
    const row = await db
      .updateTable('roles')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', role.id)
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'role'));
  });

  app.delete('/roles/:id', async (c) => {
    requirePermission(c, 'roles.manage');
    const role = found(await roleOf(c.get('organizationId'), c.req.param('id')), 'role');
    if (role.built_in) throw new ApiError('conflict', 'This role is built in.');
    await db.deleteFrom('roles').where('id', '=', role.id).execute();
    return c.body(null, 204);
  });

  return app;
}
