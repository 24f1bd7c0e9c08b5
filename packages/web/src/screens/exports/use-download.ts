// Downloading the file of an export: for the tenant that is looked at, with its progress, and held to what was promised of it.

import { useRef, useState } from 'react';
import { answerOf, headerOf, problemOf, useApi } from '../../api/client.ts';
import { ProblemError } from '../../api/problem.ts';
import type { Export } from './queries.ts';
import { readFile } from './read-file.ts';

export type Download =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly bytes: number }
  | { readonly kind: 'done'; readonly isHashed: boolean }
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'altered' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Downloads {
  readonly download: Download;
  readonly start: (job: Export) => void;
  readonly stop: () => void;
  /** What the file says of itself, as a file of its own. */
  readonly manifest: (job: Export) => Promise<void>;
}

const HELD_MS = 60_000;

/** Hands a file to the browser, as if it had been a link. */
function handOver(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), HELD_MS);
}

/** Where a page comes by plain HTTP from another machine, browsers have no digest. */
function digest(): ((bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>) | undefined {
  return window.isSecureContext ? (bytes) => crypto.subtle.digest('SHA-256', bytes) : undefined;
}

async function* chunksOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function load(job: Export, tenant: string, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Download> {
  const headers = tenant === '' ? {} : { 'Indelible-Tenant': headerOf(tenant) };
  const response = await fetch(`/v1/exports/${encodeURIComponent(job.id)}/file`, { headers, signal });
  if (!response.ok || response.body === null) throw new ProblemError(problemOf(await response.json().catch(() => ''), response));
  const read = await readFile(chunksOf(response.body), job, digest(), onBytes);
  if (read.kind !== 'whole') return signal.aborted ? { kind: 'none' } : read;
  handOver(new Blob([...read.parts], { type: response.headers.get('content-type') ?? 'application/octet-stream' }), job.fileName);
  return { kind: 'done', isHashed: read.isHashed };
}

/** @example const { download, start } = useDownload(); */
export function useDownload(): Downloads {
  const { api, tenant } = useApi();
  const [download, setDownload] = useState<Download>({ kind: 'none' });
  const stopped = useRef<AbortController | undefined>(undefined);
  return {
    download,
    start: (job) => {
      const abort = new AbortController();
      stopped.current = abort;
      setDownload({ kind: 'loading', bytes: 0 });
      load(job, tenant, abort.signal, (bytes) => setDownload({ kind: 'loading', bytes })).then(setDownload, (error: unknown) =>
        setDownload(abort.signal.aborted ? { kind: 'none' } : { kind: 'failed', error }),
      );
    },
    stop: () => stopped.current?.abort(),
    manifest: async (job) => {
      const manifest = await answerOf(api.GET('/v1/exports/{id}/manifest', { params: { path: { id: job.id } } }));
      handOver(new Blob([`${JSON.stringify(manifest)}\n`], { type: 'application/json' }), `${job.fileName}.manifest.json`);
    },
  };
}
