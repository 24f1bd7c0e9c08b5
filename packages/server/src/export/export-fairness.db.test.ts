// What somebody may not do to others by exports: hold all places, take theirs away, fill the log, or leave no trace.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parse } from '@indelible/core';
import { until } from '../capture/capture.test.fixture.ts';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { EXPORTS_KEPT_MAX, EXPORTS_OWN_HOUR_MAX } from '../limits.ts';
import { listEvents } from '../query/page.ts';
import { type ExportBench, exportBench } from './exports.test.fixture.ts';
import { endExport } from './request.ts';

let trail: SealedTrail;
let bench: ExportBench;

beforeAll(async () => {
  trail = await openSealedTrail();
  await trail.append('org_acme', 120);
  await trail.seal();
  bench = exportBench(trail.store.appender, trail.store.reader, await trail.log('org_acme'));
}, 120_000);
afterEach(async () => {
  await bench.stop();
  await trail.admin.query('delete from indelible.export_job');
});
afterAll(async () => {
  await trail?.close();
});

/** Cancelled ones like another, of its maker where none is named. */
async function manyLike(id: string, count: number, maker?: string): Promise<void> {
  await trail.admin.query(
    `insert into indelible.export_job (tenant_id, id, state, format, asked, zone, query, scope, up_to_seq, preview, preview_exact, maker, by, created_at)
     select tenant_id, 'exp_like_' || n, 'cancelled', format, asked, zone, query, scope, up_to_seq, preview, preview_exact,
       coalesce($3 || n, maker), by, now()
     from indelible.export_job, generate_series(1, $2::int) n where id = $1`,
    [id, count, maker ?? null],
  );
}

test('who takes many files too slowly leaves others theirs, and loses them and the places that they had', async () => {
  const job = await bench.made();
  const worker = bench.worker({ pageEvents: 1, downloadMs: 1 });
  const name = 'viewer cus_1';
  let broken = 0;
  const slow = Array.from({ length: 4 }, () => worker.downloads.open(job, { name, credentials: [], abort: () => broken++ }));
  expect(() => worker.downloads.open(job, { name, credentials: [] })).toThrow(/at a time/);
  await worker.downloads.open(job, { name: 'viewer cus_2', credentials: [] }).cancel();
  await until(async () => broken === slow.length);
  const next = worker.downloads.open(job, { name, credentials: [] });
  await expect(new Response(next).text()).rejects.toMatchObject({ code: 'request_timeout' });
  expect(bench.faults).toEqual([]);
});

test('somebody asks for so many in an hour, each of which is on record for ever', async () => {
  const maker = 'viewer cus_many';
  const one = await bench.request({}, { maker });
  await endExport(bench.context(), one.id);
  await manyLike(one.id, EXPORTS_OWN_HOUR_MAX - 1);
  await expect(bench.request({}, { maker })).rejects.toMatchObject({ code: 'rate_limited' });
  await trail.admin.query(`update indelible.export_job set created_at = now() - interval '61 min' where id = 'exp_like_2'`);
  const next = await bench.request({}, { maker });
  await endExport(bench.context(), next.id);
});

test('who sees a part of the tenant takes away none of the exports of the whole', async () => {
  const whole = await bench.made();
  const log = { ...(await trail.log('org_acme')), within: parse('actor:usr_1') };
  const mine = await bench.request({}, { log });
  await endExport(bench.context(), mine.id);
  await manyLike(mine.id, EXPORTS_KEPT_MAX, 'viewer ');
  const next = await bench.request({}, { log });
  await endExport(bench.context(), next.id);
  expect(await bench.job(whole.id)).toMatchObject({ state: 'done' });
  const kept = await trail.admin.query(`select from indelible.export_job where scope = $1`, [mine.scope]);
  expect(kept.rowCount).toBe(EXPORTS_KEPT_MAX);
});

test('who cancels an export is on record, once', async () => {
  const { id } = await bench.request();
  const by = { actor: { type: 'user', id: 'usr_other' }, attribution: 'verified', context: {} } as const;
  await endExport(bench.context({ by }), id);
  expect(await endExport(bench.context({ by }), id)).toMatchObject({ state: 'cancelled' });
  const log = await trail.log('org_acme');
  const page = await listEvents(trail.store.reader, log, {
    q: `action:audit.export.cancelled resource:export/${id}`,
    zone: 'UTC',
    nowMs: Date.now(),
    limit: 10,
  });
  expect(page.events.map(({ actor }) => actor?.id)).toEqual(['usr_other']);
});
