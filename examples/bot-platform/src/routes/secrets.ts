// Secrets of other systems: kept encrypted, replaced when they are old, and never shown again.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../encryption.ts';
import { newId } from '../ids.ts';

const Name = z.string().min(1).max(100);
const Value = z.string().min(1).max(4_000);
const Fields = z.strictObject({ name: Name, value: Value });
const Changes = z.strictObject({ name: Name.optional(), value: Value.optional() });
const SHOWN = ['id', 'name', 'created_by', 'rotated_at', 'created_at', 'updated_at'] as const;

export function secretRoutes(db: Database, vault: Vault): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/secrets', async (c) => {
    requirePermission(c, 'secrets.write');
    return c.json(
      await db.selectFrom('secrets').select(SHOWN).where('organization_id', '=', c.get('organizationId')).orderBy('id').execute(),
    );
  });

  app.post('/secrets', async (c) => {
    requirePermission(c, 'secrets.write');
    const { name, value } = await bodyOf(c, Fields);
    const owner = { organization_id: c.get('organizationId'), created_by: c.get('userId') };
    const row = { id: newId('secret'), ...owner, name, secret_value: vault.encrypt(value) };
    return c.json(await db.insertInto('secrets').values(row).returning(SHOWN).executeTakeFirstOrThrow(), 201);
  });

  app.patch('/secrets/:id', async (c) => {
    requirePermission(c, 'secrets.write');
    const { name, value } = await bodyOf(c, Changes);
    const rotation = value === undefined ? {} : { secret_value: vault.encrypt(value), rotated_at: new Date() };
    const row = await db
      .updateTable('secrets')
      .set({ name, ...rotation, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning(SHOWN)
      .executeTakeFirst();
    return c.json(found(row, 'secret'));
  });

  app.delete('/secrets/:id', async (c) => {
    requirePermission(c, 'secrets.write');
    const row = await db
      .deleteFrom('secrets')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'secret');
    return c.body(null, 204);
  });

  return app;
}
