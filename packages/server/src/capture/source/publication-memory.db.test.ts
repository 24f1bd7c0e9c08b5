import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest } from '../capture.test.fixture.ts';
import { loadCatalog } from './catalog.ts';
import { agrees, lookAt, noteCoverage } from './publication-memory.ts';
import { walEnd } from '../replication/replication.ts';
import { loadRecord } from './source-record.ts';

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

test('a table that is dropped between the reading of the catalog and the look has no gap', async () => {
  app = await openCaptureTest('create table bots (id int primary key); create table skills (id int primary key)');
  const { sourceUrl, source, slot, store, name } = app;
  await app.setup();
  const client = new pg.Client({ connectionString: sourceUrl });
  await client.connect();
  const tx = await store.appender.connect();
  try {
    const catalog = await loadCatalog(client, slot);
    expect(agrees(await lookAt(client, catalog, slot), catalog)).toBe(true);
    await source.query('drop table skills');
    const found = await lookAt(client, catalog, slot);
    expect(agrees(found, catalog)).toBe(false);
    const record = await loadRecord(tx, name);
    if (record === undefined) throw new Error('the source is not registered');
    const at = await walEnd(client);
    await noteCoverage(tx, record, { catalog, found, now: found, altered: false }, at, at);
    expect((await app.events('_operator')).filter(({ action }) => action === 'capture.gap')).toEqual([]);
  } finally {
    tx.release();
    await client.end();
  }
});
