// What is said in a conversation: by people, and by the agent that answers them.

import { Hono } from 'hono';
import { z } from 'zod';
import { type AgentAsk, runAgent } from '../agent/agent.ts';
import type { AbilityKind } from '../agent/plan.ts';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Passes } from '../auth/agent-pass.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const Message = z.strictObject({ body: z.string().min(1).max(8_000) });

export interface Agents {
  readonly passes: Passes;
  /** Sends a request to the platform itself. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export function messageRoutes(db: Database, agents: Agents): Hono<Env> {
  const app = new Hono<Env>();
  const conversationOf = (organizationId: string, id: string) =>
    db
      .selectFrom('conversations')
      .innerJoin('bots', 'bots.id', 'conversations.bot_id')
      .select(['conversations.id', 'conversations.bot_id', 'bots.name as bot_name', 'bots.dataset_id', 'bots.skillset_id'])
      .where('conversations.id', '=', id)
      .where('conversations.organization_id', '=', organizationId)
      .executeTakeFirst();

  async function abilitiesOf(skillsetId: string | null): Promise<ReadonlySet<AbilityKind>> {
    if (skillsetId === null) return new Set();
    const rows = await db.selectFrom('abilities').select('kind').where('skillset_id', '=', skillsetId).execute();
    return new Set(rows.map(({ kind }) => kind as AbilityKind));
  }

  app.post('/conversations/:id/messages', async (c) => {
    requirePermission(c, 'conversations.write');
    const caller = c.get('caller');
    if (caller.type === 'agent') throw new ApiError('forbidden', 'An agent replies: POST /conversations/:id/replies.');
    const { body } = await bodyOf(c, Message);
    const [organizationId, userId] = [c.get('organizationId'), c.get('userId')];
    const { id, ...bot } = found(await conversationOf(organizationId, c.req.param('id')), 'conversation');
    const message = { id: newId('message'), conversation_id: id, author: 'user', body };
    await db.insertInto('messages').values(message).execute();
    const holder = { bot: { id: bot.bot_id, name: bot.bot_name }, caller, userId, organizationId };
    const ask = askWith(agents, agents.passes.issue(holder), `Asked in conversation ${id}`);
    const task = { conversationId: id, datasetId: bot.dataset_id, abilities: await abilitiesOf(bot.skillset_id), message: body };
    return c.json({ message: { id: message.id }, ...(await runAgent(ask, task)) }, 201);
  });

  app.post('/conversations/:id/replies', async (c) => {
    if (c.get('caller').type !== 'agent') throw new ApiError('forbidden', 'Only an agent replies.');
    requirePermission(c, 'conversations.write');
    const { body } = await bodyOf(c, Message);
    const conversation = found(await conversationOf(c.get('organizationId'), c.req.param('id')), 'conversation');
    const reply = { id: newId('message'), conversation_id: conversation.id, author: 'bot', body };
    await db.insertInto('messages').values(reply).execute();
    return c.json({ id: reply.id, body }, 201);
  });

  return app;
}

function askWith({ fetch }: Agents, pass: string, reason: string): AgentAsk {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${pass}`, 'content-type': 'application/json', 'x-reason': reason };
    const request = new Request(new URL(path, 'http://platform'), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await fetch(request);
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}
