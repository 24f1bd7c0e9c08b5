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

/** @param key the key shared with the application, or undefined: then nothing is verified */
export function openAttribution(text: string, key: string | undefined, redaction: Redaction): Opened {
  const opened = openMessage(text, key);
  if (opened === undefined) return { attributed: UNATTRIBUTED, nonce: undefined, sound: false };
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
  return { attributed, nonce: attribution === 'verified' ? payload.nonce : undefined, sound: whole !== undefined };
}

function attributedOf({ actor, context, metadata }: NewEvent): Attributed {
  return { actor, ...(context === undefined ? {} : { context }), ...(metadata === undefined ? {} : { metadata }) };
}

/** The same message under a second transaction proves nothing any more. */
export function weakened(attributed: Attributed): Attributed {
  return { ...attributed, actor: { ...attributed.actor, attribution: 'asserted' } };
}
