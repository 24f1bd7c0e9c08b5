// Files: what people upload, by itself or to a dataset.

import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, found } from '../api-error.ts';
import type { Env } from '../auth/caller.ts';
import { requirePermission } from '../auth/permissions.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { requireOwned } from '../owned.ts';

const Upload = z.strictObject({
  name: z.string().min(1).max(200),
  mimeType: z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/),
  content: z.string().max(100_000),
  datasetId: z.string().nullable().default(null),
});
const SHOWN = ['id', 'name', 'mime_type', 'size_bytes', 'sha256', 'dataset_id', 'uploaded_by', 'created_at'] as const;

export function fileRoutes(db: Database): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/files', async (c) =>
    c.json(await db.selectFrom('files').select(SHOWN).where('organization_id', '=', c.get('organizationId')).orderBy('id').execute()),
  );

  app.post('/files', async (c) => {
    requirePermission(c, 'datasets.write');
    const { name, mimeType, content, datasetId } = await bodyOf(c, Upload);
    const organization_id = c.get('organizationId');
    await requireOwned(db, organization_id, { datasetId });
    const row = {
      id: newId('file'),
      organization_id,
      dataset_id: datasetId,
      uploaded_by: c.get('userId'),
      name,
      mime_type: mimeType,
      size_bytes: Buffer.byteLength(content),
      sha256: createHash('sha256').update(content).digest('hex'),
      content,
    };
    return c.json(await db.insertInto('files').values(row).returning(SHOWN).executeTakeFirstOrThrow(), 201);
  });

  app.delete('/files/:id', async (c) => {
    requirePermission(c, 'datasets.write');
    const row = await db
      .deleteFrom('files')
      .where('id', '=', c.req.param('id'))
      .where('organization_id', '=', c.get('organizationId'))
      .returning('id')
      .executeTakeFirst();
    found(row, 'file');
    return c.body(null, 204);
  });

  return app;
}
