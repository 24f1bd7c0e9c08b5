// One live stream: opened, read, and opened again where it broke off, from the place up to which it was read.
//
//   connecting --> open --> broken --> (a wait that grows) --> connecting
//                       \-> gone: the server has another log, or refuses; somebody has to begin anew

import { headerOf, problemOf } from '../../api/client.ts';
import { ProblemError } from '../../api/problem.ts';
import type { Event } from '../../api/queries.ts';
import { makeParser, type Message } from './sse.ts';

export type FeedState = 'connecting' | 'open' | 'broken' | 'gone';

export interface FeedOptions {
  readonly tenant: string;
  readonly q: string;
  readonly zone: string;
  readonly onEvents: (events: readonly Event[]) => void;
  readonly onState: (state: FeedState, error?: unknown) => void;
  readonly signal: AbortSignal;
}

const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 15_000;

/** Reads until it is aborted, or the stream is gone. `EventSource` cannot name the tenant, so it is read by fetch. */
export async function follow(options: FeedOptions): Promise<void> {
  const { signal, onState } = options;
  let place: string | undefined;
  let waitMs = WAIT_MS_MIN;
  while (!signal.aborted) {
    onState('connecting');
    try {
      for await (const messages of messagesOf(options, place)) {
        waitMs = WAIT_MS_MIN;
        place = messages.findLast(({ id }) => id !== undefined)?.id ?? place;
        const events = messages.filter(({ event }) => event === 'event').map(({ data }) => JSON.parse(data) as Event);
        if (events.length > 0) options.onEvents(events);
      }
      if (!signal.aborted) onState('broken');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ProblemError && error.problem.status < 500 && error.problem.status !== 429) return onState('gone', error);
      onState('broken', error);
    }
    await wait(waitMs, signal);
    waitMs = Math.min(waitMs * 2, WAIT_MS_MAX);
  }
}

async function* messagesOf(
  { tenant, q, zone, signal, onState }: FeedOptions,
  place: string | undefined,
): AsyncGenerator<readonly Message[]> {
  const headers = { 'Indelible-Tenant': headerOf(tenant), ...(place === undefined ? {} : { 'Last-Event-ID': place }) };
  const response = await fetch(`/v1/events/stream?${new URLSearchParams({ q, zone }).toString()}`, { headers, signal });
  if (!response.ok || response.body === null) {
    const body: unknown = await response.json().catch(() => undefined);
    throw new ProblemError(problemOf(body, response));
  }
  const read = makeParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = read(value);
    // The first one carries the place where the stream begins: what is asked for after it misses nothing.
    if (messages.length > 0) onState('open');
    yield messages;
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
