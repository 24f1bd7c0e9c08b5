// The subscription, its invoices, what was used, and the jobs by hand.

import { Hono } from 'hono';
import { sql } from 'kysely';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { countUsage } from '../jobs/count-usage.ts';
import { renewSubscriptions } from '../jobs/renew-subscriptions.ts';
import { Plan, PRICE_CENTS } from '../plans.ts';

const Changes = z.strictObject({ plan: Plan.optional(), seats: z.int().min(1).max(10_000).optional(), cancel: z.boolean().optional() });
const Renewal = z.strictObject({ dueBefore: z.iso.datetime({ offset: true }).optional() });

export function billingRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/subscription', async (c) =>
    c.json(
      found(
        await db.selectFrom('subscriptions').selectAll().where('organization_id', '=', c.get('organizationId')).executeTakeFirst(),
        'subscription',
      ),
    ),
  );

  app.patch('/subscription', async (c) => {
    requirePermission(c, 'billing.manage');
    const { plan, seats, cancel } = await bodyOf(c, Changes);
    const organization_id = c.get('organizationId');
    const [price_cents, status] = [plan && PRICE_CENTS[plan], cancel === undefined ? undefined : cancel ? 'cancelled' : 'active'];
    const row = await db.transaction().execute(async (tx) => {
      const updated_at = new Date();
      if (plan !== undefined) await tx.updateTable('organizations').set({ plan, updated_at }).where('id', '=', organization_id).execute();
      return tx
        .updateTable('subscriptions')
        .set({ plan, seats, price_cents, status, updated_at })
        .where('organization_id', '=', organization_id)
        .returningAll()
        .executeTakeFirst();
    });
    return c.json(found(row, 'subscription'));
  });

  app.get('/invoices', async (c) => {
    requirePermission(c, 'billing.manage');
    return c.json(
      await db.selectFrom('invoices').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('number').execute(),
    );
  });

  app.post('/invoices/:id/pay', async (c) => {
    requirePermission(c, 'billing.manage');
    const own = db.selectFrom('invoices').select('status').where('id', '=', c.req.param('id'));
    const { status } = found(await own.where('organization_id', '=', c.get('organizationId')).executeTakeFirst(), 'invoice');
    const paid_at = new Date();
    const row = await db
      .updateTable('invoices')
      .set({ status: 'paid', paid_at, updated_at: paid_at })
      .where('id', '=', c.req.param('id'))
      .where('status', '=', 'open')
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new ApiError('conflict', `This invoice is ${status}.`);
    return c.json(row);
  });

  app.get('/usage', async (c) => {
    const { rows } = await sql`
      SELECT bot_id, to_char(day, 'YYYY-MM-DD') AS day, messages FROM bot_usage
      WHERE bot_id IN (SELECT id FROM bots WHERE organization_id = ${c.get('organizationId')}) ORDER BY day, bot_id`.execute(db);
    return c.json(rows);
  });

  app.post('/jobs/renewals', async (c) => {
    requirePermission(c, 'billing.manage');
    const { dueBefore } = await bodyOf(c, Renewal);
    const until = dueBefore === undefined ? {} : { dueBefore: new Date(dueBefore) };
    return c.json({ renewed: await renewSubscriptions(db, { organizationId: c.get('organizationId'), ...until }) });
  });

  app.post('/jobs/usage', async (c) => {
    requirePermission(c, 'billing.manage');
    return c.json({ counted: await countUsage(db, c.get('organizationId')) });
  });

  return app;
}
