// Exports against a model, and what may happen to them: breakdowns, cancellations, erasures, crowds.

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from '@indelible/core';
import { until } from '../capture/capture.test.fixture.ts';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { EXPORTS_OPEN_MAX, EXPORTS_OWN_OPEN_MAX, EXPORTS_TENANT_RUNNING_MAX } from '../limits.ts';
import { listEvents } from '../query/page.ts';
import { expected, inputs, queries } from '../query/model.test.fixture.ts';
import { type ModelEvent, openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { asTenant } from '../store/as-tenant.ts';
import type { ExportJob } from '../store/export-jobs.ts';
import { openStore, type Store } from '../store/pool.ts';
import { type ExportBench, exportBench, fileOf, linesOf } from './exports.test.fixture.ts';
import { endExport, exportsOf, seenExport } from './request.ts';

const SLOW_MS = 120_000;

describe('random events', () => {
  const recordedMs = Date.now() - 3_600_000;
  let trail: TestTrail;
  let store: Store;
  let bench: ExportBench;
  let model: ModelEvent[];

  beforeAll(async () => {
    trail = await openTestTrail(new Date());
    model = await trail.append('org_acme', fc.sample(inputs(recordedMs), { seed: 7, numRuns: 300 }), recordedMs);
    await trail.append('org_other', fc.sample(inputs(recordedMs), { seed: 8, numRuns: 20 }), recordedMs);
    store = openStore({ ownerUrl: trail.url, appenders: 3, readers: 2, onError: () => undefined });
    bench = exportBench(store.appender, store.reader, await trail.log('org_acme'));
  }, SLOW_MS);
  afterAll(async () => {
    await bench?.stop();
    await store?.close();
    await trail?.close();
  });

  test(
    'a file holds exactly what the query asks for, in the order of pages',
    async () => {
      const worker = bench.worker({ pageEvents: 17 });
      const last = model.at(-1)?.seq ?? 0;
      const asked = ['', ...fc.sample(queries(recordedMs), { seed: 3, numRuns: 25 })];
      let found = 0;
      for (const q of asked) {
        const { id } = await bench.request({ q: `${q} seq:1..${last}`.trim() });
        worker.wake();
        const job = await bench.over(id);
        expect({ q, error: job.error }).toEqual({ q, error: undefined });
        const { events, manifest } = linesOf(await fileOf(worker, job));
        const should = expected(model, job.query, 'desc', job.createdAt.getTime());
        expect({ q, events: events.map(({ log: _, seq, ...event }) => ({ event, seq })) }).toEqual({ q, events: should });
        const seqs = should.map(({ seq }) => seq);
        expect(manifest).toMatchObject({
          count: seqs.length,
          ...(seqs.length === 0 ? {} : { firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs) }),
        });
        expect(job.preview).toBe(job.previewExact ? seqs.length : expect.any(Number));
        found += seqs.length > 0 && seqs.length < model.length ? 1 : 0;
      }
      expect(found).toBeGreaterThan(5);
      expect(bench.faults).toEqual([]);
    },
    SLOW_MS,
  );

  test('another tenant has no exports, whatever it asks', async () => {
    const { id } = await bench.request();
    const foreign = bench.context({ log: await trail.log('org_other') });
    await expect(seenExport(foreign, id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await exportsOf(foreign, { limit: 10 })).exports).toEqual([]);
    const { tenantId } = await trail.log('org_other');
    const seen = await asTenant(trail.reader, tenantId, 5_000, (tx) => tx.query('select id from indelible.export_job'));
    expect(seen.rows).toEqual([]);
    expect((await exportsOf(bench.context(), { limit: 1 })).exports.map((job) => job.id)).toEqual([id]);
    await endExport(bench.context(), id);
  });
});

describe('what may happen', () => {
  let trail: SealedTrail;
  let bench: ExportBench;

  beforeAll(async () => {
    trail = await openSealedTrail();
    await trail.append('org_acme', 120);
    await trail.seal();
    bench = exportBench(trail.store.appender, trail.store.reader, await trail.log('org_acme'));
  }, SLOW_MS);
  afterEach(() => bench.stop());
  afterAll(async () => {
    await trail?.close();
  });

  /** A worker that stands still in the middle of an export, until it is let go on. */
  function standing(more: object = {}): { worker: ReturnType<ExportBench['worker']>; stood: () => boolean; go: () => void } {
    let go: () => void = () => undefined;
    let isStanding = false;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const onPart = async (): Promise<void> => {
      isStanding = true;
      await gate;
    };
    return { worker: bench.worker({ pageEvents: 10, onPart, ...more }), stood: () => isStanding, go };
  }

  test('what is recorded meanwhile is not in it, and the file is the same however often it is fetched', async () => {
    const { worker, stood, go } = standing();
    const { id, preview } = await bench.request({ q: 'actor:usr_1' });
    worker.wake();
    await until(stood);
    await trail.append('org_acme', 30);
    go();
    const job = await bench.over(id);
    expect(job).toMatchObject({ state: 'done', counted: preview, previewExact: true });
    const first = await fileOf(worker, job);
    await trail.append('org_acme', 30);
    expect(await fileOf(worker, job)).toBe(first);
    expect(linesOf(first).events).toHaveLength(preview);
  });

  test('while a worker is dead there is no file, and another one begins again', async () => {
    const dead = standing({ leaseMs: 300 });
    const { id } = await bench.request();
    dead.worker.wake();
    await until(dead.stood);
    const running = await bench.job(id);
    expect(running.state).toBe('running');
    await expect(fileOf(dead.worker, running)).rejects.toMatchObject({ code: 'export_unready' });
    // Its heart still beats in this process: what it says is no longer heard once the row is another's.
    await trail.admin.query(`update indelible.export_job set lease_until = now() - interval '1 s', worker = 'gone' where id = $1`, [id]);
    const other = bench.worker();
    other.wake();
    const job = await bench.over(id);
    expect(job).toMatchObject({ state: 'done', attempts: 2 });
    dead.go();
    await dead.worker.stop();
    expect(await bench.job(id)).toEqual(job);
    expect(linesOf(await fileOf(other, job)).manifest.count).toBe(job.counted);
  });

  test('an export that kills its workers is given up', async () => {
    const { id } = await bench.request();
    await trail.admin.query(
      `update indelible.export_job set state = 'running', attempts = 3, worker = 'gone', lease_until = now() - interval '1 s' where id = $1`,
      [id],
    );
    bench.worker().wake();
    expect((await bench.over(id)).error?.message).toMatch(/begun 3 times/);
    bench.faults.length = 0;
  });

  test('a worker that stops gives its exports back', async () => {
    const { worker, stood, go } = standing();
    const { id } = await bench.request();
    worker.wake();
    await until(stood);
    const stopped = worker.stop();
    go();
    await stopped;
    expect(await bench.job(id)).toMatchObject({ state: 'queued', attempts: 0 });
    bench.worker().wake();
    expect(await bench.over(id)).toMatchObject({ state: 'done', attempts: 1 });
  });

  test('cancelled in the middle it stays cancelled, and its worker goes on with others', async () => {
    const { worker, stood, go } = standing();
    const ctx = bench.context();
    const { id } = await bench.request({}, ctx);
    worker.wake();
    await until(stood);
    expect(await endExport(ctx, id)).toMatchObject({ state: 'cancelled' });
    go();
    const { id: next } = await bench.request({ q: 'actor:usr_2' });
    worker.wake();
    expect(await bench.over(next)).toMatchObject({ state: 'done' });
    const job = await bench.job(id);
    expect(job).toMatchObject({ state: 'cancelled' });
    await expect(fileOf(worker, job)).rejects.toMatchObject({ code: 'export_unready' });
    // One that is over stays as it is.
    expect(await endExport(ctx, next)).toMatchObject({ state: 'done' });
  });

  test('two servers share the work, and of one tenant so many run at a time', async () => {
    const begun = new Map<string, number>();
    let [now, most] = [0, 0];
    const onPart = async (id: string): Promise<void> => {
      begun.set(id, (begun.get(id) ?? 0) + 1);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
    };
    const jobs: ExportJob[] = [];
    for (let index = 0; index < 6; index++) jobs.push(await bench.request({ q: `actor:usr_${index}` }));
    const workers = [bench.worker({ onPart }), bench.worker({ onPart })];
    await until(async () => {
      for (const worker of workers) worker.wake();
      return (await Promise.all(jobs.map(({ id }) => bench.job(id)))).every(({ state }) => state === 'done');
    });
    for (const { id } of jobs) expect(await bench.job(id)).toMatchObject({ attempts: 1 });
    expect([...begun.values()]).toEqual(jobs.map(() => 1));
    expect(most).toBeLessThanOrEqual(EXPORTS_TENANT_RUNNING_MAX);
  });

  test('an export that is too large fails, and there may be so many and no more', async () => {
    const { id } = await bench.request();
    const small = bench.worker({ eventsMax: 20, pageEvents: 7 });
    small.wake();
    expect(await bench.over(id)).toMatchObject({ state: 'failed', error: { code: 'export_too_large' } });
    const { id: other } = await bench.request();
    const short = bench.worker({ bytesMax: 1_000, pageEvents: 7 });
    short.wake();
    expect(await bench.over(other)).toMatchObject({ state: 'failed', error: { code: 'export_too_large' } });

    const maker = 'somebody';
    const open: string[] = [];
    for (let index = 0; index < EXPORTS_OWN_OPEN_MAX; index++) open.push((await bench.request({}, { maker })).id);
    await expect(bench.request({}, { maker })).rejects.toMatchObject({ code: 'rate_limited' });
    while (open.length < EXPORTS_OPEN_MAX) open.push((await bench.request()).id);
    await expect(bench.request()).rejects.toMatchObject({ code: 'rate_limited' });
    for (const one of open) await endExport(bench.context(), one);
    await bench.request().then((job) => endExport(bench.context(), job.id));
  });

  test('who sees a part of the tenant exports that part, and sees their own exports alone', async () => {
    const log = { ...(await trail.log('org_acme')), within: parse('actor.id:usr_3') };
    const own = { log, maker: 'viewer cus_1' };
    const job = await bench.made({}, own);
    const worker = bench.worker();
    const { events, manifest } = linesOf(await fileOf(worker, job));
    expect(manifest.scope).toBe('actor.id:usr_3');
    expect(events.length).toBeGreaterThan(0);
    expect(new Set(events.map(({ actor }) => actor.id))).toEqual(new Set(['usr_3']));
    const all = await bench.made();
    expect((await exportsOf(bench.context(own), { limit: 100 })).exports.map(({ id }) => id)).toEqual([job.id]);
    await expect(seenExport(bench.context(own), all.id)).rejects.toMatchObject({ code: 'not_found' });
    for (const other of [
      { ...own, maker: 'viewer cus_2' },
      { ...own, log: { ...log, within: parse('actor.id:usr_4') } },
    ])
      await expect(seenExport(bench.context(other), job.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await seenExport(bench.context(), job.id)).toEqual(job);
  });

  test('pages of exports, newest first', async () => {
    const whole = (await exportsOf(bench.context(), { limit: 500 })).exports.map(({ id }) => id);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await exportsOf(bench.context(), { limit: 3, cursor });
      found.push(...page.exports.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(found).toEqual(whole);
    expect(new Set(found).size).toBe(whole.length);
    await expect(exportsOf(bench.context(), { limit: 3, cursor: 'x' })).rejects.toMatchObject({ code: 'cursor_invalid' });
  });

  test('the checkpoint covers the export once it is sealed, and the log says what was exported', async () => {
    await trail.append('org_acme', 1);
    const sealed = bench.worker({ sealMs: 30_000 });
    const { id } = await bench.request({ q: 'actor:usr_1' });
    sealed.wake();
    await trail.seal();
    const job = await bench.over(id);
    const [, size] = (job.result?.checkpoint ?? '').split('\n');
    expect(Number(size)).toBeGreaterThan(job.upToSeq);
    const log = await trail.log('org_acme');
    const { events } = await listEvents(trail.store.reader, log, { q: `resource:export/${id} source:self` });
    expect(events).toMatchObject([
      {
        action: 'audit.export.completed',
        actor: { type: 'system', onBehalfOf: { id: 'usr_maria' } },
        metadata: { sha256: job.result?.sha256.toString('hex'), count: job.counted, format: 'jsonl' },
      },
      { action: 'audit.exported', actor: { id: 'usr_maria' }, metadata: { query: job.query, count: job.preview, format: 'jsonl' } },
    ]);
  });

  test('a count that is a lower bound is held against the file as one', async () => {
    const estimated = async (preview: number): Promise<ExportJob> => {
      const { id } = await bench.request({ q: 'actor:usr_2' });
      await trail.admin.query('update indelible.export_job set preview = $2, preview_exact = false where id = $1', [id, preview]);
      bench.worker().wake();
      return bench.over(id);
    };
    const found = await estimated(3);
    expect(found).toMatchObject({ state: 'done', preview: 3 });
    expect(found.counted).toBeGreaterThan(3);
    const { error } = await estimated(1_000_000);
    expect(error).toEqual({
      code: 'export_differs',
      message: `at least 1,000,000 events were counted before it began, and ${found.counted} were found`,
    });
  });

  test('an event that is gone when the file is made: the export fails, and says so', async () => {
    const job = await bench.request({ q: 'actor:usr_5' });
    const { tenantId } = await trail.log('org_acme');
    const gone = await trail.admin.query(`select seq from indelible.event where tenant_id = $1 and actor_id = 'usr_5' limit 1`, [tenantId]);
    await trail.admin.query(`update indelible.event set actor_id = null where tenant_id = $1 and seq = $2`, [tenantId, gone.rows[0].seq]);
    bench.worker().wake();
    const failed = await bench.over(job.id);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'export_differs' } });
    expect(failed.error?.message).toBe(`${job.preview} events were counted before it began, and ${job.preview - 1} were found`);
  });

  test('what was altered after it was made is never handed out whole', async () => {
    const job = await bench.made({ q: 'actor:usr_6' });
    const csv = await bench.made({ q: 'actor:usr_6', format: 'csv' });
    const worker = bench.worker({ pageEvents: 3 });
    const whole = await fileOf(worker, job);
    const wholeCsv = await fileOf(worker, csv);
    const { tenantId } = await trail.log('org_acme');
    await trail.admin.query(
      `update indelible.event set disclosures = replace(disclosures, '"quota":', '"quotb":') where tenant_id = $1 and seq =
         (select min(seq) from indelible.event where tenant_id = $1 and actor_id = 'usr_6')`,
      [tenantId],
    );
    for (const [made, before] of [
      [job, whole],
      [csv, wholeCsv],
    ] as const) {
      const sent: Uint8Array[] = [];
      const stream = worker.downloads.open(made, { name: 'key key_1', credentials: [] });
      await expect(
        (async () => {
          for await (const part of stream) sent.push(part);
        })(),
      ).rejects.toMatchObject({ code: 'export_differs' });
      expect(Buffer.concat(sent).length).toBeLessThan(Buffer.byteLength(before));
      expect(await bench.job(made.id)).toMatchObject({ state: 'failed', error: { code: 'export_differs' } });
    }
    bench.faults.length = 0;
  });

  test('a file that nobody takes any more is read no further, and so many are handed out at a time', async () => {
    const job = await bench.made();
    const worker = bench.worker({ pageEvents: 1 });
    const open = Array.from({ length: 8 }, (_, index) => worker.downloads.open(job, { name: `viewer ${index}`, credentials: [] }));
    expect(() => worker.downloads.open(job, { name: 'viewer 8', credentials: [] })).toThrow(/at a time/);
    const [first, ...others] = open;
    const reader = first?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
    for (const stream of others) await stream.cancel();
    expect(linesOf(await fileOf(worker, job)).manifest.count).toBe(job.counted);
  });

  test('who may not fetch a file any more is cut off', async () => {
    const job = await bench.made();
    const worker = bench.worker({ pageEvents: 1, checkMs: 0 });
    for (const fetcher of [
      { name: 'key key_gone', credentials: ['key_gone'] },
      { name: 'viewer cus_1', credentials: [], untilMs: Date.now() - 1 },
    ]) {
      const text = new Response(worker.downloads.open(job, fetcher)).text();
      await expect(text).rejects.toMatchObject({ code: 'unauthorized' });
    }
    bench.faults.length = 0;
  });

  test('what is over is forgotten after its time', async () => {
    const job = await bench.made();
    await trail.admin.query(`update indelible.export_job set created_at = now() - interval '25 h' where id = $1`, [job.id]);
    bench.worker().wake();
    await until(async () => (await trail.admin.query('select from indelible.export_job where id = $1', [job.id])).rowCount === 0);
    expect(bench.faults).toEqual([]);
  });
});
