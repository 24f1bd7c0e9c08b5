// The live streams of this server: one feed for each tenant that somebody listens to, one look at all their logs at a time.
// The write path knows nothing of it: a NOTIFY would make every commit take a lock of the whole database.

import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import {
  QUERY_MS_MAX,
  STREAM_BUFFER_BYTES_MAX,
  STREAM_CATCH_UP_PAGES_MAX,
  STREAM_CATCH_UP_READS_MAX,
  STREAM_GRACE_MS,
  STREAM_HEARTBEAT_MS,
  STREAM_KEY_CHECK_MS,
  STREAM_LISTENERS_MAX,
  STREAM_PAGE_BYTES,
  STREAM_PAGE_EVENTS_MAX,
  STREAM_SLOW_MS,
  STREAM_TENANT_LISTENERS_MAX,
} from '../limits.ts';
import { goodCredentials } from '../store/good-credentials.ts';
import type { Store } from '../store/pool.ts';
import { type LogHead, readLogHeads, readLogTail } from '../store/read-log-tail.ts';
import { type CatchUpContext, catchUp, isPassing } from './catch-up.ts';
import { Feed } from './feed.ts';
import { FollowLogs, type FollowLogsOptions } from './follow-logs.ts';
import { type Filter, Listener } from './listener.ts';
import type { DropReason } from './message.ts';
import { type PlaceRequest, startPlace } from './place.ts';
import { Turns } from './turns.ts';

/** The limits of limits.ts; tests have smaller ones. */
export interface StreamLimits {
  readonly listeners: number;
  readonly tenantListeners: number;
  readonly bufferBytes: number;
  readonly slowMs: number;
  readonly graceMs: number;
  readonly heartbeatMs: number;
}

export interface StreamsOptions {
  readonly store: Pick<Store, 'appender' | 'reader'>;
  readonly onError: (error: Error) => void;
  /** Told of events that were handed to a client's socket. */
  readonly onDelivered: (events: number) => void;
  readonly onDropped: (reason: DropReason) => void;
  readonly limits?: Partial<StreamLimits>;
}

export interface StreamRequest extends PlaceRequest {
  readonly tenant: string;
  /** What may be taken away from whoever listens, as store/good-credentials.ts knows it. */
  readonly credentials: readonly string[];
  /** Milliseconds since 1970: when it ends in any case. */
  readonly untilMs?: number | undefined;
  readonly filter: Filter;
  /** Breaks the client's connection. */
  readonly abort: () => void;
}

const SWEEP_MS = 500;
const RETRY_AFTER_SECONDS = 10;

export class Streams {
  readonly #options: StreamsOptions;
  readonly #limits: StreamLimits;
  readonly #logs: FollowLogs;
  readonly #catchUp: CatchUpContext;
  readonly #listeners = new Map<Listener, Feed>();
  /** Streams that are open or about to be. */
  readonly #counts = new Map<string, number>();
  #count = 0;
  #stopped = false;
  readonly #sweeper: NodeJS.Timeout;
  #keysLookedAt = performance.now();

  constructor(options: StreamsOptions) {
    const { appender, reader } = options.store;
    this.#options = options;
    this.#limits = {
      listeners: STREAM_LISTENERS_MAX,
      tenantListeners: STREAM_TENANT_LISTENERS_MAX,
      bufferBytes: STREAM_BUFFER_BYTES_MAX,
      slowMs: STREAM_SLOW_MS,
      graceMs: STREAM_GRACE_MS,
      heartbeatMs: STREAM_HEARTBEAT_MS,
      ...options.limits,
    };
    const page = { events: STREAM_PAGE_EVENTS_MAX, bytes: STREAM_PAGE_BYTES };
    const read: FollowLogsOptions['read'] = (tenantId, from, to, recordedFromMs) =>
      readLogTail(reader, tenantId, { from, to, recordedFromMs, ...page }, QUERY_MS_MAX);
    const { onError } = options;
    const reads = new Turns(STREAM_CATCH_UP_READS_MAX);
    this.#catchUp = {
      read: (...range) => reads.run(() => read(...range, undefined)),
      pages: new Turns(STREAM_CATCH_UP_PAGES_MAX),
      checks: new Turns(STREAM_CATCH_UP_READS_MAX),
      onError,
    };
    this.#logs = new FollowLogs({ heads: (ids, names) => readLogHeads(appender, ids, names), read, onError });
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** How many streams are open. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** This server has appended to the log of a tenant. */
  wake(tenant: string): void {
    this.#logs.wake(tenant);
  }

  /**
   * The server-sent events of a tenant that pass a filter, in the order of the log.
   *
   * @throws Failure `stream_gone`, `stream_full`, `rate_limited`, `store_unavailable`
   */
  async open(request: StreamRequest): Promise<ReadableStream<Uint8Array>> {
    const giveBack = this.#takePlace(request.tenant);
    try {
      const [head] = await readLogHeads(this.#options.store.appender, [], [request.tenant]);
      const next = await startPlace(request, head, (seq) => this.#isKept(head, seq));
      if (this.#stopped) throw stopping();
      return this.#listen(request, head, next, giveBack);
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /** Ends all streams, and waits until their clients know. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweeper);
    this.#logs.stop();
    for (const { outbox } of this.#listeners.keys()) outbox.end('server_stopping');
    const patience = performance.now() + this.#limits.graceMs;
    while (this.#listeners.size > 0 && performance.now() < patience) await wait(10);
  }

  #listen(request: StreamRequest, head: LogHead | undefined, next: number, giveBack: () => void): ReadableStream<Uint8Array> {
    const feed = this.#feedOf(request.tenant, head);
    const listener = new Listener({
      filter: request.filter,
      credentials: request.credentials,
      untilMs: request.untilMs,
      next,
      onTaken: this.#options.onDelivered,
      onDropped: this.#options.onDropped,
      onClosed: () => {
        feed.leave(listener);
        feed.listeners.delete(listener);
        if (feed.listeners.size === 0) this.#logs.remove(feed);
        this.#listeners.delete(listener);
        giveBack();
      },
      graceMs: this.#limits.graceMs,
      abort: request.abort,
    });
    feed.listeners.add(listener);
    this.#listeners.set(listener, feed);
    this.#bring(feed, listener);
    return listener.outbox.stream;
  }

  #feedOf(tenant: string, head: LogHead | undefined): Feed {
    const known = this.#logs.get(tenant);
    if (known?.log !== undefined && known.log.tenantId !== head?.tenantId)
      throw new Failure('stream_full', 'another log takes the place of this one just now', { retryAfterSeconds: 1 });
    const bufferBytesMax = this.#limits.bufferBytes;
    const feed = known ?? new Feed({ tenant, next: head?.size ?? 0, onBehind: (listener) => this.#bring(feed, listener), bufferBytesMax });
    feed.log ??= head;
    if (known === undefined) this.#logs.add(feed);
    return feed;
  }

  #bring(feed: Feed, listener: Listener): void {
    catchUp(this.#catchUp, feed, listener).catch((error: unknown) => {
      this.#options.onError(error as Error);
      listener.outbox.end('internal');
    });
  }

  async #isKept(head: LogHead | undefined, seq: number): Promise<boolean> {
    if (head === undefined) return false;
    const range = { from: seq, to: seq + 1, events: 1, bytes: 1 };
    return (await readLogTail(this.#options.store.reader, head.tenantId, range, QUERY_MS_MAX)).length > 0;
  }

  #takePlace(tenant: string): () => void {
    if (this.#stopped) throw stopping();
    const ofTenant = this.#counts.get(tenant) ?? 0;
    if (this.#count >= this.#limits.listeners)
      throw new Failure('stream_full', `this server serves ${this.#count} streams already`, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    if (ofTenant >= this.#limits.tenantListeners)
      throw new Failure('rate_limited', `this tenant has ${ofTenant} streams already`, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    this.#count++;
    this.#counts.set(tenant, ofTenant + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#count--;
      const left = (this.#counts.get(tenant) ?? 1) - 1;
      if (left === 0) this.#counts.delete(tenant);
      else this.#counts.set(tenant, left);
    };
  }

  /** Drops those that are too slow, and says to those for whom it is quiet how far they have come. */
  #sweep(): void {
    for (const [listener, feed] of this.#listeners) {
      const { outbox, untilMs } = listener;
      if (untilMs !== undefined && untilMs <= Date.now()) outbox.end('key_revoked');
      else if (outbox.waitedMs > this.#limits.slowMs) outbox.end('slow');
      else if (outbox.bytes === 0 && outbox.quietMs > this.#limits.heartbeatMs) listener.beat(feed.placeOf(listener));
    }
    if (performance.now() - this.#keysLookedAt < STREAM_KEY_CHECK_MS) return;
    this.#keysLookedAt = performance.now();
    this.#dropRevoked().catch((error: unknown) => {
      if (!isPassing(error)) this.#options.onError(error as Error);
    });
  }

  async #dropRevoked(): Promise<void> {
    const looked = [...this.#listeners.keys()].filter(({ credentials }) => credentials.length > 0);
    if (looked.length === 0) return;
    const good = await goodCredentials(this.#options.store.appender, [...new Set(looked.flatMap(({ credentials }) => credentials))]);
    for (const { credentials, outbox } of looked) if (!credentials.every((id) => good.has(id))) outbox.end('key_revoked');
  }
}

function stopping(): Failure {
  return new Failure('stream_full', 'the server is stopping', { retryAfterSeconds: 1 });
}
