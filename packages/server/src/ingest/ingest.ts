// Takes a request's events in: parsed, redacted, appended. All or none, unless the sender asks for a verdict for each.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { acceptEvent, Failure, makeNewId, type NewEvent, type Redaction } from '@indelible/core';
import { INGEST_SLICE_EVENTS } from '../limits.ts';
import type { Receipt } from '../store/append.ts';
import { type Item, placed, readBody } from './read-body.ts';

const newId = makeNewId();

/** Failures that pass by themselves: they are no verdict on an event. */
const RETRYABLE: ReadonlySet<string> = new Set(['store_unavailable', 'rate_limited', 'log_frozen']);

export interface IngestContext {
  readonly tenant: string;
  readonly redaction: Redaction;
  /** Appends the events of one request, all or none; resolves when they are durable. */
  readonly append: (tenant: string, events: readonly NewEvent[]) => Promise<Receipt[]>;
}

export interface IngestInput {
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

export type Verdict = { readonly receipt: Receipt } | { readonly error: Failure };

/**
 * @returns the receipts in the order of the events
 * @throws Failure of the first event at fault, with its line or index; nothing is stored then
 */
export async function ingest(ctx: IngestContext, input: IngestInput): Promise<Receipt[]> {
  const { items } = readBody(input.contentType, input.body);
  const events: NewEvent[] = [];
  for (const item of items) {
    // A large request must not keep the small ones of others waiting.
    if (events.length > 0 && events.length % INGEST_SLICE_EVENTS === 0) await nextTurn();
    events.push(accept(ctx, item));
  }
  return ctx.append(ctx.tenant, events);
}

/**
 * Like `ingest`, but each event stands for itself: a receipt or a failure for each, in the order of the events.
 *
 * @throws Failure `store_unavailable` or `rate_limited` when that kept every event out that was sound: then all may be sent again
 */
export async function ingestPartially(ctx: IngestContext, input: IngestInput): Promise<Verdict[]> {
  const { items } = readBody(input.contentType, input.body);
  const verdicts = await Promise.all(
    items.map(async (item): Promise<Verdict> => {
      try {
        const [receipt] = await ctx.append(ctx.tenant, [accept(ctx, item)]);
        if (receipt === undefined) throw new Error('an event was appended without a receipt');
        return { receipt };
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return { error };
      }
    }),
  );
  const passing = verdicts.find((verdict) => 'error' in verdict && RETRYABLE.has(verdict.error.code));
  if (passing !== undefined && 'error' in passing && verdicts.every((verdict) => 'error' in verdict)) throw passing.error;
  return verdicts;
}

function accept(ctx: IngestContext, item: Item): NewEvent {
  if (item.kind === 'fault') throw item.fault;
  try {
    return acceptEvent(item.value, {
      nowMs: Date.now(),
      redaction: ctx.redaction,
      newId,
      sourceKind: 'api',
      attribution: 'asserted',
      tenant: ctx.tenant,
    });
  } catch (error) {
    if (error instanceof Failure) throw placed(error, item.at);
    throw error;
  }
}
