// Datasets, their records, files, and taking data away.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, openPlatform, type Platform, rowsOf, TEST_DATABASE_URL } from '../platform.test.fixture.ts';

describe.skipIf(TEST_DATABASE_URL === undefined)('data', () => {
  let platform: Platform;
  let maria: Ask;
  let aiko: Ask;
  let daniel: Ask;

  beforeAll(async () => {
    platform = await openPlatform();
    [maria, aiko, daniel] = await Promise.all([
      platform.as('maria@acme.test'),
      platform.as('aiko@acme.test'),
      platform.as('daniel@acme.test'),
    ]);
  });
  afterAll(() => platform.close());

  test('records are added, changed and deleted', async () => {
    const added = await aiko('POST', '/datasets/ds_handbook/records', [
      { title: 'One', body: '1', metadata: { page: 1 } },
      { title: 'Two', body: '2' },
    ]);
    expect(added.status).toBe(201);
    const [first, second] = rowsOf(added);
    expect((await aiko('PATCH', `/records/${first?.id}`, { body: 'uno' })).body).toMatchObject({ body: 'uno', metadata: { page: 1 } });
    expect((await aiko('DELETE', `/records/${second?.id}`)).status).toBe(204);
    expect((await aiko('DELETE', `/records/${second?.id}`)).status).toBe(404);
    expect((await aiko('POST', '/datasets/ds_handbook/records', [])).status).toBe(422);
    expect(rowsOf(await aiko('GET', '/datasets/ds_handbook/records'))).toHaveLength(25);
  });

  test('many records go at once, by id or by how they start', async () => {
    const path = '/datasets/ds_returns/records/delete';
    expect((await aiko('POST', path, {})).status).toBe(422);
    expect((await aiko('POST', path, { ids: ['rec_returns_001'], titleStartsWith: 'R' })).status).toBe(422);
    expect((await aiko('POST', path, { ids: ['rec_returns_001', 'rec_products_001'] })).body.deleted).toEqual(['rec_returns_001']);
    expect((await aiko('POST', path, { titleStartsWith: 'Return of: M' })).body.deleted).toEqual(['rec_returns_005']);
    expect((await aiko('POST', path, { titleStartsWith: 'Return' })).body.deleted).toHaveLength(4);
    expect(rowsOf(await aiko('GET', '/datasets/ds_products/records'))).toHaveLength(30);
  });

  test('deleting a dataset deletes its records; bots, files and exports go on without it', async () => {
    const { body } = await maria('POST', '/datasets', { name: 'Short-lived' });
    expect((await maria('PATCH', `/datasets/${body.id}`, { visibility: 'public' })).body).toMatchObject({ visibility: 'public' });
    await maria('POST', `/datasets/${body.id}/records`, [{ title: 'One', body: '1' }]);
    const bot = await maria('POST', '/bots', { name: 'Reader', model: 'small-1', datasetId: body.id });
    const file = await maria('POST', '/files', { name: 'a.md', mimeType: 'text/markdown', content: 'A', datasetId: body.id });
    const taken = await maria('POST', `/datasets/${body.id}/exports`, { format: 'csv' });
    expect((await maria('DELETE', `/datasets/${body.id}`)).status).toBe(204);
    expect((await maria('DELETE', `/datasets/${body.id}`)).status).toBe(404);
    expect((await maria('GET', `/bots/${bot.body.id}`)).body.dataset_id).toBeNull();
    expect(rowsOf(await maria('GET', '/files')).find(({ id }) => id === file.body.id)).toMatchObject({ dataset_id: null });
    expect((await maria('GET', `/exports/${taken.body.id}/content`)).status).toBe(404);
    expect(await platform.db.selectFrom('records').select('id').where('dataset_id', '=', String(body.id)).execute()).toEqual([]);
    expect(rowsOf(await aiko('GET', '/datasets')).map(({ id }) => id)).toEqual([
      'ds_customers',
      'ds_handbook',
      'ds_products',
      'ds_returns',
    ]);
    expect((await aiko('POST', '/datasets', { name: '' })).status).toBe(422);
  });

  test('an export says who took how much, and gives it to them', async () => {
    expect((await daniel('POST', '/datasets/ds_customers/exports', { format: 'xls' })).status).toBe(422);
    const { body } = await daniel('POST', '/datasets/ds_customers/exports', { format: 'jsonl' });
    expect(body).toMatchObject({ name: 'Customers.jsonl', rows: 60, requested_by: 'usr_daniel', dataset_id: 'ds_customers' });
    const session = await platform.ask('POST', '/sessions', { email: 'daniel@acme.test', password: 'correct horse battery staple' });
    const authorization = `Bearer ${String(session.body.token)}`;
    const response = await platform.fetch(new Request(`http://platform/exports/${body.id}/content`, { headers: { authorization } }));
    const text = await response.text();
    expect([response.headers.get('content-type'), Buffer.byteLength(text)]).toEqual(['application/jsonl', body.bytes]);
    expect(text.split('\n').filter((line) => line.includes('"title":"Ada Abel"'))).toHaveLength(1);
    expect(rowsOf(await daniel('GET', '/exports'))).toHaveLength(2);
    expect((await daniel('GET', '/exports/exp_none/content')).status).toBe(404);
  });

  test('files are measured when they come', async () => {
    const made = await aiko('POST', '/files', { name: 'ø.txt', mimeType: 'text/plain', content: 'ø' });
    expect(made).toMatchObject({
      status: 201,
      body: { size_bytes: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), uploaded_by: 'usr_aiko' },
    });
    expect((await aiko('POST', '/files', { name: 'x', mimeType: 'text/plain', content: '', datasetId: 'ds_reactor' })).status).toBe(422);
    expect((await aiko('DELETE', `/files/${made.body.id}`)).status).toBe(204);
    expect((await aiko('DELETE', `/files/${made.body.id}`)).status).toBe(404);
  });
});
