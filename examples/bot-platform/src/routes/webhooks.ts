// Webhooks: where others are told what happens. The secret that signs the messages is shown once.

import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../encryption.ts';
import { newId } from '../ids.ts';

const Url = z.url({ protocol: /^https$/ });
const Events = z
  .array(z.string().regex(/^[a-z_]+\.[a-z_]+$/))
  .min(1)
  .max(50);
const Fields = z.strictObject({ name: z.string().min(1).max(100), url: Url, events: Events });
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  url: Url.optional(),
  events: Events.optional(),
  enabled: z.boolean().optional(),
});
const SHOWN = ['id', 'name', 'url', 'events', 'enabled', 'created_at', 'updated_at'] as const;

export function webhookRoutes(db: Database, vault: Vault): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/webhooks', async (c) =>
    c.json(await db.selectFrom('webhooks').select(SHOWN).where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/webhooks', async (c) => {
    requirePermission(c, 'webhooks.manage');
    const fields = await bodyOf(c, Fields);
    const signingSecret = `whsec_${randomBytes(24).toString('base64url')}`;
    const owner = { organization_id: c.get('organizationId'), signing_secret: vault.encrypt(signingSecret) };
    const row = { id: newId('webhook'), ...owner, ...fields };
    const made = await db.insertInto('webhooks').values(row).returning(SHOWN).executeTakeFirstOrThrow();
    return c.json({ ...made, signingSecret }, 201);
  });

  app.patch('/webhooks/:id', async (c) => {
    requirePermission(c, 'webhooks.manage');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('webhooks')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning(SHOWN)
      .executeTakeFirst();
    return c.json(found(row, 'webhook'));
  });

  app.delete('/webhooks/:id', async (c) => {
    requirePermission(c, 'webhooks.manage');
    const row = await db
      .deleteFrom('webhooks')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'webhook');
    return c.body(null, 204);
  });

  return app;
}
