// The HTTP API of the platform.

import { runWithContext } from '@indelible/sdk';
import { Hono } from 'hono';
import { answerError, ApiError } from './api-error.ts';
import { createPasses } from './auth/agent-pass.ts';
import { type Env, requireCaller } from './auth/caller.ts';
import type { Database } from './database.ts';
import type { Vault } from './encryption.ts';
import { originOf, routeOf } from './origin.ts';
import { billingRoutes } from './routes/billing.ts';
import { botRoutes } from './routes/bots.ts';
import { bulkBotRoutes } from './routes/bots-bulk.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { datasetRoutes } from './routes/datasets.ts';
import { exportRoutes } from './routes/exports.ts';
import { fileRoutes } from './routes/files.ts';
import { grantRoutes } from './routes/grants.ts';
import { impersonationRoutes } from './routes/impersonations.ts';
import { integrationRoutes } from './routes/integrations.ts';
import { acceptanceRoutes, invitationRoutes } from './routes/invitations.ts';
import { memberRoutes } from './routes/members.ts';
import { bulkMemberRoutes } from './routes/members-bulk.ts';
import { messageRoutes } from './routes/messages.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { policyRoutes } from './routes/policies.ts';
import { recordRoutes } from './routes/records.ts';
import { roleRoutes } from './routes/roles.ts';
import { secretRoutes } from './routes/secrets.ts';
import { sessionRoutes, signInRoutes } from './routes/sessions.ts';
import { abilityRoutes, skillsetRoutes } from './routes/skillsets.ts';
import { teamMemberRoutes } from './routes/team-members.ts';
import { teamRoutes } from './routes/teams.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';
import { webhookRoutes } from './routes/webhooks.ts';

export function createApp(db: Database, vault: Vault): Hono<Env> {
  const app = new Hono<Env>();
  const passes = createPasses();
  app.onError(answerError);
  app.notFound((c) => answerError(new ApiError('not_found', 'There is no such address.'), c));
  // Indelible, line 2 of 2: who acts, from where, and why.
  app.use((c, next) => runWithContext({ ...originOf(c), route: routeOf(c), actor: () => c.get('caller') }, next));
  app.get('/healthz', (c) => c.json({ ok: true }));
  for (const routes of [signInRoutes, acceptanceRoutes]) app.route('/', routes(db));
  app.use(requireCaller(db, passes));
  for (const routes of [sessionRoutes, impersonationRoutes, tokenRoutes]) app.route('/', routes(db));
  for (const routes of [organizationRoutes, memberRoutes, bulkMemberRoutes, userRoutes, teamRoutes, teamMemberRoutes])
    app.route('/', routes(db));
  for (const routes of [roleRoutes, grantRoutes, invitationRoutes]) app.route('/', routes(db));
  for (const routes of [botRoutes, bulkBotRoutes, integrationRoutes, skillsetRoutes, abilityRoutes]) app.route('/', routes(db));
  for (const routes of [datasetRoutes, recordRoutes, exportRoutes, fileRoutes]) app.route('/', routes(db));
  for (const routes of [secretRoutes, webhookRoutes]) app.route('/', routes(db, vault));
  for (const routes of [policyRoutes, conversationRoutes, billingRoutes]) app.route('/', routes(db));
  app.route('/', messageRoutes(db, { passes, fetch: (request) => app.fetch(request) }));
  return app;
}
