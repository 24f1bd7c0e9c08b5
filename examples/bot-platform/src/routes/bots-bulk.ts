// Many bots at once: all that fit `where` get what `set` says, in one statement.

import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf } from '../api-error.ts';
import { type Env, requireRole } from '../caller.ts';
import type { Database } from '../database.ts';
import { Model, Status } from './bots.ts';

const Some = z.strictObject({ model: Model.optional(), status: Status.optional() });
const Bulk = z.strictObject({ where: Some, set: Some.refine((set) => Object.keys(set).length > 0, 'Name something to set.') });

export function bulkBotRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.patch('/bots', async (c) => {
    requireRole(c, 'admin');
    const { where, set } = await bodyOf(c, Bulk);
    let update = db
      .updateTable('bots')
      .set({ ...set, updated_at: new Date() })
      .where('organization_id', '=', c.get('organizationId'));
    if (where.model !== undefined) update = update.where('model', '=', where.model);
    if (where.status !== undefined) update = update.where('status', '=', where.status);
    const rows = await update.returning('id').execute();
    return c.json({ updated: rows.map(({ id }) => id) });
  });

  return app;
}
