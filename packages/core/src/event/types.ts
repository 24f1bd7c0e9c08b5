// The words of an event: its closed vocabularies and the shape that readers see.

export const CATEGORIES = ['resource', 'authentication', 'authorization', 'access', 'administration', 'system'] as const;
export const OPERATIONS = ['create', 'read', 'update', 'delete', 'execute'] as const;
export const OUTCOMES = ['success', 'failure', 'denied'] as const;
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export const ACTOR_TYPES = ['user', 'agent', 'service', 'api_key', 'system', 'anonymous', 'unknown'] as const;
export const ATTRIBUTIONS = ['verified', 'asserted', 'none'] as const;
export const SOURCE_KINDS = ['api', 'postgres', 'import', 'compat', 'self'] as const;

export type Category = (typeof CATEGORIES)[number];
export type Operation = (typeof OPERATIONS)[number];
export type Outcome = (typeof OUTCOMES)[number];
export type Severity = (typeof SEVERITIES)[number];
export type ActorType = (typeof ACTOR_TYPES)[number];
export type Attribution = (typeof ATTRIBUTIONS)[number];
export type SourceKind = (typeof SOURCE_KINDS)[number];

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A party: who acted, or for whom (RFC 8693's act claim, turned round). */
export interface Party {
  readonly type: ActorType;
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  /** The party on whose behalf this one acted; nests up to four deep. */
  readonly onBehalfOf?: Party;
}

export interface Actor extends Party {
  /** How the server knows who acted. Set by the server. */
  readonly attribution: Attribution;
}

export interface Resource {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
}

export interface RelatedResource extends Resource {
  readonly relation?: string;
}

export interface Unavailable {
  readonly field: string;
  readonly reason: string;
}

export interface Change {
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  /** RFC 6901 pointers to the changed leaves, without the first slash. Derived by the server. */
  readonly fields: readonly string[];
  /** Fields whose earlier value could not be had, and why. */
  readonly unavailable?: readonly Unavailable[];
}

export interface EventContext {
  readonly ip?: string;
  readonly location?: { readonly country?: string; readonly city?: string };
  readonly userAgent?: string;
  readonly sessionId?: string;
  readonly requestId?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly route?: string;
  readonly authMethod?: string;
  readonly reason?: string;
}

export interface EventSource {
  readonly kind: SourceKind;
  readonly name?: string;
  readonly position?: string;
  readonly transaction?: string;
}

export interface EventError {
  readonly code?: string;
  readonly message?: string;
}

/** An event as readers see it. */
export interface AuditEvent {
  /** RFC 9562 UUID, lower case. */
  readonly id: string;
  readonly tenant: string;
  readonly action: string;
  readonly category: Category;
  readonly operation: Operation;
  readonly outcome: Outcome;
  readonly error?: EventError;
  readonly severity: Severity;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  /** RFC 3339, UTC, milliseconds; set by the server. */
  readonly recordedAt: string;
  readonly actor: Actor;
  readonly resource?: Resource;
  readonly related?: readonly RelatedResource[];
  readonly change?: Change;
  readonly context?: EventContext;
  readonly source: EventSource;
  readonly metadata?: JsonObject;
  readonly tags?: readonly string[];
}

/**
 * An event that has passed validation and redaction and waits for its place in a log.
 * `tenant` and `recordedAt` come from the log; `occurredAt` is the time of recording when absent.
 */
export interface NewEvent extends Omit<AuditEvent, 'tenant' | 'recordedAt' | 'occurredAt' | 'tags'> {
  readonly occurredAt?: string;
  /** True when the sender chose the id, which makes it the idempotency key. */
  readonly idFromSender: boolean;
  /** Control tags from the catalogue; they are part of the section `core`. */
  readonly catalogueTags?: readonly string[];
  /** The sender's tags; they are part of the section `metadata`. */
  readonly tags?: readonly string[];
}
