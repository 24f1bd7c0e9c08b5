// Taking a dataset away. The row says who took how much; the content is written when it is asked for.

import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError, bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { FORMATS, writeRecords } from '../export-format.ts';
import { newId } from '../ids.ts';

const Wanted = z.strictObject({ format: z.enum(['csv', 'jsonl']) });

export function exportRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();
  const recordsOf = (datasetId: string) =>
    db.selectFrom('records').select(['id', 'title', 'body', 'metadata']).where('dataset_id', '=', datasetId).orderBy('id').execute();

  app.get('/exports', async (c) => {
    requirePermission(c, 'datasets.export');
    return c.json(
      await db.selectFrom('exports').selectAll().where('organization_id', '=', c.get('organizationId')).orderBy('created_at').execute(),
    );
  });

  app.post('/datasets/:id/exports', async (c) => {
    requirePermission(c, 'datasets.export');
    const { format } = await bodyOf(c, Wanted);
    const organization_id = c.get('organizationId');
    const dataset = found(
      await db
        .selectFrom('datasets')
        .select(['id', 'name'])
        .where('id', '=', c.req.param('id'))
        .where('organization_id', '=', organization_id)
        .executeTakeFirst(),
      'dataset',
    );
    const records = await recordsOf(dataset.id);
    const row = {
      id: newId('export'),
      organization_id,
      dataset_id: dataset.id,
      requested_by: c.get('userId'),
      name: `${dataset.name}.${format}`,
      format,
      rows: records.length,
      bytes: Buffer.byteLength(writeRecords(records, format)),
    };
    return c.json(await db.insertInto('exports').values(row).returningAll().executeTakeFirstOrThrow(), 201);
  });

  app.get('/exports/:id/content', async (c) => {
    requirePermission(c, 'datasets.export');
    const row = found(
      await db
        .selectFrom('exports')
        .select(['dataset_id', 'format'])
        .where('id', '=', c.req.param('id'))
        .where('organization_id', '=', c.get('organizationId'))
        .executeTakeFirst(),
      'export',
    );
    if (row.dataset_id === null) throw new ApiError('not_found', 'The dataset is gone.');
    const format = row.format === 'csv' ? 'csv' : 'jsonl';
    return c.body(writeRecords(await recordsOf(row.dataset_id), format), 200, { 'content-type': FORMATS[format] });
  });

  return app;
}
