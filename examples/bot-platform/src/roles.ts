// A role by its slug, for those who want to give it to somebody.

import type { Context } from 'hono';
import { ApiError } from './api-error.ts';
import type { Env } from './auth/caller.ts';
import { requireAll } from './auth/permissions.ts';
import type { Database } from './database.ts';
import type { Permission } from './permissions.ts';

/** @throws ApiError when there is none, or when it permits more than the caller may */
export async function givableRole(db: Database, c: Context<Env>, slug: string): Promise<{ readonly id: string; readonly name: string }> {
  const role = await db
    .selectFrom('roles')
    .select(['id', 'name', 'permissions'])
    .where('slug', '=', slug)
    .where('organization_id', '=', c.get('organizationId'))
    .executeTakeFirst();
  if (role === undefined) throw new ApiError('invalid', 'role: there is no such role.');
  requireAll(c, role.permissions as Permission[]);
  return role;
}
