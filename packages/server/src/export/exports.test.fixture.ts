// Exports of one trail without HTTP: asked for, worked on, and read as somebody who fetches the file.

import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { until } from '../capture/capture.test.fixture.ts';
import type { PresentedEvent, ReadScope } from '../query/present.ts';
import { type ExportJob, readExport } from '../store/export-jobs.ts';
import { Exports, type ExportsOptions } from './exports.ts';
import type { ExportManifest } from './manifest.ts';
import { type ExportContext, requestExport, type WantedExport } from './request.ts';

export interface ExportBench {
  readonly faults: Error[];
  /** Who asks; by themselves each time. */
  context(more?: Partial<ExportContext>): ExportContext;
  request(wanted?: Partial<WantedExport>, more?: Partial<ExportContext>): Promise<ExportJob>;
  /** A worker, which looks for exports when it is woken. */
  worker(options?: Partial<ExportsOptions>): Exports;
  job(id: string): Promise<ExportJob>;
  over(id: string): Promise<ExportJob>;
  /** Asked for, worked on, done. */
  made(wanted?: Partial<WantedExport>, more?: Partial<ExportContext>): Promise<ExportJob>;
  /** All workers stop. */
  stop(): Promise<void>;
}

export function exportBench(appender: pg.Pool, reader: pg.Pool, log: ReadScope): ExportBench {
  const faults: Error[] = [];
  const workers: Exports[] = [];
  const bench: ExportBench = {
    faults,
    context: (more = {}) => ({
      reader,
      appender,
      log,
      maker: randomUUID(),
      by: { actor: { type: 'user', id: 'usr_maria' }, attribution: 'verified', context: {} },
      ...more,
    }),
    request: (wanted = {}, more = {}) => requestExport(bench.context(more), { format: 'jsonl', ...wanted }),
    worker: (options = {}) => {
      const worker = new Exports({ appender, reader, onError: (error) => faults.push(error), sealMs: 0, ...options });
      workers.push(worker);
      return worker;
    },
    job: async (id) => {
      const job = await readExport(appender, log.tenantId, id);
      if (job === undefined) throw new Error(`there is no export ${id}`);
      return job;
    },
    over: async (id) => {
      await until(async () => !['queued', 'running'].includes((await bench.job(id)).state));
      return bench.job(id);
    },
    made: async (wanted, more) => {
      const { id } = await bench.request(wanted, more);
      const worker = bench.worker();
      worker.wake();
      return bench.over(id);
    },
    stop: async () => {
      for (const worker of workers.splice(0)) await worker.stop();
    },
  };
  return bench;
}

/** All of a file, or the error by which it broke off. */
export async function fileOf(exports: Exports, job: ExportJob): Promise<string> {
  return new Response(exports.downloads.open(job, { name: randomUUID(), credentials: [] })).text();
}

export function linesOf(file: string): { readonly events: PresentedEvent[]; readonly manifest: ExportManifest } {
  const lines = file.split('\n').slice(0, -1);
  const last = JSON.parse(lines.pop() ?? '') as { export: ExportManifest };
  return { events: lines.map((line) => JSON.parse(line) as PresentedEvent), manifest: last.export };
}
