// The contract: what a sender may send. Server, SDK, web and the OpenAPI document use this one schema; what it
// calls "expected" is what an error tells the sender.

import { z } from 'zod';
import {
  ACTION_CHARS_MAX,
  BEHALF_DEPTH_MAX,
  ID_CHARS_MAX,
  NAME_CHARS_MAX,
  RELATED_MAX,
  TAG_CHARS_MAX,
  TAGS_MAX,
  TEXT_CHARS_MAX,
  TIMESTAMP_CHARS_MAX,
  TYPE_CHARS_MAX,
  UNAVAILABLE_MAX,
} from '../limits.ts';
import { UUID } from './id.ts';
import { isIp } from './ip.ts';
import { parseTimestamp } from './timestamp.ts';
import { ACTOR_TYPES, CATEGORIES, OPERATIONS, OUTCOMES, SEVERITIES, type ActorType, type JsonObject } from './types.ts';

export const ACTION = /^[a-z0-9_]+(\.[a-z0-9_]+){1,5}$/;
export const TYPE_NAME = /^[a-z0-9_]{1,64}$/;
const TYPE_EXPECTED = `a name of a to z, 0 to 9 and _, at most ${TYPE_CHARS_MAX} characters`;

const id = z.string().min(1).max(ID_CHARS_MAX);
const name = z.string().max(NAME_CHARS_MAX);
const text = z.string().max(TEXT_CHARS_MAX);
const typeName = z.string().regex(TYPE_NAME, { error: TYPE_EXPECTED });
// Free-form objects pass as they are: a record schema would copy them and drop a key `__proto__` in silence.
const jsonObject = z
  .unknown()
  .refine((value) => typeof value === 'object' && value !== null && !Array.isArray(value), { error: 'an object' })
  .meta({ type: 'object', additionalProperties: true }) as z.ZodType<JsonObject>;

/** A party as a sender gives it: the type is `user` when it is left out. */
export interface PartyInput {
  readonly type?: ActorType;
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly onBehalfOf?: PartyInput;
}

const NAMELESS: ReadonlySet<ActorType | undefined> = new Set<ActorType>(['anonymous', 'system', 'unknown']);

function party(behalfDepth: number): z.ZodType<PartyInput> {
  const alone = {
    type: z.enum(ACTOR_TYPES).exactOptional(),
    id: id.exactOptional(),
    name: name.exactOptional(),
    email: name.exactOptional(),
  };
  const shape = behalfDepth === 0 ? alone : { ...alone, onBehalfOf: party(behalfDepth - 1).exactOptional() };
  const error = 'an id, unless the type is anonymous, system or unknown';
  return z.strictObject(shape).refine((value) => value.id !== undefined || NAMELESS.has(value.type), { error, path: ['id'] });
}

const resourceShape = { type: typeName, id: id.exactOptional(), name: name.exactOptional() };

const change = z
  .strictObject({
    before: jsonObject.exactOptional(),
    after: jsonObject.exactOptional(),
    unavailable: z
      .array(z.strictObject({ field: text, reason: text }))
      .max(UNAVAILABLE_MAX)
      .exactOptional(),
  })
  .refine((value) => value.before !== undefined || value.after !== undefined || (value.unavailable?.length ?? 0) > 0, {
    error: 'before, after or both',
  });

const context = z.strictObject({
  ip: z.string().refine(isIp, { error: 'an IPv4 or IPv6 address without a zone' }).meta({ example: '203.0.113.77' }).exactOptional(),
  location: z.strictObject({ country: name.exactOptional(), city: name.exactOptional() }).exactOptional(),
  userAgent: text.exactOptional(),
  sessionId: id.exactOptional(),
  requestId: id.exactOptional(),
  traceId: id.exactOptional(),
  spanId: id.exactOptional(),
  route: text.exactOptional(),
  authMethod: name.exactOptional(),
  reason: text.exactOptional(),
});

/**
 * What a sender may send. Unknown keys are faults, for a misspelt key would otherwise be lost in silence. What the
 * server sets or derives (recordedAt, actor.attribution, source.kind, change.fields) is unknown here on purpose.
 */
export const eventInput = z.strictObject({
  id: z
    .string()
    .regex(UUID, { error: 'a UUID of RFC 9562' })
    .meta({ format: 'uuid', description: 'The idempotency key; the server makes one when it is left out.' })
    .exactOptional(),
  tenant: id.exactOptional(),
  action: z
    .string()
    .max(ACTION_CHARS_MAX)
    .regex(ACTION, { error: 'a dotted name such as bot.updated: two to six parts of a to z, 0 to 9 and _' })
    .meta({ example: 'bot.updated' }),
  category: z.enum(CATEGORIES).exactOptional(),
  operation: z.enum(OPERATIONS).exactOptional(),
  outcome: z.enum(OUTCOMES).exactOptional(),
  error: z.strictObject({ code: id.exactOptional(), message: text.exactOptional() }).exactOptional(),
  severity: z.enum(SEVERITIES).exactOptional(),
  occurredAt: z
    .string()
    .max(TIMESTAMP_CHARS_MAX)
    .refine((value) => !Number.isNaN(parseTimestamp(value)), { error: 'a time of RFC 3339 such as 2026-11-22T20:00:00.123Z' })
    .meta({ format: 'date-time' })
    .exactOptional(),
  actor: party(BEHALF_DEPTH_MAX),
  resource: z.strictObject(resourceShape).exactOptional(),
  related: z
    .array(z.strictObject({ relation: typeName.exactOptional(), ...resourceShape }))
    .max(RELATED_MAX)
    .exactOptional(),
  change: change.exactOptional(),
  context: context.exactOptional(),
  source: z.strictObject({ name: name.exactOptional(), position: id.exactOptional(), transaction: id.exactOptional() }).exactOptional(),
  metadata: jsonObject.exactOptional(),
  tags: z.array(z.string().min(1).max(TAG_CHARS_MAX)).max(TAGS_MAX).exactOptional(),
});

/** An event as a sender writes it. */
export type EventInput = z.infer<typeof eventInput>;
