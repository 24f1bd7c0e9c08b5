// Skillsets, and the abilities in them: what a bot may do besides answering.

import { Hono } from 'hono';
import { z } from 'zod';
import { ABILITIES } from '../agent/plan.ts';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { requireOwned } from '../owned.ts';

const Name = z.string().min(1).max(100);
const Text = z.string().max(2_000);
const Fields = z.strictObject({ name: Name, description: Text.default('') });
const Changes = z.strictObject({ name: Name.optional(), description: Text.optional() });
const NewAbility = z.strictObject({
  name: Name,
  kind: z.enum(ABILITIES),
  instruction: Text.default(''),
  secretId: z.string().nullable().default(null),
});
const AbilityChanges = z.strictObject({
  name: Name.optional(),
  instruction: Text.optional(),
  secretId: z.string().nullable().optional(),
});

export function skillsetRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/skillsets', async (c) =>
    c.json(await db.selectFrom('skillsets').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/skillsets', async (c) => {
    requirePermission(c, 'bots.write');
    const row = { id: newId('skillset'), organization_id: c.get('organizationId'), ...(await bodyOf(c, Fields)) };
    return c.json(await db.insertInto('skillsets').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.patch('/skillsets/:id', async (c) => {
    requirePermission(c, 'bots.write');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('skillsets')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'skillset'));
  });

  app.delete('/skillsets/:id', async (c) => {
    requirePermission(c, 'bots.delete');
    const row = await db
      .deleteFrom('skillsets')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'skillset');
    return c.body(null, 204);
  });

  return app;
}

export function abilityRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const skillsetsOf = (organizationId: string) => db.selectFrom('skillsets').select('id').where('organization_id', '=', organizationId);

  app.get('/skillsets/:id/abilities', async (c) => {
    const skillset = await skillsetsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst();
    return c.json(
      await db.selectFrom('abilities').selectAll().where('skillset_id', '=', found(skillset, 'skillset').id).orderBy('id').execute(),
    );
  });

  app.post('/skillsets/:id/abilities', async (c) => {
    requirePermission(c, 'bots.write');
    const { secretId, ...fields } = await bodyOf(c, NewAbility);
    const skillset = found(await skillsetsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst(), 'skillset');
    await requireOwned(db, c.get('organizationId'), { secretId });
    const row = { id: newId('ability'), skillset_id: skillset.id, secret_id: secretId, ...fields };
    return c.json(await db.insertInto('abilities').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.patch('/abilities/:id', async (c) => {
    requirePermission(c, 'bots.write');
    const { secretId, ...changes } = await bodyOf(c, AbilityChanges);
    await requireOwned(db, c.get('organizationId'), { secretId });
    const row = await db
      .updateTable('abilities')
      .set({ ...changes, secret_id: secretId, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('skillset_id', 'in', skillsetsOf(c.get('organizationId')))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'ability'));
  });

  app.delete('/abilities/:id', async (c) => {
    requirePermission(c, 'bots.write');
    const row = await db
      .deleteFrom('abilities')
      .where('id', '=', c.req.param('id'))
      .where('skillset_id', 'in', skillsetsOf(c.get('organizationId')))
      .returning('id')
      .executeTakeFirst();
    found(row, 'ability');
    return c.body(null, 204);
  });

  return app;
}
