// The third writer: what the trail says of itself. Who read it, who was refused, who was given a key: an event in the log of
// the tenant that it is about, and in that of the operator for what belongs to no tenant. Nothing switches it off.

import { acceptEvent, type Attribution, type EventInput, makeNewId, makeRedaction, type NewEvent } from '@indelible/core';
import type pg from 'pg';
import { appendIn } from './append.ts';

/** An event as a sender would write it, and how the trail knows the actor: `verified` by default, for it let them in itself. */
export interface SelfEvent extends EventInput {
  readonly attribution?: Attribution;
}

/** Appends in a transaction of its own; resolves when the events are durable. What main.ts hands to those who need it. */
export type Self = (tenant: string, events: readonly SelfEvent[]) => Promise<void>;

const newId = makeNewId();
const redaction = makeRedaction();

export function selfEvent({ attribution = 'verified', ...input }: SelfEvent, nowMs: number = Date.now()): NewEvent {
  return acceptEvent(input, { nowMs, redaction, newId, sourceKind: 'self', attribution });
}

/** @example const self = makeSelf(committer.append.bind(committer)); */
export function makeSelf(append: (tenant: string, events: readonly NewEvent[]) => Promise<unknown>): Self {
  return async (tenant, events) => {
    await append(
      tenant,
      events.map((event) => selfEvent(event)),
    );
  };
}

/**
 * The same inside the transaction of what it tells: neither is there without the other. As the appender or the owner.
 *
 * @example await recordIn(tx, 'org_acme', { action: 'api_key.created', actor: { type: 'user', id: 'usr_maria' } });
 */
export async function recordIn(tx: pg.ClientBase, tenant: string, event: SelfEvent): Promise<void> {
  await appendIn(tx, tenant, [selfEvent(event)]);
}
