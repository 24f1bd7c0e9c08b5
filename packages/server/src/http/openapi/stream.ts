// The operation that hands events out as they are recorded.

import { z } from 'zod';
import type { Operation } from './operation.ts';
import { q, zone } from './parameters.ts';

const place = z.number().int().min(-1).optional();

export const streamOperations: readonly Operation[] = [
  {
    id: 'streamEvents',
    group: 'Events',
    method: 'get',
    path: '/v1/events/stream',
    summary: 'Events as they are recorded',
    description:
      'Server-sent events in the order of the log. `event: event` has an event as its data and its sequence number as its id; ' +
      '`event: dropped` is the last message of a stream that the server ends, and says why: `{"reason", "lastEventId"}`. ' +
      'A client that comes again with `Last-Event-ID` goes on there, without loss or repetition.',
    access: 'key',
    permission: 'events.search',
    inQuery: {
      q,
      zone,
      after: place.describe('A sequence number: begin after it; -1 begins with the first event, and now is the default'),
      log: z.string().optional().describe('The origin of the log that the place is of; another log answers 410'),
    },
    inHeader: { 'Last-Event-ID': place.describe('As `after`, which it overrides: what a client sends that comes again') },
    replies: {
      200: {
        description: 'The stream',
        content: [
          {
            type: 'text/event-stream',
            schema: z.string().describe('Server-sent events (WHATWG HTML)'),
            example: 'id: 7\nevent: event\ndata: {"id":"0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69","action":"bot.updated"}\n\n',
          },
        ],
      },
    },
    errors: ['query_invalid', 'rate_limited', 'stream_gone'],
  },
];
