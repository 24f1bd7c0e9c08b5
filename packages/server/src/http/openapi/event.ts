// The schema of an event as readers see it.

import { ACTOR_TYPES, ATTRIBUTIONS, CATEGORIES, OPERATIONS, OUTCOMES, type Party, SEVERITIES, SOURCE_KINDS } from '@indelible/core';
import { z } from 'zod';
import type { PresentedEvent } from '../../query/present.ts';
import { jsonObject, named, seq, timestamp } from './values.ts';

const text = z.string().exactOptional();

const partyShape = { type: z.enum(ACTOR_TYPES), id: text, name: text, email: text };

export const party: z.ZodType<Party> = named(
  'Party',
  'Who acted, or for whom.',
  z.object({
    ...partyShape,
    get onBehalfOf() {
      return party.exactOptional();
    },
  }),
);

export const actor = named(
  'Actor',
  'Who acted, and how the server knows it.',
  z.object({
    ...partyShape,
    onBehalfOf: party.exactOptional(),
    attribution: z.enum(ATTRIBUTIONS).describe('verified: signed by the application; asserted: said by it; none: nobody said it'),
  }),
);

const resource = z.object({ type: z.string(), id: text, name: text });

const change = z.object({
  before: jsonObject.exactOptional(),
  after: jsonObject.exactOptional(),
  fields: z.array(z.string()).describe('RFC 6901 pointers to the changed leaves, without the first slash'),
  unavailable: z
    .array(z.object({ field: z.string(), reason: z.string() }))
    .describe('Fields whose earlier value could not be had, and why')
    .exactOptional(),
});

const context = z.object({
  ip: text,
  location: z.object({ country: text, city: text }).exactOptional(),
  userAgent: text,
  sessionId: text,
  requestId: text,
  traceId: text,
  spanId: text,
  route: text,
  authMethod: text,
  reason: text,
});

export const event = named<PresentedEvent>(
  'Event',
  'An event, and its place in the log.',
  z.object({
    id: z.string().meta({ format: 'uuid' }),
    tenant: z.string(),
    action: z.string(),
    category: z.enum(CATEGORIES),
    operation: z.enum(OPERATIONS),
    outcome: z.enum(OUTCOMES),
    error: z.object({ code: text, message: text }).exactOptional(),
    severity: z.enum(SEVERITIES),
    occurredAt: timestamp,
    recordedAt: timestamp,
    actor,
    resource: resource.exactOptional(),
    related: z.array(resource.extend({ relation: text })).exactOptional(),
    change: change.exactOptional(),
    context: context.exactOptional(),
    source: z.object({ kind: z.enum(SOURCE_KINDS), name: text, position: text, transaction: text }),
    metadata: jsonObject.exactOptional(),
    tags: z.array(z.string()).exactOptional(),
    log: z.string().describe('The origin of the log that holds it'),
    seq,
    unreadable: z
      .array(z.string())
      .describe('Sections that somebody with the database altered into what no trail writes; the rest is as it stands')
      .exactOptional(),
  }) as z.ZodType<PresentedEvent>,
);

/** What every listing answers. */
export const pageShape = {
  events: z.array(event),
  next: z
    .string()
    .describe('The cursor of the page that follows; absent on the last. A page may be shorter than its limit: large events end it at 8 MiB')
    .exactOptional(),
  partial: z.literal(true).describe('The time was up before the page was full: go on with next').exactOptional(),
  searchedBackTo: timestamp.describe('Of a partial page: the time of occurrence up to which the answer is complete').exactOptional(),
};

export const EVENT_EXAMPLE = {
  id: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
  tenant: 'org_acme',
  action: 'bot.updated',
  category: 'resource',
  operation: 'update',
  outcome: 'success',
  severity: 'info',
  occurredAt: '2026-11-22T20:00:00.123Z',
  recordedAt: '2026-11-22T20:00:00.140Z',
  actor: { type: 'user', id: 'usr_maria', name: 'Maria Santos', attribution: 'verified' },
  resource: { type: 'bot', id: 'bot_42', name: 'Support' },
  change: { before: { model: 'small-1' }, after: { model: 'large-2' }, fields: ['model'] },
  context: { ip: '203.0.113.77', reason: 'Ticket 4812' },
  source: { kind: 'postgres', name: 'shop' },
  log: 'trail.example/log/4f1c',
  seq: 7,
};
