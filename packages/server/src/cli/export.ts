// indelible export: all events of a query into a file, which has its name only when it is whole and was verified.

import { basename } from 'node:path';
import { Failure } from '@indelible/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CSV_COLUMNS } from '../export/csv.ts';
import type { ExportManifest } from '../export/manifest.ts';
import type { PresentedExport } from '../export/present.ts';
import type { WantedExport } from '../export/request.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../store/export-jobs.ts';
import type { ApiWriter } from './api-client.ts';
import { clientOf, type ClientOptions, streamOf, withClientOptions } from './client-options.ts';
import { saveExport } from './export-save.ts';
import { jsonLine, standardOutput } from './output.ts';
import { type ProgressBar, progressBar } from './progress-bar.ts';
import { withPlace } from './query-fault.ts';

interface ExportOptions extends ClientOptions {
  readonly q?: string;
  readonly format: ExportFormat;
  readonly from?: string;
  readonly to?: string;
  readonly zone?: string;
  readonly columns?: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

const POLL_MS = 300;

export function exportCommand(): Command {
  const command = new Command('export')
    .description("Export all events of a query, for example: indelible export --q 'actor:maria at:-30d' --format csv --out maria.csv")
    .option('--q <query>', 'in the query language; every event by default')
    .addOption(new Option('--format <format>', 'how').choices(EXPORT_FORMATS).default('jsonl'))
    .option('--from <time>', 'events since then, beside what the query says')
    .option('--to <time>', 'events before then')
    .option('--zone <zone>', 'the time zone of dates that name none (default: UTC)')
    .option('--columns <names>', 'of CSV: which, joined by commas', columnsIn)
    .option('--out <file>', 'where to (default: the name that the server gives it, here)')
    .option('--json', 'print what was exported as JSON')
    .addHelpText('after', `\nColumns of CSV: ${CSV_COLUMNS.join(', ')}\nindelible verify --export <file> says whether a file is whole.`);
  return withClientOptions(command).action(run);
}

function columnsIn(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !CSV_COLUMNS.includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no column "${unknown}"`);
  return names;
}

async function run(options: ExportOptions): Promise<void> {
  const client = clientOf(options);
  const { q, format, from, to, zone, columns } = options;
  const wanted: WantedExport = { format, q, from, to, zone, columns };
  const bar = progressBar();
  const interrupted = new AbortController();
  const interrupt = (): void =>
    interrupted.abort(new Failure('internal', 'broken off; the export was cancelled, and no file was left behind'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const made = await client.post<PresentedExport>('/v1/exports', wanted).catch((error: unknown) => {
      throw withPlace(error, q ?? '');
    });
    const job = await untilDone(client, made, bar, interrupted.signal);
    const path = `/v1/exports/${job.id}`;
    const { export: manifest } = await client.get<{ export: ExportManifest }>(`${path}/manifest`);
    // A name, and no path: a server writes nowhere but here.
    const out = options.out ?? basename(job.fileName);
    const response = await streamOf(options)(`${path}/file`, {}, interrupted.signal);
    await saveExport(response, manifest, out, (done) => bar.update({ done, total: job.bytes, label: 'bytes' }));
    bar.end();
    const said = `${manifest.count.toLocaleString('en')} events in ${out}`;
    await standardOutput().line(options.json === true ? jsonLine({ file: out, export: manifest }) : said);
  } finally {
    bar.end();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Waits for the server; who breaks off cancels it there. */
async function untilDone(client: ApiWriter, made: PresentedExport, bar: ProgressBar, signal: AbortSignal): Promise<PresentedExport> {
  let job = made;
  while (job.state === 'queued' || job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (signal.aborted) {
      await client.post(`/v1/exports/${made.id}/cancel`, {});
      signal.throwIfAborted();
    }
    job = await client.get<PresentedExport>(`/v1/exports/${made.id}`);
    bar.update({ done: job.counted, total: job.total ?? Math.max(job.counted, job.preview.count), label: 'events' });
  }
  if (job.state !== 'done') throw new Failure('export_unready', job.error?.message ?? `the export was ${job.state}`);
  return job;
}
