// The worker of exports in a server: it walks all events of each, counts them, hashes the file that they make, and keeps none of
// it. What it found is held against the preview; only then there is a file to fetch (download.ts), made of the same walk again.
// So no export lies about on a disk, every server can hand out every file, and there is no half one.
//
//   queued --claimed--> running --all found, as many as counted before--> done
//     ^                 |  |  '--fault, or another count--> failed
//     '--its worker died'  '--somebody asked--> cancelled

import { createHash, randomUUID } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import {
  EXPORT_ATTEMPTS_MAX,
  EXPORT_BEAT_MS,
  EXPORT_BYTES_MAX,
  EXPORT_EVENTS_MAX,
  EXPORT_KEPT_HOURS,
  EXPORT_LEASE_MS,
  EXPORT_PAGES_AT_ONCE,
  EXPORT_POLL_MS,
  EXPORT_SEAL_MS_MAX,
  EXPORTS_RUNNING_MAX,
  EXPORTS_TENANT_RUNNING_MAX,
  QUERY_MS_MAX,
} from '../limits.ts';
import { asTenant, type Reader } from '../store/as-tenant.ts';
import {
  beatExport,
  claimExport,
  type ExportJob,
  type ExportResult,
  failExport,
  finishExport,
  forgetExports,
  type HeldExport,
  releaseExports,
} from '../store/export-jobs.ts';
import { inTransaction } from '../store/pool.ts';
import { recordIn } from '../store/self.ts';
import { newestCheckpoint } from '../store/tree-rows.ts';
import { type Downloads, makeDownloads } from './download.ts';
import { Turns } from '../stream/turns.ts';
import { walkExport } from './walk.ts';

export interface ExportsOptions {
  readonly appender: pg.Pool;
  readonly reader: Reader;
  /** Told of what failed and is no fault of whoever asked. */
  readonly onError: (error: Error, id: string | undefined) => void;
  /** Tests have other ones. */
  readonly eventsMax?: number | undefined;
  readonly bytesMax?: number | undefined;
  readonly pageEvents?: number | undefined;
  readonly leaseMs?: number | undefined;
  readonly sealMs?: number | undefined;
  readonly checkMs?: number | undefined;
  readonly downloadMs?: number | undefined;
  readonly onPart?: ((id: string) => Promise<void>) | undefined;
}

/** How often it is looked for exports whose time is over. */
const FORGET_MS = 60_000;

/** Why a walk ends before its time. */
class Ended extends Error {}

export class Exports {
  readonly #options: ExportsOptions;
  readonly #worker = randomUUID();
  readonly #turns = new Turns(EXPORT_PAGES_AT_ONCE);
  readonly #running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  /** The files that it hands out. */
  readonly downloads: Downloads;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #forgotAt = 0;
  #stopped = false;

  constructor(options: ExportsOptions) {
    this.#options = options;
    const { appender, reader, pageEvents, checkMs, downloadMs, onError } = options;
    this.downloads = makeDownloads({ appender, reader, turns: this.#turns, pageEvents, checkMs, downloadMs, onError });
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), EXPORT_POLL_MS).unref();
  }

  /** Looks for exports now, and not only at the next tick. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#options.onError(error as Error, undefined))
      .finally(() => {
        this.#looking = undefined;
      });
  }

  /** Breaks off what runs and gives it back: another server goes on with it, or this one when it comes again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.downloads.stop();
    await this.#looking;
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort(new Ended('the server stops'));
    await Promise.all(running.map(({ done }) => done));
    // A server stops without its database too: whoever comes next waits for the lease then.
    await releaseExports(this.#options.appender, this.#worker).catch((error: unknown) => this.#options.onError(error as Error, undefined));
  }

  async #look(): Promise<void> {
    const { appender, leaseMs = EXPORT_LEASE_MS } = this.#options;
    while (this.#again) {
      this.#again = false;
      await this.#forget();
      while (!this.#stopped && this.#running.size < EXPORTS_RUNNING_MAX) {
        const job = await claimExport(appender, this.#worker, leaseMs, EXPORTS_TENANT_RUNNING_MAX);
        if (job === undefined) break;
        const abort = new AbortController();
        const done = this.#work(job, abort).finally(() => {
          // One that lost its lease may have been begun here again.
          if (this.#running.get(job.id)?.abort === abort) this.#running.delete(job.id);
          this.wake();
        });
        this.#running.set(job.id, { abort, done });
      }
    }
  }

  async #forget(): Promise<void> {
    const now = Date.now();
    if (now - this.#forgotAt < FORGET_MS) return;
    this.#forgotAt = now;
    await forgetExports(this.#options.appender, new Date(now - EXPORT_KEPT_HOURS * 3_600_000));
  }

  /** Never throws: what becomes of an export stands in its row. */
  async #work(job: ExportJob, abort: AbortController): Promise<void> {
    const { appender, leaseMs = EXPORT_LEASE_MS, onError } = this.#options;
    const held: HeldExport = { tenantId: job.tenantId, id: job.id, worker: this.#worker };
    const progress = { counted: 0, bytes: 0 };
    let beating: Promise<void> | undefined;
    const beat = async (): Promise<void> => {
      if (!(await beatExport(appender, held, leaseMs, progress))) abort.abort(new Ended('it was cancelled, or taken over'));
    };
    // A beat that fails is no reason to stop: the lease is longer than many beats.
    const timer = setInterval(() => {
      beating ??= beat()
        .catch(() => undefined)
        .finally(() => {
          beating = undefined;
        });
    }, EXPORT_BEAT_MS);
    try {
      if (job.attempts > EXPORT_ATTEMPTS_MAX)
        throw new Failure('internal', `it was begun ${EXPORT_ATTEMPTS_MAX} times, and no server lived to finish it`);
      const result = await this.#find(job, progress, abort.signal);
      await beating;
      await this.#finish(job, held, result);
    } catch (error) {
      if (error instanceof Ended || abort.signal.aborted) return;
      const failure = error instanceof Failure ? error : new Failure('internal', 'the server met a fault', {}, { cause: error as Error });
      // Once the lease is over it is begun again.
      if (failure.code === 'store_unavailable') return;
      if (failure.status >= 500) onError(failure.cause instanceof Error ? failure.cause : failure, job.id);
      await failExport(appender, held, { code: failure.code, message: failure.message }).catch((fault: Error) => onError(fault, job.id));
    } finally {
      clearInterval(timer);
      await beating;
    }
  }

  async #find(job: ExportJob, progress: { counted: number; bytes: number }, signal: AbortSignal): Promise<ExportResult> {
    const { reader, pageEvents, eventsMax = EXPORT_EVENTS_MAX, bytesMax = EXPORT_BYTES_MAX } = this.#options;
    const hash = createHash('sha256');
    let [firstSeq, lastSeq] = [Number.POSITIVE_INFINITY, -1];
    const turn = this.#turns.run.bind(this.#turns);
    for await (const part of walkExport({ reader, turn, signal, pageEvents }, job)) {
      hash.update(part.bytes);
      progress.counted += part.events;
      progress.bytes += part.bytes.length;
      firstSeq = Math.min(firstSeq, part.firstSeq);
      lastSeq = Math.max(lastSeq, part.lastSeq);
      if (progress.counted > eventsMax) throw tooLarge(`${eventsMax.toLocaleString('en')} events`);
      if (progress.bytes > bytesMax) throw tooLarge(`${bytesMax.toLocaleString('en')} bytes`);
      await this.#options.onPart?.(job.id);
    }
    const { counted, bytes } = progress;
    checkCount(job, counted);
    const checkpoint = await this.#checkpointOver(job, signal);
    const places = counted === 0 ? { firstSeq: undefined, lastSeq: undefined } : { firstSeq, lastSeq };
    return { counted, bytes, ...places, sha256: hash.digest(), checkpoint };
  }

  /** The newest checkpoint, as soon as one covers the export; the newest that there is when sealing is held up. */
  async #checkpointOver({ tenantId, upToSeq }: ExportJob, signal: AbortSignal): Promise<string | undefined> {
    const until = performance.now() + (this.#options.sealMs ?? EXPORT_SEAL_MS_MAX);
    for (;;) {
      signal.throwIfAborted();
      const newest = await asTenant(this.#options.reader, tenantId, QUERY_MS_MAX, (tx) => newestCheckpoint(tx, tenantId));
      if ((newest !== undefined && newest.size > upToSeq) || performance.now() > until) return newest?.note;
      await new Promise((resolve) => setTimeout(resolve, EXPORT_BEAT_MS / 4));
    }
  }

  /** It is done and on record in one transaction: the log itself then says which file was made. */
  async #finish(job: ExportJob, held: HeldExport, result: ExportResult): Promise<void> {
    await inTransaction(this.#options.appender, async (tx) => {
      if (!(await finishExport(tx, held, result))) throw new Ended('it was cancelled, or taken over');
      await recordIn(tx, job.tenant, {
        action: 'audit.export.completed',
        actor: { type: 'system', id: 'indelible', name: 'Indelible', onBehalfOf: job.by.actor },
        resource: { type: 'export', id: job.id },
        metadata: {
          query: job.query,
          format: job.format,
          count: result.counted,
          bytes: result.bytes,
          sha256: result.sha256.toString('hex'),
          ...(result.firstSeq === undefined ? {} : { firstSeq: result.firstSeq }),
          ...(result.lastSeq === undefined ? {} : { lastSeq: result.lastSeq }),
        },
      });
    });
  }
}

function tooLarge(most: string): Failure {
  return new Failure('export_too_large', `it holds more than ${most}`);
}

/** What was counted before by another way must be what was found; a lower bound must not be above it. */
function checkCount({ preview, previewExact }: ExportJob, counted: number): void {
  if (previewExact ? counted === preview : counted >= preview) return;
  const said = `${previewExact ? '' : 'at least '}${preview.toLocaleString('en')}`;
  throw new Failure('export_differs', `${said} events were counted before it began, and ${counted.toLocaleString('en')} were found`);
}
