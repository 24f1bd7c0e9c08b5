// What a report says of tables that are gone, and of gaps that are open behind many newer ones.

import type { AuditEvent } from '@indelible/core';
import { afterEach, expect, test } from 'vitest';
import { COVERAGE_GAPS_MAX } from '../../limits.ts';
import { listEvents } from '../../query/page.ts';
import { appendIn } from '../../store/append.ts';
import { inTransaction } from '../../store/pool.ts';
import { makeTenants } from '../../store/tenants.ts';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { type SourceCoverage, makeCoverage } from './coverage-report.ts';
import { captureEvent } from '../gaps/gap.ts';
import { loadRecord } from '../source/source-record.ts';

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function reportOf(test: CaptureTest): Promise<SourceCoverage> {
  const { store, sourceUrl } = test;
  const capture = test.start();
  await until(() => capture.status().state === 'streaming');
  const tenants = makeTenants(store.appender);
  const operatorEvents = async (q: string, limit: number): Promise<readonly AuditEvent[]> =>
    (await listEvents(store.reader, await tenants.byName('_operator'), { q, limit })).events;
  const watched = [{ sourceUrl, status: () => capture.status() }];
  const [source] = (await makeCoverage({ appender: store.appender, watched: () => watched, operatorEvents })()).sources;
  if (source === undefined) throw new Error('no source in the report');
  return source;
}

const SCHEMA = `
  create table bots (id int primary key, organization_id text);
  create unlogged table cache (id int primary key, organization_id text)`;

test('a table that was dropped is not counted as captured', async () => {
  const test = (app = await openCaptureTest(`${SCHEMA}; create table old (id int primary key, organization_id text)`));
  await test.setup();
  const capture = test.start();
  await test.source.query(`insert into old values (1, 'acme')`);
  await until(async () => (await test.events('acme')).length === 1);
  await capture.stop();
  await test.source.query('drop table old');
  const { tables, totals } = await reportOf(test);
  expect(tables.find(({ table }) => table === 'public.old')).toMatchObject({ state: 'dropped', cause: 'gone', rows: 1 });
  expect(totals.tables).toMatchObject({ captured: 1, dropped: 1 });
});

test('a gap that is open stays in sight behind any number of newer ones', async () => {
  const test = (app = await openCaptureTest(SCHEMA));
  await test.setup();
  const { store, name } = test;
  const record = await loadRecord(store.appender, name);
  if (record === undefined) throw new Error('not registered');
  const gap = (tables: readonly string[], to: bigint | undefined): ReturnType<typeof captureEvent> =>
    captureEvent('capture.gap', record, 1n, to, { reason: 'table_unlogged', detail: 'd', tables: [...tables] });
  await inTransaction(store.appender, (tx) => appendIn(tx, '_operator', [gap(['public.cache'], undefined)]));
  const newer = Array.from({ length: COVERAGE_GAPS_MAX + 5 }, () => gap(['public.bots'], 2n));
  await inTransaction(store.appender, (tx) => appendIn(tx, '_operator', newer));
  const { gaps } = await reportOf(test);
  expect(gaps.open).toMatchObject([{ tables: ['public.cache'] }]);
  expect(gaps.past).toHaveLength(COVERAGE_GAPS_MAX);
});
