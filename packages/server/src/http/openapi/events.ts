// The operations on events: sending them, asking for them, one of them, its proof.

import { eventInput } from '@indelible/core';
import { z } from 'zod';
import { CONTEXT_EVENTS } from '../../limits.ts';
import type { EventContext, Neighbours } from '../../query/context.ts';
import type { EventsExplanation } from '../../query/page.ts';
import type { Page } from '../../query/read-page.ts';
import type { Receipt } from '../../store/append.ts';
import { EVENT_EXAMPLE, event, pageShape } from './event.ts';
import type { Operation } from './operation.ts';
import { eventId, paging, q, switchedOn, zone } from './parameters.ts';
import { bytes32, count, named, problem, seq, timestamp } from './values.ts';

const GROUP = 'Events';

const input = named('EventInput', 'An event as a sender writes it: at least action and actor. Unknown keys are faults.', eventInput);

const receipt = named<Receipt>(
  'Receipt',
  'That an event is durable, and its place in the log.',
  z.object({ id: z.string().meta({ format: 'uuid' }), log: z.string().describe('The origin of the log'), seq, leafHash: bytes32 }),
);
const receipts = named('Receipts', 'One for each event, in their order.', z.object({ receipts: z.array(receipt) }));
const verdicts = named(
  'Verdicts',
  'Of `partial=true`: one for each event, in their order.',
  z.object({ verdicts: z.array(z.union([z.object({ receipt }), z.object({ error: problem })])) }),
);

const page = named<Page>('EventPage', 'A page of events.', z.object(pageShape));
const explanation = named<EventsExplanation>(
  'EventsExplanation',
  'Of `explain=true`: what the query asks, and how its page was found.',
  z.object({
    explanation: z.string().describe('The query in words'),
    plan: z.array(
      z.object({
        lead: z.string().describe('The index that led'),
        from: timestamp.describe('The time of recording that was looked at; to is excluded'),
        to: timestamp,
        found: count,
        whole: z.boolean().describe('Whether that time was searched to its end'),
        ms: z.number(),
      }),
    ),
  }),
);

const neighbours = named<Neighbours>(
  'Neighbours',
  `Events that have one thing in common with an event: the nearest ${CONTEXT_EVENTS} before it and after it.`,
  z.object({
    q: z.string().describe('The query for all of them'),
    after: z.array(event).describe('Newest first, so that after, the event and before are one list'),
    before: z.array(event).describe('Newest first'),
    more: z.object({ after: z.boolean(), before: z.boolean() }).describe('Whether there are further ones'),
    partial: z.literal(true).describe('The time was up before all of these were found').exactOptional(),
  }),
);
const eventContext = named<EventContext>(
  'EventContext',
  'What happened around an event.',
  z.object({
    event,
    actor: neighbours.describe('By the same actor').exactOptional(),
    resource: neighbours.describe('About the same resource').exactOptional(),
    request: neighbours.describe('Of the same request, within an hour').exactOptional(),
  }),
);

const proof = named(
  'EventProof',
  'All that is needed to check that an event stands in the log as it was recorded.',
  z.object({
    log: z.string(),
    seq,
    leafHash: bytes32,
    entry: z.string().describe('What the leaf commits to'),
    disclosures: z.array(z.string()).describe('The sections of the event with their salts'),
    proof: z.string().describe('C2SP tlog-proof of the leaf in the log'),
    systemProof: z.string().describe('C2SP tlog-proof of the checkpoint in the log over all logs'),
  }),
);

const RECEIPT_EXAMPLE = {
  id: EVENT_EXAMPLE.id,
  log: EVENT_EXAMPLE.log,
  seq: EVENT_EXAMPLE.seq,
  leafHash: 'RgpbXtbc4xXBNNY5JbO4xDTV8Jh7ggRYQwcr7O56hL8=',
};
const INPUT_EXAMPLE = {
  action: 'bot.updated',
  actor: { type: 'user', id: 'usr_maria', name: 'Maria Santos' },
  resource: { type: 'bot', id: 'bot_42', name: 'Support' },
  change: { before: { model: 'small-1' }, after: { model: 'large-2' } },
  context: { ip: '203.0.113.77', reason: 'Ticket 4812' },
};

export const eventOperations: readonly Operation[] = [
  {
    id: 'sendEvents',
    group: GROUP,
    method: 'post',
    path: '/v1/events',
    summary: 'Send events',
    description:
      'One event, an array of up to 1,000, or lines of JSON. All of them or none, unless `partial` is true. The answer comes when they are durable. ' +
      'An id that was seen before with the same body gets its first receipt again.',
    access: 'key',
    permission: 'events.write',
    inQuery: { partial: switchedOn('Each event for itself: those that are sound are stored, whatever the others are') },
    body: {
      description: 'One event, an array of events, or one event a line',
      content: [
        { type: 'application/json', schema: z.union([input, z.array(input)]), example: INPUT_EXAMPLE },
        { type: 'application/x-ndjson', schema: z.string().describe('One event a line, each as in JSON') },
      ],
    },
    replies: {
      201: {
        description: 'They are durable (with `partial`: one of them at least)',
        content: [{ type: 'application/json', schema: z.union([receipts, verdicts]), example: { receipts: [RECEIPT_EXAMPLE] } }],
      },
    },
    errors: [
      'event_invalid',
      'json_invalid',
      'event_in_future',
      'event_too_large',
      'too_many_events',
      'body_too_large',
      'content_type_unsupported',
      'tenant_mismatch',
      'id_conflict',
      'rate_limited',
    ],
  },
  {
    id: 'listEvents',
    group: GROUP,
    method: 'get',
    path: '/v1/events',
    summary: 'Ask for events',
    description:
      'By time of occurrence. Pages joined by `next` are the whole answer, whatever is recorded meanwhile. ' +
      'A question that takes too long is answered in part, and goes on with `next`.',
    access: 'key',
    permission: 'events.search',
    inQuery: {
      q,
      zone,
      ...paging,
      explain: switchedOn('In place of the events: how this page is found; not for those who see a part of a tenant'),
    },
    replies: {
      200: {
        description: 'A page of events, or with `explain` how it was found',
        content: [{ type: 'application/json', schema: z.union([page, explanation]), example: { events: [EVENT_EXAMPLE] } }],
      },
    },
    errors: ['query_invalid', 'cursor_invalid', 'query_timeout'],
  },
  {
    id: 'getEvent',
    group: GROUP,
    method: 'get',
    path: '/v1/events/{id}',
    summary: 'One event',
    access: 'key',
    permission: 'events.view',
    inPath: eventId,
    replies: { 200: { description: 'The event', content: [{ type: 'application/json', schema: event, example: EVENT_EXAMPLE }] } },
    errors: ['not_found', 'query_timeout'],
  },
  {
    id: 'getEventContext',
    group: GROUP,
    method: 'get',
    path: '/v1/events/{id}/context',
    summary: 'What happened around an event',
    description: `${CONTEXT_EVENTS} events before and after it by the same actor, about the same resource and of the same request, as far as it names them.`,
    access: 'key',
    permission: 'events.view',
    inPath: eventId,
    replies: {
      200: { description: 'The event, and its neighbours', content: [{ type: 'application/json', schema: eventContext }] },
    },
    errors: ['not_found', 'query_timeout'],
  },
  {
    id: 'getEventProof',
    group: GROUP,
    method: 'get',
    path: '/v1/events/{id}/proof',
    summary: 'The proof of an event',
    description: 'With `Accept: text/plain` the proof of the leaf in its log alone.',
    access: 'key',
    permission: 'proofs.read',
    inPath: eventId,
    replies: {
      200: {
        description: 'The proof',
        content: [
          { type: 'application/json', schema: proof },
          { type: 'text/plain', schema: z.string().describe('C2SP tlog-proof') },
        ],
      },
    },
    errors: ['not_found', 'not_sealed', 'query_timeout'],
  },
];
