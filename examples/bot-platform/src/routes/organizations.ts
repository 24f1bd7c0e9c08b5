// Organisations. Whoever makes one owns it; deleting one deletes all that belongs to it.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requireInPerson, requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { BUILT_IN_ROLES } from '../permissions.ts';
import { newSubscription } from '../plans.ts';

const NewOrganization = z.strictObject({ name: z.string().min(1).max(100) });
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  settings: z.record(z.string(), z.json()).optional(),
});

export function organizationRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/organization', async (c) =>
    c.json(await db.selectFrom('organizations').selectAll().where('id', '=', c.get('organizationId')).executeTakeFirstOrThrow()),
  );

  app.post('/organizations', async (c) => {
    requireInPerson(c);
    const { name } = await bodyOf(c, NewOrganization);
    return c.json(await establish(db, name, c.get('userId')), 201);
  });

  app.patch('/organization', async (c) => {
    requirePermission(c, 'organization.manage');
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
    requirePermission(c, 'organization.delete');
    await db.deleteFrom('organizations').where('id', '=', c.get('organizationId')).execute();
    return c.body(null, 204);
  });

  return app;
}

/** An organisation with the four roles, a free subscription, and its owner. */
function establish(db: Database, name: string, ownerId: string): Promise<object> {
  return db.transaction().execute(async (tx) => {
    const organization = await tx
      .insertInto('organizations')
      .values({ id: newId('organization'), name })
      .returningAll()
      .executeTakeFirstOrThrow();
    const organization_id = organization.id;
    const roles = Object.entries(BUILT_IN_ROLES).map(([slug, permissions]) => ({
      id: newId('role'),
      organization_id,
      slug,
      name: slug.charAt(0).toUpperCase() + slug.slice(1),
      permissions,
      built_in: true,
    }));
    await tx.insertInto('roles').values(roles).execute();
    const role_id = found(
      roles.find(({ slug }) => slug === 'owner'),
      'role',
    ).id;
    await tx.insertInto('memberships').values({ organization_id, user_id: ownerId, role_id }).execute();
    await tx.insertInto('subscriptions').values(newSubscription(organization_id)).execute();
    return organization;
  });
}
