// The operations that count, and completion of a query.

import { type Completion, type Outcome, QUERY_CHARS_MAX } from '@indelible/core';
import { z } from 'zod';
import { COUNTER_VALUES_MAX, STATS_VALUES_MAX } from '../../limits.ts';
import { BUCKETS } from '../../stats/buckets.ts';
import type { Histogram } from '../../stats/histogram.ts';
import { FACET_NAMES } from '../../store/facet-columns.ts';
import type { Operation, Parameters } from './operation.ts';
import { q, zone } from './parameters.ts';
import { languageLink } from './query-language.ts';
import { count, named, timestamp } from './values.ts';

const GROUP = 'Numbers';

const estimate = z
  .boolean()
  .describe(
    'False: each number is exact. True with searchedBackTo: the time was over, and events recorded before then are missing. True without: of an hour that ' +
      'from or to cuts a share was taken, because it holds too many events to be looked at; the numbers may be off by as many as it holds',
  );
const searchedBackTo = timestamp
  .describe('Of an estimate that was broken off: what was recorded since then is counted exactly, and nothing from before')
  .exactOptional();

const histogram = named<Histogram>(
  'Histogram',
  'How many events there are over time, by outcome.',
  z.object({
    bucket: z.enum(BUCKETS),
    zone: z.string(),
    from: timestamp.describe('What is counted: from included, to excluded'),
    to: timestamp,
    total: count,
    buckets: z.array(
      z.object({
        from: timestamp,
        to: timestamp,
        total: count,
        byOutcome: z.object({ success: count, failure: count, denied: count } satisfies Record<Outcome, z.ZodType>),
      }),
    ),
    estimate,
    searchedBackTo,
  }),
);

const facetCounts = named(
  'FacetCounts',
  'The values of a field.',
  z.object({
    values: z.array(z.object({ value: z.string(), count })).describe('The most frequent first'),
    other: count.describe('Events with values that are not listed'),
    unnamed: count
      .describe(
        `Of these, events with values that came after the first ${COUNTER_VALUES_MAX} of the log: none of them can be listed, though one may be frequent. ` +
          'Left out when there are none',
      )
      .exactOptional(),
    estimate,
    searchedBackTo,
  }),
);
const facets = named(
  'Facets',
  'The values of each field that was asked for.',
  z.object({ fields: z.object(Object.fromEntries(FACET_NAMES.map((name) => [name, facetCounts.exactOptional()]))), estimate }),
);

const completion = named<Completion>(
  'Completion',
  'What could stand at a place of a query.',
  z.object({
    from: count.describe('The stretch of the text that a suggestion takes the place of, in UTF-16 units'),
    to: count,
    kind: z.enum(['field', 'value']),
    field: z.string().exactOptional(),
    typed: z.string().describe('What stands there so far'),
    suggestions: z.array(z.object({ text: z.string(), help: z.string().exactOptional(), count: count.exactOptional() })),
  }) as unknown as z.ZodType<Completion>,
);

const time = z.string().optional();
const counted: Parameters = {
  q,
  zone,
  from: time.meta({ description: 'A time as `at:` takes it; counted from there', examples: ['-90d', '2026-11-01'] }),
  to: time.meta({ description: 'A time as `at:` takes it; counted up to there, itself excluded' }),
};

export const statsOperations: readonly Operation[] = [
  {
    id: 'getHistogram',
    group: GROUP,
    method: 'get',
    path: '/v1/stats/histogram',
    summary: 'How many events over time',
    access: 'key',
    permission: 'events.search',
    inQuery: {
      ...counted,
      bucket: z
        .enum([...BUCKETS, 'auto'])
        .optional()
        .describe('The length of a bar; auto, which makes some dozens, by default'),
    },
    replies: { 200: { description: 'The bars', content: [{ type: 'application/json', schema: histogram }] } },
    errors: ['query_invalid', 'query_timeout'],
  },
  {
    id: 'getFacets',
    group: GROUP,
    method: 'get',
    path: '/v1/stats/facets',
    summary: 'Which values the events have, and how many events each',
    access: 'key',
    permission: 'events.search',
    inQuery: {
      ...counted,
      fields: z.string().meta({ description: `Joined by commas, of ${FACET_NAMES.join(', ')}`, examples: ['action,outcome'] }),
    },
    replies: {
      200: {
        description: `Up to ${STATS_VALUES_MAX} values of each field`,
        content: [
          {
            type: 'application/json',
            schema: facets,
            example: { fields: { outcome: { values: [{ value: 'success', count: 41 }], other: 0, estimate: false } }, estimate: false },
          },
        ],
      },
    },
    errors: ['query_invalid', 'query_timeout'],
  },
  {
    id: 'completeQuery',
    group: GROUP,
    method: 'get',
    path: '/v1/complete',
    summary: 'What could stand at a place of a query',
    access: 'key',
    permission: 'events.search',
    inQuery: {
      q: z
        .string()
        .max(QUERY_CHARS_MAX)
        .optional()
        .meta({ description: 'The query as far as it is written', ...languageLink }),
      position: z.number().int().min(0).optional().describe('The place in it, in UTF-16 units; its end by default'),
      zone,
    },
    replies: { 200: { description: 'Suggestions', content: [{ type: 'application/json', schema: completion }] } },
    errors: ['query_timeout'],
  },
];
