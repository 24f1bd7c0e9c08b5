// What an export says of itself: the last line of a JSONL file, and the sheet that goes beside a CSV file. It tells how many
// events there are, between which places of the log, of which question, and the hash of their bytes; so a file that is
// shorter or other than it was is recognised without the server (verify/export-file.ts).

import type { ExportJob, ExportResult } from '../store/export-jobs.ts';

export const MANIFEST_VERSION = 1;

export interface ExportManifest {
  readonly version: typeof MANIFEST_VERSION;
  readonly id: string;
  readonly tenant: string;
  /** The origin of the log. */
  readonly log: string;
  readonly format: 'jsonl' | 'csv';
  readonly columns?: readonly string[];
  /** As it was asked; times of it count from exportedAt, in the zone. */
  readonly q: string;
  readonly zone: string;
  /** The same with absolute times and a last place: it asks for these events whenever it is asked. */
  readonly query: string;
  /** Only what this query asks for was seen. */
  readonly scope?: string;
  /** When the question was frozen. RFC 3339, UTC. */
  readonly exportedAt: string;
  /** By (occurredAt, seq), newest first. */
  readonly order: 'desc';
  readonly count: number;
  /** The lowest and the highest sequence number; absent when there is no event. */
  readonly firstSeq?: number;
  readonly lastSeq?: number;
  /** Of everything before the last line of JSONL, of the whole file of CSV. */
  readonly bytes: number;
  /** SHA-256 of these bytes, hexadecimal. */
  readonly sha256: string;
  /** A signed note of the log that covers the events (C2SP tlog-checkpoint); absent when none was published. */
  readonly checkpoint?: string;
}

export function manifestOf(job: ExportJob, result: ExportResult): ExportManifest {
  return {
    version: MANIFEST_VERSION,
    id: job.id,
    tenant: job.tenant,
    log: job.origin,
    format: job.format,
    ...(job.columns === undefined ? {} : { columns: job.columns }),
    q: job.asked,
    zone: job.zone,
    query: job.query,
    ...(job.scope === '' ? {} : { scope: job.scope }),
    exportedAt: job.createdAt.toISOString(),
    order: 'desc',
    count: result.counted,
    ...(result.firstSeq === undefined ? {} : { firstSeq: result.firstSeq }),
    ...(result.lastSeq === undefined ? {} : { lastSeq: result.lastSeq }),
    bytes: result.bytes,
    sha256: result.sha256.toString('hex'),
    ...(result.checkpoint === undefined ? {} : { checkpoint: result.checkpoint }),
  };
}

/** What a file ends with. A spreadsheet would take such a line for an event, so CSV has none. */
export function trailerOf(job: ExportJob, result: ExportResult): string {
  return job.format === 'jsonl' ? `${JSON.stringify({ export: manifestOf(job, result) })}\n` : '';
}

/** `indelible-org_acme-20261101T120000Z.csv`: letters, digits, dots, dashes and underscores. */
export function fileNameOf({ tenant, createdAt, format }: Pick<ExportJob, 'tenant' | 'createdAt' | 'format'>): string {
  const name = tenant.replace(/[^\w.-]+/g, '-').slice(0, 64);
  const time = createdAt.toISOString().replace(/[-:]|\.\d+/g, '');
  return `indelible-${name}-${time}.${format}`;
}
