// The records of a dataset: added many at a time, changed one by one, deleted as one likes.

import { Hono } from 'hono';
import { sql } from 'kysely';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';

const PAGE = 200;
const Fields = z.strictObject({
  title: z.string().min(1).max(200),
  body: z.string().max(100_000),
  metadata: z.record(z.string(), z.json()).default({}),
});
const Changes = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  body: z.string().max(100_000).optional(),
  metadata: z.record(z.string(), z.json()).optional(),
});

const Unwanted = z
  .strictObject({ ids: z.array(z.string()).min(1).max(500).optional(), titleStartsWith: z.string().min(1).max(200).optional() })
  .refine(({ ids, titleStartsWith }) => (ids === undefined) !== (titleStartsWith === undefined), 'Name ids, or how the titles start.');

export function recordRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const datasetsOf = (organizationId: string) => db.selectFrom('datasets').select('id').where('organization_id', '=', organizationId);

  app.get('/datasets/:id/records', async (c) => {
    const dataset = await datasetsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst();
    return c.json(
      await db.selectFrom('records').selectAll().where('dataset_id', '=', found(dataset, 'dataset').id).orderBy('id').limit(PAGE).execute(),
    );
  });

  app.post('/datasets/:id/records', async (c) => {
    requirePermission(c, 'datasets.write');
    const fields = await bodyOf(c, z.array(Fields).min(1).max(500));
    const dataset = found(await datasetsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst(), 'dataset');
    const rows = fields.map((field) => ({ id: newId('record'), dataset_id: dataset.id, ...field }));
    return c.json(await db.insertInto('records').values(rows).returning('id').execute(), 201);
  });

  app.post('/datasets/:id/records/delete', async (c) => {
    requirePermission(c, 'datasets.delete');
    const { ids, titleStartsWith } = await bodyOf(c, Unwanted);
    const dataset = found(await datasetsOf(c.get('organizationId')).where('id', '=', c.req.param('id')).executeTakeFirst(), 'dataset');
    const { rows } = await sql<{ id: string }>`
      DELETE FROM records
      WHERE dataset_id = ${dataset.id}
        AND (id = ANY(${ids ?? []}::text[]) OR starts_with(title, ${titleStartsWith ?? null}))
      RETURNING id`.execute(db);
    return c.json({ deleted: rows.map(({ id }) => id).sort() });
  });

  app.patch('/records/:id', async (c) => {
    requirePermission(c, 'datasets.write');
    const changes = await bodyOf(c, Changes);
    const row = await db
      .updateTable('records')
      .set({ ...changes, updated_at: new Date() })
      .where('id', '=', c.req.param('id'))
      .where('dataset_id', 'in', datasetsOf(c.get('organizationId')))
      .returningAll()
      .executeTakeFirst();
    return c.json(found(row, 'record'));
  });

  app.delete('/records/:id', async (c) => {
    requirePermission(c, 'datasets.write');
    const row = await db
      .deleteFrom('records')
      .where('id', '=', c.req.param('id'))
      .where('dataset_id', 'in', datasetsOf(c.get('organizationId')))
      .returning('id')
      .executeTakeFirst();
    found(row, 'record');
    return c.body(null, 204);
  });

  return app;
}
