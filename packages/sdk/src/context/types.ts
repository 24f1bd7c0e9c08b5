// Who acts, and in what circumstances: the small types of an application's side, in the same words as an event.

export type ActorType = 'user' | 'agent' | 'service' | 'api_key' | 'system' | 'anonymous' | 'unknown';

/** Who acts. Without a type it is a user. */
export interface Actor {
  readonly type?: ActorType;
  /** The stable id of the party in the application; at most 256 characters are kept. */
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  /** For whom this one acts (delegation, impersonation); at most four deep. */
  readonly onBehalfOf?: Actor;
}

/**
 * An actor that is known only later than the context: asked at the first write, in the context of that write,
 * and not again once it has answered. An answer of undefined means "not yet" and is not kept.
 */
export type LazyActor = () => Actor | undefined;

/** From where, as the application knows it, for example from its proxy. Nothing is looked up. */
export interface Location {
  /** By its code in ISO 3166, such as `PT`. */
  readonly country?: string;
  readonly city?: string;
}

/** The circumstances of what happens now: a request, a job, a message. Every field is optional. */
export interface Context {
  readonly actor?: Actor | LazyActor | undefined;
  readonly ip?: string | undefined;
  readonly location?: Location | undefined;
  readonly userAgent?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** The route as the application names it, for example `PATCH /bots/:id`. */
  readonly route?: string | undefined;
  readonly authMethod?: string | undefined;
  /** Why, in the words of the person who acts. */
  readonly reason?: string | undefined;
  /** Anything else that can be written as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}
