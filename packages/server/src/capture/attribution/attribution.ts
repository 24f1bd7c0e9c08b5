// Who made a change: opens the message that the application's driver put into the transaction, and checks that its
// content fits the schema of events, because any SQL role can send one.

import { type Actor, type EventContext, type Json, type JsonObject, type NewEvent, type Redaction, acceptEvent } from '@indelible/core';
import { openMessage } from '@indelible/sdk';

export interface Attributed {
  readonly actor: Actor;
  readonly context?: EventContext;
  readonly metadata?: JsonObject;
}

export interface Opened {
  readonly attributed: Attributed;
  /** Names one emission. Only a nonce under a valid HMAC counts: anybody could make up others. */
  readonly nonce: string | undefined;
  /** When and to which database the message was sent, as far as it says. Worth as much as the nonce. */
  readonly sentAt: number | undefined;
  readonly database: string | undefined;
  /** False when the message, or a part of it, could not be used. */
  readonly sound: boolean;
}

/** A change made behind the application's back. */
export const UNATTRIBUTED: Attributed = { actor: { type: 'unknown', attribution: 'none' } };

/** The field of the metadata that lists what the application's side had to shorten. */
const TRIMMED = 'attributionTrimmed';
/** An action and an id for the check alone; no event bears them. */
const PROBE_ACTION = 'capture.attributed';
const PROBE_ID = '00000000-0000-8000-8000-000000000000';

// A message is sent with the first write, and the transaction may go on for long.
const TRANSACTION_MS_MAX = 24 * 60 * 60 * 1_000;
// By how much the application's clock may be ahead of the source's.
const CLOCK_SKEW_MS_MAX = 5 * 60 * 1_000;

/** @param key the key shared with the application, or undefined: then nothing is verified */
export function openAttribution(text: string, key: string | undefined, redaction: Redaction): Opened {
  const opened = openMessage(text, key);
  if (opened === undefined) return { attributed: UNATTRIBUTED, nonce: undefined, sentAt: undefined, database: undefined, sound: false };
  const { payload, attribution } = opened;
  const read = (input: object): Attributed | undefined => {
    try {
      return attributedOf(
        acceptEvent(
          { action: PROBE_ACTION, ...input },
          { nowMs: Date.now(), redaction, newId: () => PROBE_ID, sourceKind: 'postgres', attribution },
        ),
      );
    } catch {
      return undefined;
    }
  };
  const actor = payload.actor ?? { type: 'unknown' };
  const context = payload.context === undefined ? {} : { context: payload.context };
  const metadata = { ...payload.metadata, ...(payload.trimmed === undefined ? {} : { [TRIMMED]: payload.trimmed as Json }) };
  const whole = read({ actor, ...context, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) });
  // A part that cannot be stored does not spoil the others.
  const attributed =
    whole ?? read({ actor, ...context }) ?? read({ actor }) ?? read({ actor: { type: 'unknown' }, ...context }) ?? UNATTRIBUTED;
  const nonce = attribution === 'verified' ? payload.nonce : undefined;
  return { attributed, nonce, sentAt: payload.t, database: payload.database, sound: whole !== undefined };
}

function attributedOf({ actor, context, metadata }: NewEvent): Attributed {
  return { actor, ...(context === undefined ? {} : { context }), ...(metadata === undefined ? {} : { metadata }) };
}

/**
 * Whether a message proves anything about a transaction, apart from its nonce: it is genuine, was sent at most a day
 * before the commit, and to this database. The nonce of a transaction that was rolled back is never seen, and one that was
 * seen is forgotten in the end; without the time a copy of such a message would count for ever.
 *
 * @param committedAt milliseconds since 1970, by the clock of the source
 * @param database the name of the source's database
 */
export function provesIn({ nonce, sentAt, database: sentTo }: Opened, committedAt: number, database: string): boolean {
  if (nonce === undefined || sentAt === undefined) return false;
  const timely = sentAt >= committedAt - TRANSACTION_MS_MAX && sentAt <= committedAt + CLOCK_SKEW_MS_MAX;
  return timely && (sentTo === undefined || sentTo === database);
}

/** A message under a second transaction, or out of its time or place, proves nothing any more. */
export function weakened(attributed: Attributed): Attributed {
  if (attributed.actor.attribution !== 'verified') return attributed;
  return { ...attributed, actor: { ...attributed.actor, attribution: 'asserted' } };
}
