// The operation that tells of one actor.

import { ID_CHARS_MAX } from '@indelible/core';
import { z } from 'zod';
import { ACTOR_DAYS_DEFAULT, ACTOR_LISTED_MAX } from '../../limits.ts';
import type { ActorAnswer } from '../../query/actor.ts';
import type { Operation } from './operation.ts';
import { zone } from './parameters.ts';
import { count, named, timestamp } from './values.ts';

const text = z.string().exactOptional();
const seen = { count, first: timestamp, last: timestamp };

const actorSummary = named<ActorAnswer>(
  'ActorSummary',
  `What an actor did. A list holds ${ACTOR_LISTED_MAX} entries at most.`,
  z.object({
    id: z.string(),
    firstSeen: timestamp.describe('The first event of all, whatever the range'),
    lastSeen: timestamp,
    range: z.object({ from: timestamp, to: timestamp, zone: z.string() }).describe('What the rest is about: to is excluded'),
    events: z.object({ count, estimate: z.boolean().describe('Whether there are more than were counted') }),
    type: text,
    name: text,
    email: text,
    names: z.array(z.object({ ...seen, name: z.string() })).describe('The latest first'),
    emails: z.array(z.object({ ...seen, email: z.string() })),
    addresses: z.array(z.object({ ...seen, ip: z.string() })),
    sessions: z.array(z.object({ ...seen, id: z.string() })),
    resources: z.array(z.object({ ...seen, type: z.string(), id: text, name: text })).describe('The most frequent first'),
    actions: z.array(z.object({ ...seen, action: z.string() })),
    days: z.array(z.object({ day: z.string(), count })).describe('Days with events, oldest first'),
    distinct: z
      .object({ names: count, emails: count, addresses: count, sessions: count, resources: count, actions: count })
      .describe('How many there are of what is listed'),
    partial: z.literal(true).describe('There were too many events: the lists are of those since searchedBackTo').exactOptional(),
    searchedBackTo: timestamp.exactOptional(),
  }),
);

const time = z.string().optional();

export const actorOperations: readonly Operation[] = [
  {
    id: 'getActor',
    group: 'Actors',
    method: 'get',
    path: '/v1/actors/{id}',
    summary: 'An actor: when and from where seen, and what they did',
    access: 'key',
    permission: 'events.view',
    inPath: {
      id: z
        .string()
        .min(1)
        .max(ID_CHARS_MAX)
        .meta({ description: 'The id of the actor, percent-encoded', examples: ['usr_maria'] }),
    },
    inQuery: {
      from: time.meta({
        description: `RFC 3339, or a time of the query language; ${ACTOR_DAYS_DEFAULT} days ago by default`,
        examples: ['-7d'],
      }),
      to: time.describe('The same; now by default'),
      zone,
    },
    replies: { 200: { description: 'The actor', content: [{ type: 'application/json', schema: actorSummary }] } },
    errors: ['not_found', 'query_timeout'],
  },
];
