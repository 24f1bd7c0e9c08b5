// Verifying now: the key, the continuation of the log, the log over all logs, and a sample of the newest events.

import { verifyCheckpoint } from '@indelible/core/ledger';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Api, answerOf, useApi } from '../../api/client.ts';
import { codeOf } from '../../api/problem.ts';
import { memoryIn } from '../../proof/memory.ts';
import { verifyLog, type FailedLog, type HeldLog } from '../../proof/verify-log.ts';
import { type Sample, verifySample } from '../../proof/verify-sample.ts';
import type { ShownEvent } from '../../proof/verify-shown-event.ts';
import { noteVerification } from '../../shell/verifications.ts';
import { proofText } from '../../text/event.ts';
import { integrityText as t } from '../../text/integrity.ts';
import { canVerify, sourceOf } from '../event/queries.ts';
import { keepSeen } from './seen.ts';

export interface Report {
  readonly atMs: number;
  readonly log: HeldLog | FailedLog;
  /** Of the log over all logs; absent when the tenant's own does not hold. */
  readonly system?: { readonly ok: boolean; readonly size: number };
  readonly sample?: Sample;
  /** Sequence numbers of the sample; absent when it is empty. */
  readonly range?: { readonly first: number; readonly last: number };
}

export type CheckState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly done: number; readonly all?: number }
  | { readonly kind: 'done'; readonly report: Report }
  | { readonly kind: 'unable' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'error'; readonly error: unknown };

export interface Check {
  readonly state: CheckState;
  readonly start: (count: number) => void;
  readonly stop: () => void;
}

export function useCheck(): Check {
  const { api, tenant } = useApi();
  const client = useQueryClient();
  const [state, setState] = useState<CheckState>({ kind: 'idle' });
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback(
    (count: number) => {
      running.current?.abort();
      const stop = new AbortController();
      running.current = stop;
      const tell = (next: CheckState): void => (stop.signal.aborted ? undefined : setState(next));
      setState({ kind: 'running', done: 0 });
      check({ api, tenant }, count, { client, signal: stop.signal }, tell)
        .then((next) => {
          tell(next);
          void client.invalidateQueries({ queryKey: [tenant, 'log'] });
        })
        .catch((error: unknown) => tell({ kind: 'error', error }));
    },
    [api, tenant, client],
  );
  const stop = useCallback(() => {
    running.current?.abort();
    setState({ kind: 'stopped' });
  }, []);
  return { state, start, stop };
}

interface Running {
  readonly client: QueryClient;
  readonly signal: AbortSignal;
}

async function check(asking: Api, count: number, running: Running, tell: (state: CheckState) => void): Promise<CheckState> {
  if (!(await canVerify())) return { kind: 'unable' };
  const { api, tenant } = asking;
  const { signal } = running;
  const source = sourceOf(asking, running);
  const memory = memoryIn(localStorage);
  const nowMs = Date.now();
  const log = await verifyLog({ source, memory, tenant, nowMs });
  const known = memory.recall(tenant);
  if (log.kind === 'failed' || known === undefined) return finish(tenant, { atMs: nowMs, log });
  keepSeen(localStorage, tenant, { size: log.checkpoint.size, root: known.root, atMs: nowMs });
  const [status, page] = await Promise.all([
    answerOf(api.GET('/v1/log', { signal })),
    answerOf(api.GET('/v1/events', { params: { query: { limit: count } }, signal })),
  ]);
  const system = await verifyCheckpoint(status.system.checkpoint, status.system.origin, { publicKeys: [log.publicKey] });
  const events = ('events' in page ? page.events : []) as unknown as readonly ShownEvent[];
  tell({ kind: 'running', done: 0, all: events.length });
  const sample = await verifySample({
    source,
    log,
    known,
    events,
    tenant,
    nowMs,
    isUnsealed: (error) => codeOf(error) === 'not_sealed',
    onProgress: (done) => tell({ kind: 'running', done, all: events.length }),
    signal,
  });
  const seqs = events.map(({ seq }) => seq);
  return finish(tenant, {
    atMs: Date.now(),
    log,
    system: { ok: system.ok, size: status.system.size },
    sample,
    ...(seqs.length === 0 ? {} : { range: { first: Math.min(...seqs), last: Math.max(...seqs) } }),
  });
}

/** Tells every page how it ended. */
function finish(tenant: string, report: Report): CheckState {
  const { log, system, sample, atMs } = report;
  const what = log.kind === 'held' ? t.report.what(log.checkpoint.size, sample?.held ?? 0) : t.report.whatLog;
  const [first] = sample?.failures ?? [];
  if (log.kind === 'failed') {
    noteVerification({ tenant, atMs, what, failure: { reason: proofText.faults[log.fault], expected: log.expected, found: log.found } });
  } else if (first !== undefined) {
    const { fault, seq, expected, found } = first.verdict;
    const place = {
      ...(seq === undefined ? {} : { seq }),
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
    };
    noteVerification({ tenant, atMs, what: t.report.failedEvent(first.event.seq), failure: { reason: proofText.faults[fault], ...place } });
  } else if (system?.ok === false) {
    noteVerification({ tenant, atMs, what: t.logs.system, failure: { reason: t.report.systemFailed } });
  } else noteVerification({ tenant, atMs, what });
  return { kind: 'done', report };
}

/** Whether everything that was checked holds. */
export function holds({ log, system, sample }: Report): boolean {
  return log.kind === 'held' && system?.ok !== false && (sample?.failures.length ?? 0) === 0;
}
