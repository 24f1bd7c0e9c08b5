// From a scope to the body of its message: everything but the nonce, the time and the database. It is made once for each state of a scope.
//
// A message that is too large is trimmed in this order, until it fits: userAgent to 256 characters, reason to 512,
// metadata left out, every other text to 128, context left out, the actor to its type and id. `trimmed` names the steps.

import { actorOf, type Scope } from '../context/context.ts';
import { cleanActor, cleanContext, cleanMetadata, cleanTexts } from './clean.ts';
import { DATABASE_BYTES_MAX, MESSAGE_BYTES_MAX, REASON_CHARS_TRIMMED, TEXT_CHARS_TRIMMED, USER_AGENT_CHARS_TRIMMED } from './limits.ts';
import {
  CONTEXT_FIELDS,
  LOCATION_FIELDS,
  type MessageActor,
  type MessageContext,
  type MessagePayload,
  asciiJson,
  type OpenText,
  openText,
} from './message.ts';
import { attempt, counters } from './stats.ts';

export type Body = Omit<MessagePayload, 'nonce' | 't' | 'database'>;

/** A body, and its text as it is sent, by which two bodies are compared. */
export interface ScopeBody extends OpenText {
  readonly body: Body;
}

const made = new WeakMap<Scope, { readonly version: number; readonly result: ScopeBody }>();
// What sealing adds: the envelope, the nonce, the time, the code, and the database, of which a byte may take seven.
const ENVELOPE_BYTES = 192 + 7 * DATABASE_BYTES_MAX;

/** The body for a scope as it is now. Asks a lazy actor; a fault of the actor or of the metadata leaves only that out. */
export function bodyOf(scope: Scope): ScopeBody {
  const known = made.get(scope);
  if (known?.version === scope.version) return known.result;
  const actor = attempt(() => actorOf(scope));
  // A lazy actor that has not answered yet must be asked again, so nothing is remembered.
  const settled = typeof scope.actor !== 'function';
  const trimmed: string[] = [];
  const cut = (field: string): number => trimmed.push(field);
  const metadata = scope.context.metadata;
  const cleanedMetadata = metadata === undefined ? undefined : attempt(() => cleanMetadata(metadata));
  const body = fit({
    v: 1,
    ...(actor && { actor: cleanActor(actor, cut) }),
    context: cleanContext(scope.context, cut),
    ...(cleanedMetadata && { metadata: cleanedMetadata }),
    ...(trimmed.length > 0 && { trimmed }),
  });
  if (body.trimmed !== undefined) counters.trimmed += 1;
  const result = { body, ...openText(body) };
  if (settled) made.set(scope, { version: scope.version, result });
  return result;
}

const STEPS: readonly (readonly [name: string, step: (body: Body) => Body])[] = [
  ['userAgent', (body) => ({ ...body, context: shorten(body.context, { userAgent: USER_AGENT_CHARS_TRIMMED }) })],
  ['reason', (body) => ({ ...body, context: shorten(body.context, { reason: REASON_CHARS_TRIMMED }) })],
  ['metadata', ({ metadata: _, ...body }) => body],
  [
    'text',
    (body) => ({ ...body, context: shorten(body.context, {}, TEXT_CHARS_TRIMMED), ...(body.actor && { actor: shortenActor(body.actor) }) }),
  ],
  ['context', ({ context: _, ...body }) => body],
  ['actor', (body) => ({ ...body, ...(body.actor && { actor: typeAndId(body.actor) }) })],
];

function fit(body: Body): Body {
  let smaller = body;
  for (const [name, step] of STEPS) {
    if (asciiJson(asciiJson(smaller)).length + ENVELOPE_BYTES <= MESSAGE_BYTES_MAX) return smaller;
    smaller = { ...step(smaller), trimmed: [...(smaller.trimmed ?? []), name] };
  }
  return smaller;
}

function shorten(
  context: MessageContext = {},
  max: { readonly [field in keyof MessageContext]: number },
  others = Infinity,
): MessageContext {
  const unnoted = (): void => undefined;
  const { location } = context;
  return {
    ...cleanTexts(context, CONTEXT_FIELDS, (field) => [max[field] ?? others, field], unnoted),
    ...(location && { location: cleanTexts(location, LOCATION_FIELDS, (field) => [others, field], unnoted) }),
  };
}

function shortenActor(actor: MessageActor): MessageActor {
  const { type, id, name, email, onBehalfOf } = actor;
  return {
    type,
    // Never the id: half an id is somebody else.
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name: name.slice(0, TEXT_CHARS_TRIMMED).toWellFormed() }),
    ...(email !== undefined && { email: email.slice(0, TEXT_CHARS_TRIMMED).toWellFormed() }),
    ...(onBehalfOf && { onBehalfOf: shortenActor(onBehalfOf) }),
  };
}

function typeAndId({ type, id }: MessageActor): MessageActor {
  return { type, ...(id !== undefined && { id }) };
}
