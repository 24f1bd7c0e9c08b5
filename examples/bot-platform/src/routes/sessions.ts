// Signing in and out.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf } from '../api-error.ts';
import { bearerOf, type Env } from '../caller.ts';
import type { Database } from '../database.ts';
import { isPassword } from '../passwords.ts';
import type { Sessions } from '../sessions.ts';

const Credentials = z.object({ email: z.email(), password: z.string().max(200) });

export function sessionRoutes(db: Database, sessions: Sessions): Hono<Env> {
  const app = new Hono<Env>();

  app.post('/sessions', async (c) => {
    const { email, password } = await bodyOf(c, Credentials);
    const user = await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
    if (user === undefined || !isPassword(password, user.password_hash))
      throw new ApiError('unauthenticated', 'Wrong address or password.');
    c.set('caller', { type: 'user', id: user.id, name: user.name, email: user.email });
    await db.updateTable('users').set({ last_seen_at: new Date() }).where('id', '=', user.id).execute();
    return c.json({ token: sessions.open(user.id), user: { id: user.id, name: user.name, organizationId: user.organization_id } }, 201);
  });

  app.delete('/sessions', (c) => {
    sessions.close(bearerOf(c));
    return c.body(null, 204);
  });

  return app;
}
