// Brings a listener from its place to where its feed is: page by page out of the log, each when the one before was taken.

import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import { inTurns } from '../query/in-turns.ts';
import { present } from '../query/present.ts';
import type { EventRow } from '../store/read-events.ts';
import type { Feed } from './feed.ts';
import { type Listener, passes } from './listener.ts';
import { eventMessage } from './message.ts';
import { Batch } from './outbox.ts';
import type { Turns } from './turns.ts';

export interface CatchUpContext {
  /** Events of a log from one sequence number to below another, as many as a page holds. */
  readonly read: (tenantId: number, from: number, to: number) => Promise<EventRow[]>;
  /** Who may hold a page in memory. */
  readonly pages: Turns;
  /** Who may hold one against what is asked for. */
  readonly checks: Turns;
  readonly onError: (error: Error) => void;
}

const RETRY_MS = 1_000;

/** Whether a fault of reading passes by itself. */
export function isPassing(error: unknown): boolean {
  return error instanceof Failure && error.status === 503;
}

/** Returns when the listener is live, or its stream has ended. */
export async function catchUp(ctx: CatchUpContext, feed: Feed, listener: Listener): Promise<void> {
  const { outbox } = listener;
  while (outbox.isOpen) {
    await outbox.emptied();
    if (!outbox.isOpen) return;
    if (listener.next > feed.next) await feed.moved();
    else if (listener.next === feed.next) {
      feed.join(listener);
      return;
    } else {
      await giveOnePage(ctx, feed, listener);
    }
  }
}

async function giveOnePage(ctx: CatchUpContext, feed: Feed, listener: Listener): Promise<void> {
  const giveBack = await ctx.pages.take();
  try {
    if (feed.log === undefined || !listener.outbox.isOpen) return;
    const rows = unbroken(await ctx.read(feed.log.tenantId, listener.next, feed.next), listener.next);
    if (rows.length === 0) {
      listener.outbox.end('stream_gone');
      return;
    }
    await ctx.checks.run(() => give(feed, listener, rows));
    await listener.outbox.emptied();
  } catch (error) {
    if (!isPassing(error)) {
      ctx.onError(error as Error);
      listener.outbox.end('internal');
    }
    giveBack();
    await wait(RETRY_MS, undefined, { ref: false });
  } finally {
    giveBack();
  }
}

/** Rows from a place on, up to the first gap: what is not kept any more is not passed over in silence. */
export function unbroken(rows: readonly EventRow[], from: number): readonly EventRow[] {
  const gap = rows.findIndex(({ seq }, index) => seq !== from + index);
  return gap === -1 ? rows : rows.slice(0, gap);
}

async function give(feed: Feed, listener: Listener, rows: readonly EventRow[]): Promise<void> {
  const { log } = feed;
  const last = rows.at(-1);
  if (log === undefined || last === undefined) return;
  const nowMs = Date.now();
  const messages: Uint8Array[] = [];
  await inTurns(rows, (row) => {
    const event = present(log, row);
    if (passes(listener.filter, event, nowMs)) messages.push(eventMessage(event));
  });
  listener.next = last.seq + 1;
  if (messages.length > 0) listener.outbox.push(new Batch(messages, messages.length, listener.next));
}
