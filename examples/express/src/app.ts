// The HTTP API of the practice.

import { runWithContext } from '@indelible/sdk';
import express, { type Express } from 'express';
import { answerError, ApiError } from './api-error.ts';
import { appointmentRoutes } from './appointments.ts';
import type { Database } from './database.ts';
import { patientRoutes } from './patients.ts';
import { sessionRoutes, signedIn } from './sign-in.ts';

export function createApp(db: Database): Express {
  const app = express();
  // The practice stands behind one proxy, which says where a request comes from.
  app.set('trust proxy', 1);
  app.use(express.json());
  // Indelible, line 2 of 2: who acts, from where, and why.
  app.use((req, _res, next) => runWithContext({ actor: () => req.staff, ip: req.ip, reason: req.get('x-reason') }, next));
  app.get('/healthz', (_req, res) => void res.json({ ok: true }));
  app.use(sessionRoutes(db));
  app.use(signedIn(db));
  app.use(patientRoutes(db));
  app.use(appointmentRoutes(db));
  app.use(() => {
    throw new ApiError('not_found', 'There is no such address.');
  });
  app.use(answerError);
  return app;
}
