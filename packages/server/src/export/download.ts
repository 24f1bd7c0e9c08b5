// Handing out the file of a finished export: its walk again, held against what the worker found. The last line, which says that
// the file is whole, is sent only when every byte before it was right; else the connection is broken off, short of the length
// that its header said.

import { createHash } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import {
  EXPORT_DOWNLOAD_MS_MAX,
  EXPORT_DOWNLOADS_MAX,
  EXPORT_OWN_DOWNLOADS_MAX,
  EXPORT_TENANT_DOWNLOADS_MAX,
  STREAM_KEY_CHECK_MS,
} from '../limits.ts';
import type { Reader } from '../store/as-tenant.ts';
import { type ExportJob, failExport } from '../store/export-jobs.ts';
import { goodCredentials } from '../store/good-credentials.ts';
import type { Turns } from '../stream/turns.ts';
import { trailerOf } from './manifest.ts';
import { walkExport } from './walk.ts';

export interface DownloadsOptions {
  readonly appender: pg.Pool;
  readonly reader: Reader;
  readonly turns: Turns;
  readonly pageEvents: number | undefined;
  /** How often it is looked whether somebody still may; STREAM_KEY_CHECK_MS by default. */
  readonly checkMs: number | undefined;
  /** EXPORT_DOWNLOAD_MS_MAX by default. */
  readonly downloadMs?: number | undefined;
  readonly onError: (error: Error, id: string) => void;
}

/** Who fetches a file. */
export interface Fetcher {
  /** Names them among those of the tenant. */
  readonly name: string;
  /** What they may lose meanwhile, as store/good-credentials.ts knows it. */
  readonly credentials: readonly string[];
  /** Milliseconds since 1970. */
  readonly untilMs?: number | undefined;
  /** Breaks the connection off; without one the stream ends with the error. */
  readonly abort?: (() => void) | undefined;
}

export interface Downloads {
  /**
   * @throws Failure `export_unready` when there is no file, `rate_limited` when too many are being fetched
   */
  open(job: ExportJob, fetcher: Fetcher): ReadableStream<Uint8Array>;
  /** Breaks all of them off. */
  stop(): void;
}

const RETRY_SECONDS = 5;

export function makeDownloads(options: DownloadsOptions): Downloads {
  /** Of each download its tenant, who fetches it, and its end. */
  const open = new Map<AbortController, { readonly tenantId: number; readonly name: string }>();
  const { downloadMs = EXPORT_DOWNLOAD_MS_MAX } = options;
  return {
    open: (job, fetcher) => {
      demandFile(job);
      const { tenantId } = job;
      const { name } = fetcher;
      const ofTenant = [...open.values()].filter((one) => one.tenantId === tenantId);
      const own = ofTenant.filter((one) => one.name === name).length;
      if (open.size >= EXPORT_DOWNLOADS_MAX || ofTenant.length >= EXPORT_TENANT_DOWNLOADS_MAX || own >= EXPORT_OWN_DOWNLOADS_MAX)
        throw new Failure('rate_limited', 'as many files are being fetched as may be at a time', { retryAfterSeconds: RETRY_SECONDS });
      const abort = new AbortController();
      open.set(abort, { tenantId, name });
      // Whoever takes a byte now and then asks for no further part: nothing else would look at the time, and the place stay taken.
      const late = setTimeout(() => {
        open.delete(abort);
        abort.abort(new Failure('request_timeout', 'the file was fetched too slowly'));
        fetcher.abort?.();
      }, downloadMs).unref();
      return streamOf(fileOf(options, job, fetcher, abort.signal), {
        onEnd: () => {
          clearTimeout(late);
          open.delete(abort);
        },
        onCancel: () => abort.abort(new Error('nobody takes it any more')),
        onError: (error) => {
          // The server stops, or whoever fetched it has gone or was too slow.
          if (!abort.signal.aborted) options.onError(error, job.id);
          fetcher.abort?.();
          return fetcher.abort !== undefined;
        },
      });
    },
    stop: () => {
      for (const abort of open.keys()) abort.abort(new Error('the server stops'));
    },
  };
}

/** @throws Failure `export_unready` */
export function demandFile({ state, error }: ExportJob): void {
  if (state === 'done') return;
  const why = error === undefined ? `it is ${state}` : `it failed: ${error.message}`;
  throw new Failure('export_unready', why, state === 'queued' || state === 'running' ? { retryAfterSeconds: 1 } : {});
}

async function* fileOf(options: DownloadsOptions, job: ExportJob, fetcher: Fetcher, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { result } = job;
  if (result === undefined) return;
  const { reader, turns, pageEvents } = options;
  const check = makeCheck(options, fetcher);
  const hash = createHash('sha256');
  let sent = 0;
  for await (const { bytes } of walkExport({ reader, signal, pageEvents, turn: turns.run.bind(turns) }, job)) {
    await check();
    hash.update(bytes);
    sent += bytes.length;
    // More than was promised is never sent: the last line would be cut off, and nobody would see it.
    if (sent > result.bytes) break;
    // What ends a file without a last line is sent when all of it is known to be right.
    if (sent < result.bytes) yield bytes;
    else {
      if (hash.copy().digest().equals(result.sha256)) yield bytes;
      else sent = -1;
      break;
    }
  }
  if (sent !== result.bytes) {
    const message = 'what the log holds now is not what was counted: something was erased or altered since, or the server was upgraded';
    await failExport(options.appender, job, { code: 'export_differs', message });
    throw new Failure('export_differs', message);
  }
  const trailer = trailerOf(job, result);
  if (trailer !== '') yield Buffer.from(trailer);
}

/** Looks now and then whether whoever fetches may still do so. */
function makeCheck(
  { appender, checkMs = STREAM_KEY_CHECK_MS }: DownloadsOptions,
  { credentials, untilMs = Number.POSITIVE_INFINITY }: Fetcher,
): () => Promise<void> {
  let lookedAt = performance.now();
  return async () => {
    const now = performance.now();
    if (now - lookedAt < checkMs) return;
    lookedAt = now;
    const good = credentials.length === 0 ? new Set<string>() : await goodCredentials(appender, credentials);
    if (Date.now() >= untilMs || !credentials.every((id) => good.has(id)))
      throw new Failure('unauthorized', 'the right to fetch it was taken away meanwhile');
  };
}

interface Ends {
  readonly onEnd: () => void;
  readonly onCancel: () => void;
  /** Whether nobody is there any more who would be told. */
  readonly onError: (error: Error) => boolean;
}

/** Reads on only when there is room: memory holds a page, however slow whoever takes it. */
function streamOf(parts: AsyncGenerator<Uint8Array>, { onEnd, onCancel, onError }: Ends): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { value, done } = await parts.next();
          if (done !== true) {
            controller.enqueue(value);
            return;
          }
          onEnd();
          controller.close();
        } catch (error) {
          onEnd();
          if (!onError(error as Error)) controller.error(error);
        }
      },
      cancel: async () => {
        onCancel();
        onEnd();
        await parts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
