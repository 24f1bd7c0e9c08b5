// The parameters that several operations share, in the words of the document.

import { ID_CHARS_MAX, QUERY_CHARS_MAX } from '@indelible/core';
import { z } from 'zod';
import { PAGE_EVENTS_DEFAULT, PAGE_EVENTS_MAX } from '../../limits.ts';
import type { Parameters } from './operation.ts';
import { languageLink } from './query-language.ts';

export const q = z
  .string()
  .max(QUERY_CHARS_MAX)
  .optional()
  .meta({ description: 'In the query language; every event by default', examples: ['actor:maria* action:bot.* at:-24h'], ...languageLink });

export const zone = z
  .string()
  .optional()
  .meta({
    description: 'The time zone of dates that name none: a name of the IANA database or an offset; UTC by default',
    examples: ['Europe/Berlin'],
  });

export const switchedOn = (description: string): z.ZodType =>
  z.enum(['true', 'false']).optional().describe(`${description}; false by default`);

/** Of every listing. */
export const paging: Parameters = {
  limit: z
    .number()
    .int()
    .min(1)
    .max(PAGE_EVENTS_MAX)
    .optional()
    .meta({ description: `How many events at most; ${PAGE_EVENTS_DEFAULT} by default` }),
  order: z.enum(['desc', 'asc']).optional().describe('By the time of occurrence: desc, newest first, by default'),
  cursor: z.string().optional().describe('The `next` of the page before; everything else must be as it was there'),
};

export const eventId: Parameters = { id: z.string().meta({ format: 'uuid', description: 'The id of the event' }) };

export const ofResource: Parameters = {
  type: z
    .string()
    .regex(/^[a-z0-9_]{1,64}$/)
    .meta({ description: 'The type of the resource', examples: ['bot'] }),
  id: z
    .string()
    .min(1)
    .max(ID_CHARS_MAX)
    .meta({ description: 'Its id, percent-encoded', examples: ['bot_42'] }),
};
