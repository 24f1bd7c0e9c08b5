// One look at all logs that somebody listens to, again and again, and a round of reading for each that has grown.

import { Failure } from '@indelible/core';
import { STREAM_FEED_READS_MAX, STREAM_GATHER_LISTENERS, STREAM_GATHER_MS, STREAM_GATHER_MS_MAX, STREAM_POLL_MS } from '../limits.ts';
import type { EventRow } from '../store/read-events.ts';
import type { LogHead } from '../store/read-log-tail.ts';
import { isPassing, unbroken } from './catch-up.ts';
import type { Feed } from './feed.ts';
import { Turns } from './turns.ts';

export interface FollowLogsOptions {
  readonly heads: (tenantIds: readonly number[], tenants: readonly string[]) => Promise<readonly LogHead[]>;
  /** `recordedFromMs`: nothing of it was recorded earlier, milliseconds since 1970. */
  readonly read: (tenantId: number, from: number, to: number, recordedFromMs: number | undefined) => Promise<EventRow[]>;
  readonly onError: (error: Error) => void;
}

const RETRY_MS = 1_000;
/** Looking takes at most one part in so many of the time. */
const LOOK_SHARE = 4;

export class FollowLogs {
  readonly #options: FollowLogsOptions;
  readonly #feeds = new Map<string, Feed>();
  readonly #reads = new Turns(STREAM_FEED_READS_MAX);
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #looking = false;
  #lookedAt = 0;
  #isWoken = false;

  constructor(options: FollowLogsOptions) {
    this.#options = options;
  }

  get(tenant: string): Feed | undefined {
    return this.#feeds.get(tenant);
  }

  add(feed: Feed): void {
    this.#feeds.set(feed.tenant, feed);
    this.#lookIn(STREAM_POLL_MS);
  }

  remove(feed: Feed): void {
    if (this.#feeds.get(feed.tenant) === feed) this.#feeds.delete(feed.tenant);
  }

  /** This server has appended to the log of a tenant. */
  wake(tenant: string): void {
    if (!this.#feeds.has(tenant)) return;
    this.#isWoken = true;
    if (!this.#looking) this.#lookIn(Math.max(0, this.#lookedAt + this.#gatherMs() - performance.now()));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#feeds.clear();
  }

  #lookIn(ms: number): void {
    const at = performance.now() + ms;
    if (this.#looking || at >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#looking = true;
    this.#isWoken = false;
    const begun = performance.now();
    let pauseMs = STREAM_POLL_MS;
    try {
      await this.#lookOnce([...this.#feeds.values()]);
      pauseMs = Math.max(STREAM_POLL_MS, this.#gatherMs(), LOOK_SHARE * (performance.now() - begun));
    } catch (error) {
      // The streams stay open while the database is away: what was recorded meanwhile comes afterwards.
      if (!isPassing(error)) this.#options.onError(error as Error);
      pauseMs = RETRY_MS;
    }
    this.#looking = false;
    this.#lookedAt = performance.now();
    if (this.#feeds.size > 0) this.#lookIn(this.#isWoken ? this.#gatherMs() : pauseMs);
  }

  #gatherMs(): number {
    let listeners = 0;
    for (const feed of this.#feeds.values()) listeners += feed.listeners.size;
    return Math.min(STREAM_GATHER_MS_MAX, STREAM_GATHER_MS + listeners / STREAM_GATHER_LISTENERS);
  }

  async #lookOnce(feeds: readonly Feed[]): Promise<void> {
    const known = feeds.flatMap(({ log }) => (log === undefined ? [] : [log.tenantId]));
    const unknown = feeds.flatMap(({ log, tenant }) => (log === undefined ? [tenant] : []));
    const heads = await this.#options.heads(known, unknown);
    const byId = new Map(heads.map((head) => [head.tenantId, head]));
    const byName = new Map(heads.filter(({ frozen }) => !frozen).map((head) => [head.tenant, head]));
    for (const feed of feeds) {
      if (this.#feeds.get(feed.tenant) !== feed) continue;
      const head = feed.log === undefined ? byName.get(feed.tenant) : byId.get(feed.log.tenantId);
      if (head !== undefined && head.size >= feed.next) this.#advance(feed, head);
      else if (feed.log !== undefined && known.includes(feed.log.tenantId)) this.#end(feed, 'stream_gone');
    }
  }

  #advance(feed: Feed, head: LogHead): void {
    feed.log ??= head;
    feed.size = head.size;
    if (!feed.reading && (feed.next < feed.size || head.frozen)) void this.#round(feed, feed.log, head.frozen);
  }

  async #round(feed: Feed, log: NonNullable<Feed['log']>, frozen: boolean): Promise<void> {
    feed.reading = true;
    try {
      while (feed.next < feed.size && this.#feeds.get(feed.tenant) === feed) {
        const read = await this.#reads.run(() => this.#options.read(log.tenantId, feed.next, feed.size, feed.recordedMs));
        const rows = unbroken(read, feed.next);
        if (rows.length === 0) throw new Failure('stream_gone', `sequence ${feed.next} of ${log.origin} is not there`);
        await feed.handOut(log, rows);
      }
      if (frozen && feed.next === feed.size) {
        this.remove(feed);
        feed.finish();
      }
    } catch (error) {
      if (isPassing(error)) return;
      this.#options.onError(error as Error);
      this.#end(feed, error instanceof Failure && error.code === 'stream_gone' ? 'stream_gone' : 'internal');
    } finally {
      feed.reading = false;
    }
  }

  #end(feed: Feed, reason: 'stream_gone' | 'internal'): void {
    this.remove(feed);
    feed.end(reason);
  }
}
