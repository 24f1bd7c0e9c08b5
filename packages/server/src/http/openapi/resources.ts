// The operations on one resource: its history, its state at an instant, the difference of two, and how to undo a change.

import { z } from 'zod';
import type { Operation, Parameters } from './operation.ts';
import { ofResource, paging, switchedOn, zone } from './parameters.ts';
import { compareAnswer, resourceAnswer, reverseAnswer, stateAnswer } from './resource-answers.ts';

const GROUP = 'Resources';

const common = { group: GROUP, method: 'get', access: 'key', permission: 'events.view', inPath: ofResource } as const;

const time = z.string();
const instants: Parameters = {
  from: time.meta({ description: 'An instant: RFC 3339, or a time of the query language', examples: ['-7d', '2026-11-01T10:00:00Z'] }),
  to: time.optional().describe('The other; now by default. It may be the earlier one'),
  zone,
};

export const resourceOperations: readonly Operation[] = [
  {
    ...common,
    id: 'getResource',
    path: '/v1/resources/{type}/{id}',
    summary: 'A resource: its events, its versions, its state now',
    inQuery: { ...paging, related: switchedOn('Also the events that name it as related') },
    replies: { 200: { description: 'A page of its events', content: [{ type: 'application/json', schema: resourceAnswer }] } },
    errors: ['not_found', 'cursor_invalid', 'query_timeout'],
  },
  {
    ...common,
    id: 'getResourceState',
    path: '/v1/resources/{type}/{id}/state',
    summary: 'The state of a resource at an instant, and who set each field',
    inQuery: {
      at: time
        .optional()
        .meta({ description: 'RFC 3339, or a time of the query language; now by default', examples: ['2026-11-01T10:00:00Z'] }),
      zone,
    },
    replies: {
      200: { description: 'The state, with what is doubtful about it', content: [{ type: 'application/json', schema: stateAnswer }] },
    },
    errors: ['not_found', 'query_timeout'],
  },
  {
    ...common,
    id: 'compareResource',
    path: '/v1/resources/{type}/{id}/compare',
    summary: 'What differs of a resource between two instants',
    inQuery: instants,
    replies: { 200: { description: 'The difference', content: [{ type: 'application/json', schema: compareAnswer }] } },
    errors: ['not_found', 'query_timeout'],
  },
  {
    ...common,
    id: 'reverseChange',
    path: '/v1/resources/{type}/{id}/reverse',
    summary: 'How to undo a change of a resource',
    description: 'Nothing is changed: the answer is for whoever wants to put the resource back.',
    inQuery: { event: z.string().meta({ format: 'uuid', description: 'The id of the event that tells of the change' }) },
    replies: { 200: { description: 'What undoes it', content: [{ type: 'application/json', schema: reverseAnswer }] } },
    errors: ['not_found', 'query_timeout'],
  },
];
