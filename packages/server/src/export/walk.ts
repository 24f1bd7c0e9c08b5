// The way through all events of an export, page by page by keyset: what the worker measures and what a download sends are the
// same bytes, made by this one function.

import { Failure, parse } from '@indelible/core';
import { PAGE_EVENTS_MAX } from '../limits.ts';
import type { Reader } from '../store/as-tenant.ts';
import type { ExportJob } from '../store/export-jobs.ts';
import { inTurns } from '../query/in-turns.ts';
import { listEvents } from '../query/page.ts';
import type { PresentedEvent } from '../query/present.ts';
import { makeCsv } from './csv.ts';

/** Some whole lines of a file. */
export interface Part {
  readonly bytes: Buffer;
  readonly events: number;
  /** The lowest and the highest sequence number in it. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface WalkContext {
  readonly reader: Reader;
  /** Waits for a turn to read a page, of all who read pages here. */
  readonly turn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly signal: AbortSignal;
  /** Events of a page; PAGE_EVENTS_MAX by default. */
  readonly pageEvents?: number | undefined;
}

/** A page for which the time was up before it came any further is asked for again so often: something else may have been busy. */
const TRIES = 3;

/**
 * @throws Failure as listEvents does; what the signal was aborted with
 * @example for await (const { bytes } of walkExport(ctx, job)) hash.update(bytes);
 */
export async function* walkExport(ctx: WalkContext, job: ExportJob): AsyncGenerator<Part> {
  const { header, line } = writerOf(job);
  if (header !== '') yield { bytes: Buffer.from(header), events: 0, firstSeq: Number.POSITIVE_INFINITY, lastSeq: -1 };
  const { tenantId, tenant, origin, query, zone } = job;
  const scope = { tenantId, tenant, origin, ...(job.scope === '' ? {} : { within: parse(job.scope) }) };
  const request = { q: query, zone, nowMs: job.createdAt.getTime(), limit: ctx.pageEvents ?? PAGE_EVENTS_MAX };
  let cursor: string | undefined;
  let tries = 0;
  do {
    ctx.signal.throwIfAborted();
    try {
      const page = await ctx.turn(() => listEvents(ctx.reader, scope, { ...request, cursor }));
      ctx.signal.throwIfAborted();
      if (page.events.length > 0) yield await partOf(page.events, line);
      cursor = page.next;
      tries = 0;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'query_timeout' || ++tries >= TRIES) throw error;
      continue;
    }
  } while (tries > 0 || cursor !== undefined);
}

async function partOf(events: readonly PresentedEvent[], line: (event: PresentedEvent) => string): Promise<Part> {
  const lines: string[] = [];
  let [firstSeq, lastSeq] = [Number.POSITIVE_INFINITY, -1];
  await inTurns(events, (event) => {
    lines.push(line(event));
    firstSeq = Math.min(firstSeq, event.seq);
    lastSeq = Math.max(lastSeq, event.seq);
  });
  return { bytes: Buffer.from(lines.join('')), events: events.length, firstSeq, lastSeq };
}

interface Writer {
  readonly header: string;
  readonly line: (event: PresentedEvent) => string;
}

/** A byte order mark, without which spreadsheets take UTF-8 for something else. */
const MARK = '\ufeff';

function writerOf({ format, columns }: ExportJob): Writer {
  if (format === 'jsonl') return { header: '', line: (event) => `${JSON.stringify(event)}\n` };
  const { header, record } = makeCsv(columns);
  return { header: MARK + header, line: record };
}
