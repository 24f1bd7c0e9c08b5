// One client of a stream: what it asks for, how far it has come, and what waits for it.

import { type EventReading, matches, type Query } from '@indelible/core';
import type { PresentedEvent } from '../query/present.ts';
import { heartbeatMessage, openingMessage } from './message.ts';
import { Batch, Outbox, type OutboxOptions } from './outbox.ts';

/** What a stream shows of a log. */
export interface Filter {
  readonly query: Query;
  readonly zone: string;
  /** The same for two filters that ask the same: they are asked once for both. */
  readonly name: string;
}

/** @param reading of this event, for whoever asks for several filters */
export function passes({ query, zone }: Filter, event: PresentedEvent, nowMs: number, reading?: EventReading): boolean {
  const context = { seq: event.seq, nowMs, zone, ...(reading === undefined ? {} : { reading }) };
  return query.terms.length === 0 || matches(query, event, context);
}

export interface ListenerOptions extends OutboxOptions {
  readonly filter: Filter;
  /** What the stream rests on; once one of them is not good any more, it ends. */
  readonly credentials: readonly string[];
  /** Milliseconds since 1970: when it ends in any case. */
  readonly untilMs: number | undefined;
}

export class Listener {
  readonly filter: Filter;
  readonly credentials: readonly string[];
  readonly untilMs: number | undefined;
  readonly outbox: Outbox;
  /** The first sequence number that was not looked at for it. While it is live, its feed keeps that for it. */
  next: number;

  constructor(options: ListenerOptions) {
    this.filter = options.filter;
    this.credentials = options.credentials;
    this.untilMs = options.untilMs;
    this.next = options.next;
    this.outbox = new Outbox(options);
    this.outbox.push(new Batch([openingMessage(options.next - 1)], 0, options.next));
  }

  /** @param next how far it has come now */
  beat(next: number): void {
    this.outbox.push(new Batch([heartbeatMessage(next - 1)], 0, next));
  }
}
