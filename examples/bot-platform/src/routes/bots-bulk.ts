// Many bots at once, in SQL: all that fit `where` get what `set` says; or each gets what is its own.

import { Hono } from 'hono';
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { ApiError, bodyOf } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { Backstory, Model, Status, Temperature } from './bots.ts';

const CHANGES_MAX = 200;
const Values = z.strictObject({
  model: Model.optional(),
  status: Status.optional(),
  backstory: Backstory.optional(),
  temperature: Temperature.optional(),
});
const Some = z.strictObject({
  model: Model.optional(),
  status: Status.optional(),
  teamId: z.string().optional(),
  ids: z.array(z.string()).min(1).max(CHANGES_MAX).optional(),
});
const Bulk = z.strictObject({ where: Some, set: Values.refine((set) => Object.keys(set).length > 0, 'Name something to set.') });
const Each = z
  .array(Values.extend({ id: z.string() }))
  .min(1)
  .max(CHANGES_MAX);

export function bulkBotRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.post('/bots/bulk', async (c) => {
    requirePermission(c, 'bots.write');
    const { where, set } = await bodyOf(c, Bulk);
    const { rows } = await sql<{ id: string }>`
      UPDATE bots SET ${assignments(set)}
      WHERE organization_id = ${c.get('organizationId')}
        AND (${where.model ?? null}::text IS NULL OR model = ${where.model ?? null})
        AND (${where.status ?? null}::text IS NULL OR status = ${where.status ?? null})
        AND (${where.teamId ?? null}::text IS NULL OR team_id = ${where.teamId ?? null})
        AND (${where.ids ?? null}::text[] IS NULL OR id = ANY(${where.ids ?? null}::text[]))
      RETURNING id`.execute(db);
    return c.json({ updated: rows.map(({ id }) => id).sort() });
  });

  app.patch('/bots', async (c) => {
    requirePermission(c, 'bots.write');
    const changes = await bodyOf(c, Each);
    const updated = await db.transaction().execute(async (tx) => {
      // What is absent stays as it is. The driver writes arrays as PostgreSQL's own, so the JSON goes as text.
      const { rows } = await sql<{ id: string }>`
        UPDATE bots SET
          model = coalesce(new.model, bots.model),
          status = coalesce(new.status, bots.status),
          backstory = coalesce(new.backstory, bots.backstory),
          config = CASE WHEN new.temperature IS NULL THEN bots.config
            ELSE bots.config || jsonb_build_object('temperature', new.temperature) END,
          updated_at = now()
        FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
          AS new (id text, model text, status text, backstory text, temperature numeric)
        WHERE bots.id = new.id AND bots.organization_id = ${c.get('organizationId')}
        RETURNING bots.id`.execute(tx);
      const ids = new Set(rows.map(({ id }) => id));
      const missing = changes.find(({ id }) => !ids.has(id));
      if (missing !== undefined) throw new ApiError('not_found', `There is no such bot: ${missing.id}.`);
      return [...ids].sort();
    });
    return c.json({ updated });
  });

  return app;
}

function assignments({ model, status, backstory, temperature }: z.infer<typeof Values>): RawBuilder<unknown> {
  const list: RawBuilder<unknown>[] = [sql`updated_at = now()`];
  if (model !== undefined) list.push(sql`model = ${model}`);
  if (status !== undefined) list.push(sql`status = ${status}`);
  if (backstory !== undefined) list.push(sql`backstory = ${backstory}`);
  if (temperature !== undefined) list.push(sql`config = config || jsonb_build_object('temperature', ${temperature}::numeric)`);
  return sql.join(list);
}
