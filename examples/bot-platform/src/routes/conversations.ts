// Conversations with a bot. Whoever writes gets an answer from the agent, which acts on their behalf.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { requireOwned } from '../owned.ts';

const Title = z.string().min(1).max(200);
const Fields = z.strictObject({ botId: z.string(), title: Title });
const Changes = z.strictObject({ title: Title.optional(), status: z.enum(['open', 'escalated', 'closed']).optional() });

export function conversationRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/conversations', async (c) =>
    c.json(await db.selectFrom('conversations').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/conversations', async (c) => {
    requirePermission(c, 'conversations.write');
    const { botId, title } = await bodyOf(c, Fields);
    const organization_id = c.get('organizationId');
    await requireOwned(db, organization_id, { botId });
    const row = { id: newId('conversation'), organization_id, bot_id: botId, user_id: c.get('userId'), title };
    return c.json(await db.insertInto('conversations').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.get('/conversations/:id', async (c) => {
    const row = await db
      .selectFrom('conversations')
      .selectAll()
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .executeTakeFirst();
    const conversation = found(row, 'conversation');
    const messages = await db
      .selectFrom('messages')
      .selectAll()
      .where('conversation_id', '=', conversation.id)
      .orderBy('created_at')
      .execute();
    return c.json({ ...conversation, messages });
  });

  app.patch('/conversations/:id', async (c) => {
    requirePermission(c, 'conversations.write');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('conversations')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'conversation'));
  });

  app.delete('/conversations/:id', async (c) => {
    requirePermission(c, 'conversations.write');
    const row = await db
      .deleteFrom('conversations')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'conversation');
    return c.body(null, 204);
  });

  return app;
}
