// Whether many events, as they are shown, are what the log holds: several at a time, each against one checkpoint that was
// verified before.

import type { KnownLog, LogMemory } from './memory.ts';
import { type EventSource, type FailedEvent, type ShownEvent, verifyShownEvent } from './verify-shown-event.ts';
import type { HeldLog, Verifier } from './verify-log.ts';

export interface SampleFailure {
  readonly event: ShownEvent;
  readonly verdict: FailedEvent;
}

export interface Sample {
  /** How many hold. */
  readonly held: number;
  /** How many no published checkpoint covers yet: they wait for the next second. */
  readonly unsealed: number;
  /** In the order of the events. */
  readonly failures: readonly SampleFailure[];
}

export interface SampleRequest extends Omit<Verifier, 'memory'> {
  readonly source: EventSource;
  /** The checkpoint that was verified just now; everything is held against it. */
  readonly log: HeldLog;
  readonly known: KnownLog;
  readonly events: readonly ShownEvent[];
  readonly isUnsealed: (error: unknown) => boolean;
  readonly onProgress: (done: number) => void;
  readonly signal: AbortSignal;
}

/** How many proofs are asked for at a time. */
const AT_A_TIME = 4;

/**
 * @throws what the source throws, but for what `isUnsealed` knows; the signal's reason when it was aborted
 * @example const { failures } = await verifySample({ source, log, known, events, tenant, nowMs: Date.now(), isUnsealed, onProgress, signal });
 */
export async function verifySample(request: SampleRequest): Promise<Sample> {
  const { events, signal, onProgress, isUnsealed } = request;
  const source = keptSource(request);
  const verdicts: ('held' | 'unsealed' | FailedEvent)[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let place = next++; place < events.length; place = next++) {
      signal.throwIfAborted();
      const event = events[place];
      if (event === undefined) return;
      verdicts[place] = await verdictOf(request, source, event, isUnsealed);
      done++;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return {
    held: verdicts.filter((verdict) => verdict === 'held').length,
    unsealed: verdicts.filter((verdict) => verdict === 'unsealed').length,
    failures: verdicts.flatMap((verdict, place) => {
      const event = events[place];
      return typeof verdict === 'string' || event === undefined ? [] : [{ event, verdict }];
    }),
  };
}

async function verdictOf(
  { tenant, nowMs, known, verify }: SampleRequest,
  source: EventSource,
  event: ShownEvent,
  isUnsealed: (error: unknown) => boolean,
): Promise<'held' | 'unsealed' | FailedEvent> {
  // What another tab remembers meanwhile is newer than the checkpoint of this run, and no sign of a shorter log.
  const memory: LogMemory = { recall: () => known, keep: () => undefined, forget: () => undefined };
  const own = { ...source, event: () => Promise.resolve(event) };
  try {
    const verdict = await verifyShownEvent({ source: own, memory, tenant, nowMs, ...(verify && { verify }) }, event.id);
    return verdict.kind === 'held' ? 'held' : verdict;
  } catch (error) {
    if (isUnsealed(error)) return 'unsealed';
    throw error;
  }
}

/** The checkpoint and each proof of consistency are asked for once. */
function keptSource({ source }: SampleRequest): EventSource {
  let log: ReturnType<EventSource['log']> | undefined;
  const continued = new Map<string, ReturnType<EventSource['consistency']>>();
  return {
    ...source,
    log: () => (log ??= source.log()),
    consistency: (from, to) => {
      const key = `${String(from)} ${String(to)}`;
      const asked = continued.get(key) ?? source.consistency(from, to);
      continued.set(key, asked);
      return asked;
    },
  };
}
