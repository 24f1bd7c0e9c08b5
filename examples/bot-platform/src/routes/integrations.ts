// Integrations: where a bot is at home, such as a chat or a help desk.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { requireOwned } from '../owned.ts';

const Config = z.strictObject({ channel: z.string().max(200).optional(), url: z.url().optional(), apiKey: z.string().max(200).optional() });
const Fields = z.strictObject({
  kind: z.enum(['slack', 'discord', 'zendesk', 'webhook']),
  name: z.string().min(1).max(100),
  secretId: z.string().nullable().default(null),
  config: Config.default({}),
});
const Changes = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  enabled: z.boolean().optional(),
  secretId: z.string().nullable().optional(),
  config: Config.optional(),
});

export function integrationRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const botsOf = (organizationId: string) => db.selectFrom('bots').select('id').where('organization_id', '=', organizationId);

  app.get('/bots/:id/integrations', async (c) => {
    const bot = await botsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst();
    return c.json(await db.selectFrom('integrations').selectAll().where('bot_id', '=', found(bot, 'bot').id).orderBy('id').execute());
  });

  app.post('/bots/:id/integrations', async (c) => {
    requirePermission(c, 'bots.write');
    const { secretId, ...fields } = await bodyOf(c, Fields);
    const bot = found(await botsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst(), 'bot');
    await requireOwned(db, c.get('organizationId'), { secretId });
    const row = { id: newId('integration'), bot_id: bot.id, secret_id: secretId, ...fields };
    return c.json(await db.insertInto('integrations').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.patch('/integrations/:id', async (c) => {
    requirePermission(c, 'bots.write');
    const { secretId, ...changes } = await bodyOf(c, Changes);
    await requireOwned(db, c.get('organizationId'), { secretId });
    const row = await db
      .updateTable('integrations')
      .set({ ...changes, secret_id: secretId, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('bot_id', 'in', botsOf(c.get('organizationId')))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'integration'));
  });

  app.delete('/integrations/:id', async (c) => {
    requirePermission(c, 'bots.write');
    const row = await db
      .deleteFrom('integrations')
      .where('id', '=', c.req.param('id'))
      .where('bot_id', 'in', botsOf(c.get('organizationId')))
      .returning('id')
      .executeTakeFirst();
    found(row, 'integration');
    return c.body(null, 204);
  });

  return app;
}
