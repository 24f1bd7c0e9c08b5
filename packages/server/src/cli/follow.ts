// Following a log by its sequence numbers: every event that matches, once, in the order of the log.
//
// What one answer shows is a beginning of the log: appends commit in the order of their numbers, and a page is read in one
// snapshot. So when an answer to "from N on" is complete, everything up to its last event has been seen. When it is not,
// its largest number M exists, and the numbers N..M are asked for in windows, each to its last page.

import { Failure } from '@indelible/core';
import { PAGE_EVENTS_MAX } from '../limits.ts';
import type { PresentedEvent } from '../query/present.ts';
import type { Page } from '../query/read-page.ts';
import { type ApiClient, isPassing } from './api-client.ts';

export interface FollowOptions {
  readonly q: string;
  /** How many events of the past to begin with. */
  readonly past: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** Resolves after a time, or at once when the signal fires. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of a fault that may pass; following goes on. */
  readonly onFault: (failure: Failure) => void;
  /** Told that another log has taken the place of the one that was followed. */
  readonly onSuccession: (origin: string) => void;
}

/** The log that is followed, and how much of it has been seen. */
export interface Head {
  readonly origin: string | undefined;
  readonly size: number;
}

export const RETRY_MS = 1_000;
/** Polls between two looks at whether the log is still the same. */
const HEAD_POLLS = 20;

export async function* follow(client: ApiClient, options: FollowOptions): AsyncGenerator<PresentedEvent> {
  const head = await readHead(client);
  yield* await readPast(client, options, head);
  yield* poll(client, options, head);
}

/** The last events before a place, oldest first. */
export async function readPast(client: ApiClient, { q, past }: FollowOptions, { size }: Head): Promise<PresentedEvent[]> {
  if (past > 0 && size > 0) return (await askAll(client, q, `<${size}`, past, 'desc')).toReversed();
  // A query that cannot be read is refused now, not after the first event.
  await ask(client, q, '<1', 1, 'desc');
  return [];
}

/** What comes after a place, by asking again and again. */
export async function* poll(client: ApiClient, options: FollowOptions, from: Head): AsyncGenerator<PresentedEvent> {
  let { origin, size: next } = from;
  for (let polls = 1; !options.signal.aborted; polls++) {
    try {
      if (polls % HEAD_POLLS === 0) {
        const head = await readHead(client);
        if (origin !== undefined && head.origin !== undefined && head.origin !== origin) {
          options.onSuccession(head.origin);
          next = 0;
        }
        origin = head.origin ?? origin;
      }
      const page = await ask(client, options.q, `>=${next}`, PAGE_EVENTS_MAX, 'asc');
      const successor = page.events.find(({ log }) => origin !== undefined && log !== origin)?.log;
      if (successor !== undefined) {
        options.onSuccession(successor);
        origin = successor;
        next = 0;
        continue;
      }
      const last = lastSeq(page, next - 1);
      if (page.next === undefined) {
        next = last + 1;
        yield* inSequence(page.events);
      } else {
        for (; next <= last; next = Math.min(last, next + PAGE_EVENTS_MAX - 1) + 1) {
          yield* inSequence(
            await askAll(client, options.q, `${next}..${Math.min(last, next + PAGE_EVENTS_MAX - 1)}`, PAGE_EVENTS_MAX, 'asc'),
          );
        }
        continue;
      }
      await options.sleep(options.pollMs);
    } catch (error) {
      if (!(error instanceof Failure) || !isPassing(error)) throw error;
      options.onFault(error);
      await options.sleep((error.details.retryAfterSeconds ?? 0) * 1_000 || RETRY_MS);
    }
  }
}

/** The published size of the log; a log without a checkpoint yet is followed from its beginning. */
export async function readHead(client: ApiClient): Promise<Head> {
  try {
    return await client.get<Head>('/v1/log');
  } catch (error) {
    if (error instanceof Failure && error.cause === undefined && (error.code === 'not_found' || error.code === 'not_sealed'))
      return { origin: undefined, size: 0 };
    throw error;
  }
}

async function ask(client: ApiClient, q: string, seq: string, limit: number, order: 'asc' | 'desc', cursor?: string): Promise<Page> {
  return client.get<Page>('/v1/events', { q: `${q} seq:${seq}`.trim(), limit, order, cursor });
}

/** As many events, over as many pages as they take: one of large events ends early. */
async function askAll(client: ApiClient, q: string, seq: string, most: number, order: 'asc' | 'desc'): Promise<PresentedEvent[]> {
  const events: PresentedEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(client, q, seq, most - events.length, order, cursor);
    events.push(...page.events);
    cursor = page.next;
  } while (cursor !== undefined && events.length < most);
  return events;
}

function lastSeq(page: Page, least: number): number {
  return page.events.reduce((last, { seq }) => Math.max(last, seq), least);
}

function inSequence(events: readonly PresentedEvent[]): PresentedEvent[] {
  return events.toSorted((a, b) => a.seq - b.seq);
}
