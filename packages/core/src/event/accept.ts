// The gate: turns what a sender sent into an event that can be appended. Checks it, fills in what the catalogue
// knows, derives the changed fields, and takes secrets out.

import { Failure } from '../errors.ts';
import { CLOCK_SKEW_MS_MAX } from '../limits.ts';
import { classify } from './catalogue.ts';
import { diff } from './diff.ts';
import { faultsOf, invalidEvent, received, type Fault } from './faults.ts';
import { normalIp } from './ip.ts';
import { findUnstorable } from './json-tree.ts';
import type { Redaction } from './redact.ts';
import { eventInput, type EventInput, type PartyInput } from './schema.ts';
import { parseTimestamp } from './timestamp.ts';
import type { Actor, Attribution, Change, EventContext, EventError, EventSource, NewEvent, Party, SourceKind } from './types.ts';

export interface AcceptOptions {
  /** The server's clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly redaction: Redaction;
  /** Makes the id of an event that has none. */
  readonly newId: () => string;
  /** The way by which the event came in. */
  readonly sourceKind: SourceKind;
  /** The source's name as the server knows it; it goes before what the sender says. */
  readonly sourceName?: string;
  /** How the server knows the actor. */
  readonly attribution: Attribution;
  /** The tenant of the request. An event that names another one is refused; without it, one that names any. */
  readonly tenant?: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Checks and completes one event.
 *
 * @param value parsed JSON; it is not altered, but parts of it become parts of the result
 * @throws Failure `event_invalid` (with pointer, expected, received, and `faults` when there are several),
 *   `event_in_future` (occurredAt more than 5 minutes ahead of `nowMs`), `tenant_mismatch`
 * @example
 * acceptEvent({ action: 'bot.viewed', actor: { id: 'usr_1' } }, {
 *   nowMs: Date.now(), redaction: makeRedaction(), newId: makeNewId(), sourceKind: 'api', attribution: 'asserted',
 * });
 */
export function acceptEvent(value: unknown, options: AcceptOptions): NewEvent {
  const input = check(value);
  if (input.tenant !== undefined && input.tenant !== options.tenant) {
    throw new Failure('tenant_mismatch', `tenant: expected ${options.tenant ?? 'none'}, got ${received(input.tenant)}`, {
      pointer: '/tenant',
      expected: options.tenant ?? 'none',
      received: received(input.tenant),
    });
  }
  const known = classify(input.action);
  const error = errorOf(input);
  const event: Mutable<NewEvent> = {
    id: input.id === undefined ? options.newId() : input.id.toLowerCase(),
    idFromSender: input.id !== undefined,
    action: input.action,
    category: input.category ?? known.category,
    operation: input.operation ?? known.operation,
    outcome: input.outcome ?? (error === undefined || known.outcome !== 'success' ? known.outcome : 'failure'),
    severity: input.severity ?? known.severity,
    actor: actorOf(input.actor, options.attribution),
    source: sourceOf(input, options),
  };
  if (error !== undefined) event.error = error;
  if (input.occurredAt !== undefined) event.occurredAt = occurredAt(input.occurredAt, options.nowMs);
  if (input.resource !== undefined) event.resource = input.resource;
  if (input.related !== undefined && input.related.length > 0) event.related = input.related;
  if (input.change !== undefined) event.change = changeOf(input.change, options.redaction);
  if (input.context !== undefined) event.context = contextOf(input.context, options.redaction);
  if (input.metadata !== undefined) event.metadata = options.redaction.apply(input.metadata);
  if (input.tags !== undefined && input.tags.length > 0) event.tags = [...new Set(input.tags)];
  if (known.tags.length > 0) event.catalogueTags = known.tags;
  return event;
}

function check(value: unknown): EventInput {
  const unstorable = findUnstorable(value);
  if (unstorable !== undefined) throw invalidEvent([unstorable]);
  const result = eventInput.safeParse(value);
  if (result.success) return result.data;
  throw invalidEvent(faultsOf(result.error.issues, value) as [Fault, ...Fault[]]);
}

function occurredAt(text: string, nowMs: number): string {
  const ms = parseTimestamp(text);
  if (ms > nowMs + CLOCK_SKEW_MS_MAX) {
    const latest = new Date(nowMs + CLOCK_SKEW_MS_MAX).toISOString();
    throw new Failure('event_in_future', `occurredAt: expected a time not after ${latest}, got ${received(text)}`, {
      pointer: '/occurredAt',
      expected: `a time not after ${latest}`,
      received: received(text),
    });
  }
  return new Date(ms).toISOString();
}

function partyOf(input: PartyInput): Party {
  const party: Mutable<Party> = { type: input.type ?? 'user' };
  if (input.id !== undefined) party.id = input.id;
  if (input.name !== undefined) party.name = input.name;
  if (input.email !== undefined) party.email = input.email;
  if (input.onBehalfOf !== undefined) party.onBehalfOf = partyOf(input.onBehalfOf);
  return party;
}

function actorOf(input: PartyInput, attribution: Attribution): Actor {
  const actor = partyOf(input) as Mutable<Actor>;
  actor.attribution = attribution;
  return actor;
}

function sourceOf(input: EventInput, options: AcceptOptions): EventSource {
  const source: Mutable<EventSource> = { kind: options.sourceKind };
  const name = options.sourceName ?? input.source?.name;
  if (name !== undefined) source.name = name;
  if (input.source?.position !== undefined) source.position = input.source.position;
  if (input.source?.transaction !== undefined) source.transaction = input.source.transaction;
  return source;
}

/** An error that says nothing is none. */
function errorOf(input: EventInput): EventError | undefined {
  return input.error?.code === undefined && input.error?.message === undefined ? undefined : input.error;
}

/** Fields are derived from the values as they came, so that a changed secret shows as changed; redaction comes after. */
function changeOf(input: NonNullable<EventInput['change']>, redaction: Redaction): Change {
  const change: Mutable<Change> = { fields: diff(input.before, input.after, (key) => redaction.ruleOf(key) !== undefined) };
  if (input.before !== undefined) change.before = redaction.apply(input.before);
  if (input.after !== undefined) change.after = redaction.apply(input.after);
  if (input.unavailable !== undefined && input.unavailable.length > 0) change.unavailable = input.unavailable;
  return change;
}

function contextOf(input: EventContext, redaction: Redaction): EventContext {
  const context = input.ip === undefined ? input : { ...input, ip: normalIp(input.ip) };
  return redaction.applyToContext(context);
}
