// Signing in and out, and changing one's password.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import { type Env } from '../auth/caller.ts';
import { requireInPerson } from '../auth/permissions.ts';
import { openSession } from '../auth/sessions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { placeOf } from '../origin.ts';
import { hashPassword, isPassword } from '../passwords.ts';

const ATTEMPTS_MAX = 10;
const ATTEMPTS_MS = 10 * 60_000;
const Credentials = z.object({ email: z.email(), password: z.string().max(200) });
const NewPassword = z.strictObject({ current: z.string().max(200), next: z.string().min(8).max(200) });

/** The way in; everything else wants to know who calls. */
export function signInRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.post('/sessions', async (c) => {
    const { email, password } = await bodyOf(c, Credentials);
    const user = await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
    if (user === undefined) throw new ApiError('unauthenticated', 'Wrong address or password.');
    const { failures } = await db
      .selectFrom('login_attempts')
      .select(({ fn }) => fn.countAll<string>().as('failures'))
      .where('user_id', '=', user.id)
      .where('created_at', '>', new Date(Date.now() - ATTEMPTS_MS))
      .executeTakeFirstOrThrow();
    if (Number(failures) >= ATTEMPTS_MAX) throw new ApiError('locked', 'Too many attempts. Try again in ten minutes.');
    const failure = !isPassword(password, user.password_hash) ? 'wrong password' : user.status === 'active' ? undefined : user.status;
    if (failure !== undefined) {
      c.set('caller', { type: 'anonymous' });
      const attempt = { id: newId('loginAttempt'), organization_id: user.organization_id, user_id: user.id, email, failure };
      await db
        .insertInto('login_attempts')
        .values({ ...attempt, ...placeOf(c) })
        .execute();
      if (failure === 'wrong password') throw new ApiError('unauthenticated', 'Wrong address or password.');
      throw new ApiError('forbidden', `This account is ${failure}.`);
    }
    c.set('caller', { type: 'user', id: user.id, name: user.name, email: user.email });
    const { id, token } = await openSession(db, c, user);
    await db.updateTable('users').set({ last_seen_at: new Date() }).where('id', '=', user.id).execute();
    return c.json({ token, session: { id }, user: { id: user.id, name: user.name, organizationId: user.organization_id } }, 201);
  });

  return app;
}

export function sessionRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/sessions', async (c) =>
    c.json(
      await db
        .selectFrom('sessions')
        .select(['id', 'impersonator_id', 'ip', 'country', 'city', 'user_agent', 'created_at', 'expires_at'])
        .where('user_id', '=', c.get('userId'))
        .orderBy('created_at')
        .execute(),
    ),
  );

  app.delete('/sessions', async (c) => {
    const id = c.get('sessionId');
    if (id !== undefined) await db.deleteFrom('sessions').where('id', '=', id).execute();
    return c.body(null, 204);
  });

  app.delete('/sessions/:id', async (c) => {
    let ended = db.deleteFrom('sessions').where('id', '=', c.req.param('id')).where('organization_id', '=', c.get('organizationId'));
    if (!c.get('permissions').has('members.manage')) ended = ended.where('user_id', '=', c.get('userId'));
    found(await ended.returning('id').executeTakeFirst(), 'session');
    return c.body(null, 204);
  });

  app.post('/password', async (c) => {
    requireInPerson(c);
    const { current, next } = await bodyOf(c, NewPassword);
    const id = c.get('userId');
    const { password_hash } = await db.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirstOrThrow();
    if (!isPassword(current, password_hash)) throw new ApiError('invalid', 'current: this is not your password.');
    await db.transaction().execute(async (tx) => {
      await tx
        .updateTable('users')
        .set({ password_hash: hashPassword(next), updated_at: new Date() })
        .where('id', '=', id)
        .execute();
      await tx
        .deleteFrom('sessions')
        .where('user_id', '=', id)
        .where('id', '!=', c.get('sessionId') ?? '')
        .execute();
    });
    return c.body(null, 204);
  });

  return app;
}
