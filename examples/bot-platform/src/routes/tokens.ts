// API tokens. A token is shown once, when it is made; who manages members may revoke anybody's.

import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requireInPerson } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { hashToken } from '../passwords.ts';

const Fields = z.strictObject({
  name: z.string().min(1).max(100),
  scopes: z
    .array(z.enum(['read', 'write']))
    .min(1)
    .default(['read']),
  days: z.int().min(1).max(365).optional(),
});
const DAY_MS = 86_400_000;

export function tokenRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/tokens', async (c) =>
    c.json(
      await db
        .selectFrom('api_tokens')
        .select(['id', 'name', 'scopes', 'expires_at'])
        .where('user_id', '=', c.get('userId'))
        .where('organization_id', '=', c.get('organizationId'))
        .orderBy('id')
        .execute(),
    ),
  );

  app.post('/tokens', async (c) => {
    requireInPerson(c);
    const { name, scopes, days } = await bodyOf(c, Fields);
    const token = `bpt_${randomBytes(24).toString('base64url')}`;
    const expires_at = days === undefined ? null : new Date(Date.now() + days * DAY_MS);
    const owner = { organization_id: c.get('organizationId'), user_id: c.get('userId') };
    const row = { id: newId('apiToken'), ...owner, name, scopes, token_hash: hashToken(token), expires_at };
    await db.insertInto('api_tokens').values(row).execute();
    return c.json({ id: row.id, name, scopes, token }, 201);
  });

  app.delete('/tokens/:id', async (c) => {
    let revoked = db.deleteFrom('api_tokens').where('id', '=', c.req.param('id')).where('organization_id', '=', c.get('organizationId'));
    if (!c.get('permissions').has('members.manage')) revoked = revoked.where('user_id', '=', c.get('userId'));
    found(await revoked.returning('id').executeTakeFirst(), 'token');
    return c.body(null, 204);
  });

  return app;
}
