// One tenant's log while somebody listens: its new events are read once, made into messages once, and shared out among the
// listeners by what they ask for. All that a listener is given and how far it has come change in one step, without a pause
// between them, so a listener that has come as far as the feed may join at any time: nothing is left out and nothing comes twice.
//
//   behind (catch-up.ts reads the log for it) --as far as the feed--> live (in a group) --too much waits for it--> behind

import { readingOf } from '@indelible/core';
import { STREAM_BUFFER_BYTES_MAX, STREAM_STEP_BYTES, STREAM_STEP_MS } from '../limits.ts';
import { WORK_CLOCK, type WorkClock } from '../query/in-turns.ts';
import { present, type ReadScope } from '../query/present.ts';
import type { EventRow } from '../store/read-events.ts';
import { type Filter, type Listener, passes } from './listener.ts';
import { type DropReason, eventMessage } from './message.ts';
import { Batch } from './outbox.ts';

/** Live listeners that ask the same. */
interface Group {
  readonly filter: Filter;
  readonly listeners: Set<Listener>;
  pending: Uint8Array[];
}

export interface FeedOptions {
  readonly tenant: string;
  /** The first sequence number that it reads. */
  readonly next: number;
  /** Told of a live listener for which too much waits; it has left its group. */
  readonly onBehind: (listener: Listener) => void;
  readonly bufferBytesMax?: number | undefined;
  /** By which handing out gives way. */
  readonly work?: WorkClock;
}

export class Feed {
  readonly tenant: string;
  /** Undefined until something is recorded for the tenant. */
  log: ReadScope | undefined;
  /** How far the log is known to have grown. */
  size: number;
  /** Everything was handed out, and another log has taken the place of this one. */
  #finished = false;
  /** A round of reading is under way. */
  reading = false;
  /** All of them, behind and live. */
  readonly listeners = new Set<Listener>();
  readonly #options: FeedOptions;
  readonly #groups = new Map<string, Group>();
  #next: number;
  #recordedMs: number | undefined;
  #onMoved: (() => void)[] = [];

  constructor(options: FeedOptions) {
    this.tenant = options.tenant;
    this.#options = options;
    this.#next = options.next;
    this.size = options.next;
  }

  /** The first sequence number that was not handed out. */
  get next(): number {
    return this.#next;
  }

  /** When the last event that was handed out was recorded, milliseconds since 1970: none that follows was recorded earlier. */
  get recordedMs(): number | undefined {
    return this.#recordedMs;
  }

  /** How far a listener has come. */
  placeOf(listener: Listener): number {
    return this.isLive(listener) ? this.#next : listener.next;
  }

  isLive(listener: Listener): boolean {
    return this.#groups.get(listener.filter.name)?.listeners.has(listener) === true;
  }

  /** From now on the listener is given what the feed hands out. */
  join(listener: Listener): void {
    if (listener.next !== this.#next) throw new Error(`a listener at ${listener.next} cannot join a feed at ${this.#next}`);
    const { name } = listener.filter;
    const group = this.#groups.get(name) ?? { filter: listener.filter, listeners: new Set(), pending: [] };
    group.listeners.add(listener);
    this.#groups.set(name, group);
    if (this.#finished) this.#endAtLast(listener);
  }

  /** The listener is no longer live; it keeps its place. */
  leave(listener: Listener): void {
    const group = this.#groups.get(listener.filter.name);
    if (group?.listeners.delete(listener) !== true) return;
    listener.next = this.#next;
    if (group.listeners.size === 0) this.#groups.delete(listener.filter.name);
  }

  /** Resolves when more was handed out, or the feed has ended. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#onMoved.push(resolve));
  }

  /** Ends all its streams. */
  end(reason: DropReason): void {
    for (const listener of this.listeners) listener.outbox.end(reason);
    this.#tellMoved();
  }

  /** Ends each stream when its client has everything. */
  finish(): void {
    this.#finished = true;
    for (const group of this.#groups.values()) for (const listener of group.listeners) this.#endAtLast(listener);
  }

  #endAtLast({ outbox }: Listener): void {
    void outbox.emptied().then(() => outbox.end('log_succeeded'));
  }

  /** Hands out events that follow upon those before, without a gap. */
  async handOut(log: ReadScope, rows: readonly EventRow[]): Promise<void> {
    // What a fault has left of a round before.
    for (const group of this.#groups.values()) group.pending = [];
    const { now, giveWay } = this.#options.work ?? WORK_CLOCK;
    let begun = now();
    let bytes = 0;
    for (const [index, row] of rows.entries()) {
      const event = present(log, row);
      const reading = readingOf(event);
      const nowMs = Date.now();
      const asking: Group[] = [];
      for (const group of this.#groups.values()) {
        if (passes(group.filter, event, nowMs, reading)) asking.push(group);
        if (now() - begun < STREAM_STEP_MS) continue;
        // Whoever joins in the pause begins with this event: its group is asked at the end of this loop, or was asked already
        // and is given the event, if it asks for it, behind the loop.
        this.#flush(row.seq);
        bytes = 0;
        await giveWay();
        begun = now();
      }
      const message = asking.length === 0 ? undefined : eventMessage(event);
      if (message !== undefined) for (const group of asking) group.pending.push(message);
      bytes += message?.byteLength ?? 0;
      this.#recordedMs = row.recordedMs;
      const isLast = index === rows.length - 1;
      if (!isLast && bytes < STREAM_STEP_BYTES && now() - begun < STREAM_STEP_MS) continue;
      this.#flush(row.seq + 1);
      bytes = 0;
      if (!isLast) await giveWay();
      begun = now();
    }
  }

  #flush(next: number): void {
    this.#next = next;
    const most = this.#options.bufferBytesMax ?? STREAM_BUFFER_BYTES_MAX;
    for (const group of this.#groups.values()) {
      if (group.pending.length === 0) continue;
      const batch = new Batch(group.pending, group.pending.length, next);
      group.pending = [];
      for (const listener of group.listeners) {
        listener.outbox.push(batch);
        if (listener.outbox.bytes <= most) continue;
        this.leave(listener);
        this.#options.onBehind(listener);
      }
    }
    this.#tellMoved();
  }

  #tellMoved(): void {
    for (const resolve of this.#onMoved.splice(0)) resolve();
  }
}
