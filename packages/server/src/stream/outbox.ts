// What waits for one client: batches that the hub made, taken one by one as its socket has room. The bytes of a batch are
// shared by all who wait for them, and joined when the first of them takes it.

import { droppedMessage, type DropReason } from './message.ts';

/** Messages that belong together, and the place after them. */
export class Batch {
  readonly messages: readonly Uint8Array[];
  readonly bytes: number;
  /** How many of the messages are events. */
  readonly events: number;
  /** The first sequence number that is not covered by this batch and those before it. */
  readonly next: number;
  #joined: Uint8Array | undefined;

  constructor(messages: readonly Uint8Array[], events: number, next: number) {
    this.messages = messages;
    this.bytes = messages.reduce((sum, message) => sum + message.byteLength, 0);
    this.events = events;
    this.next = next;
  }

  joined(): Uint8Array {
    return (this.#joined ??= Buffer.concat(this.messages));
  }
}

export interface OutboxOptions {
  /** The first sequence number that the client has not seen. */
  readonly next: number;
  /** Told of the events that were handed to the client's socket. */
  readonly onTaken: (events: number) => void;
  /** Told when the server ends the stream. */
  readonly onDropped: (reason: DropReason) => void;
  /** Told once, when the client went away or took the last message. */
  readonly onClosed: () => void;
  /** How long an ended stream waits for the client to take its last message, in milliseconds. */
  readonly graceMs: number;
  /** Breaks the connection of a client that did not. */
  readonly abort: () => void;
}

//  open --end()--> ending --the client takes the last message, or the grace is over--> closed
//    \------------------------------- the client goes away ------------------------------^

export class Outbox {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #options: OutboxOptions;
  readonly #waiting: Batch[] = [];
  #state: 'open' | 'ending' | 'closed' = 'open';
  #bytes = 0;
  #next: number;
  /** The client's socket has room, and nothing waits. */
  #wanted = false;
  #waitingSince: number | undefined;
  #touchedAt = performance.now();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #onEmpty: (() => void)[] = [];
  #grace: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#next = options.next;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#close(),
      },
      // Nothing is taken out before the socket asks for it.
      { highWaterMark: 0 },
    );
  }

  /** Whether batches are still taken. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** For how long something has been waiting without a break, in milliseconds. */
  get waitedMs(): number {
    return this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince;
  }

  /** For how long nothing was put in, in milliseconds. */
  get quietMs(): number {
    return performance.now() - this.#touchedAt;
  }

  push(batch: Batch): void {
    if (this.#state !== 'open') return;
    this.#touchedAt = performance.now();
    this.#put(batch);
  }

  /** Resolves when nothing waits any more, or the stream has ended. */
  async emptied(): Promise<void> {
    if (this.#state === 'open' && this.#waiting.length > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  /** Ends the stream with a message that says why. What still waits is left out: the client resumes before it. */
  end(reason: DropReason): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#options.onDropped(reason);
    this.#waiting.length = 0;
    this.#bytes = 0;
    this.#tellEmpty();
    this.#put(new Batch([droppedMessage(reason, this.#next - 1)], 0, this.#next));
    if (this.#waiting.length === 0) return;
    this.#grace = setTimeout(() => {
      this.#options.abort();
      this.#close();
    }, this.#options.graceMs);
  }

  #put(batch: Batch): void {
    this.#waiting.push(batch);
    this.#bytes += batch.bytes;
    this.#waitingSince ??= performance.now();
    if (this.#wanted) this.#pull();
  }

  #pull(): void {
    const batch = this.#waiting.shift();
    this.#wanted = batch === undefined;
    if (batch === undefined) return;
    this.#bytes -= batch.bytes;
    this.#next = batch.next;
    this.#controller?.enqueue(batch.joined());
    this.#options.onTaken(batch.events);
    if (this.#waiting.length > 0) return;
    this.#waitingSince = undefined;
    this.#tellEmpty();
    if (this.#state !== 'ending') return;
    this.#controller?.close();
    this.#close();
  }

  #tellEmpty(): void {
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#grace);
    this.#waiting.length = 0;
    this.#bytes = 0;
    this.#tellEmpty();
    this.#options.onClosed();
  }
}
