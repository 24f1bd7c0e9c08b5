// What readers see of an export.

import type { ExportJob, ExportState } from '../store/export-jobs.ts';
import { EXPORT_KEPT_HOURS } from '../limits.ts';
import { fileNameOf, trailerOf } from './manifest.ts';

export interface PresentedExport {
  readonly id: string;
  readonly state: ExportState;
  readonly format: 'jsonl' | 'csv';
  readonly columns?: readonly string[];
  readonly q: string;
  readonly zone: string;
  /** The question as it was frozen. */
  readonly query: string;
  readonly upToSeq: number;
  /** What was counted before it began; an estimate is what there is at least. */
  readonly preview: { readonly count: number; readonly estimate: boolean };
  /** Events found so far. */
  readonly counted: number;
  /** How many there will be, as far as that is known. */
  readonly total?: number;
  /** Bytes of the whole file when it is done; until then of what was found. */
  readonly bytes: number;
  readonly firstSeq?: number;
  readonly lastSeq?: number;
  /** Of the file without its last line, hexadecimal. */
  readonly sha256?: string;
  readonly checkpoint?: string;
  readonly createdBy: { readonly type?: string; readonly id?: string; readonly name?: string };
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** From then on it is forgotten. */
  readonly expiresAt: string;
  readonly fileName: string;
  readonly error?: { readonly code: string; readonly message: string };
}

export function presentExport(job: ExportJob): PresentedExport {
  const { state, result, error, createdAt, startedAt, finishedAt } = job;
  const { type, id, name } = job.by.actor;
  return {
    id: job.id,
    state,
    format: job.format,
    ...(job.columns === undefined ? {} : { columns: job.columns }),
    q: job.asked,
    zone: job.zone,
    query: job.query,
    upToSeq: job.upToSeq,
    preview: { count: job.preview, estimate: !job.previewExact },
    counted: job.counted,
    ...(result !== undefined ? { total: result.counted } : job.previewExact ? { total: job.preview } : {}),
    bytes: fileBytesOf(job),
    ...(result?.firstSeq === undefined ? {} : { firstSeq: result.firstSeq }),
    ...(result?.lastSeq === undefined ? {} : { lastSeq: result.lastSeq }),
    ...(result === undefined ? {} : { sha256: result.sha256.toString('hex') }),
    ...(result?.checkpoint === undefined ? {} : { checkpoint: result.checkpoint }),
    createdBy: { ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) },
    createdAt: createdAt.toISOString(),
    ...(startedAt === undefined ? {} : { startedAt: startedAt.toISOString() }),
    ...(finishedAt === undefined ? {} : { finishedAt: finishedAt.toISOString() }),
    expiresAt: new Date(createdAt.getTime() + EXPORT_KEPT_HOURS * 3_600_000).toISOString(),
    fileName: fileNameOf(job),
    ...(error === undefined ? {} : { error }),
  };
}

/** Of the whole file when it is done; until then of the events found. */
export function fileBytesOf(job: ExportJob): number {
  return job.result === undefined ? job.bytes : job.result.bytes + Buffer.byteLength(trailerOf(job, job.result));
}
