// The HTTP API of the platform.

import { runWithContext } from '@indelible/sdk';
import { Hono } from 'hono';
import { answerError, ApiError } from './api-error.ts';
import { type Env, requireCaller } from './caller.ts';
import type { Database } from './database.ts';
import { originOf, routeOf } from './origin.ts';
import { botRoutes } from './routes/bots.ts';
import { bulkBotRoutes } from './routes/bots-bulk.ts';
import { datasetRoutes } from './routes/datasets.ts';
import { integrationRoutes } from './routes/integrations.ts';
import { memberRoutes } from './routes/members.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { recordRoutes } from './routes/records.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { createSessions } from './sessions.ts';

export function createApp(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const sessions = createSessions();
  app.onError(answerError);
  app.notFound((c) => answerError(new ApiError('not_found', 'There is no such address.'), c));
  // Indelible, line 2 of 2: who acts, from where, and why.
  app.use((c, next) => runWithContext({ ...originOf(c), route: routeOf(c), actor: () => c.get('caller') }, next));
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.route('/', sessionRoutes(db, sessions));
  app.use(requireCaller(db, sessions));
  app.route('/', organizationRoutes(db));
  app.route('/', memberRoutes(db));
  app.route('/', botRoutes(db));
  app.route('/', bulkBotRoutes(db));
  app.route('/', integrationRoutes(db));
  app.route('/', datasetRoutes(db));
  app.route('/', recordRoutes(db));
  app.route('/', tokenRoutes(db));
  return app;
}
