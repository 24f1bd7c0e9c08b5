// The operations on saved views: what people asked, kept under a name.

import { QUERY_CHARS_MAX } from '@indelible/core';
import { z } from 'zod';
import type { PresentedView } from '../../access/saved-views.ts';
import { SAVED_VIEW_NAME_CHARS_MAX, SAVED_VIEW_RANGE_CHARS_MAX, SAVED_VIEWS_MAX } from '../../limits.ts';
import type { Operation } from './operation.ts';
import { named, timestamp } from './values.ts';

const GROUP = 'Saved views';

const shape = {
  name: z.string().min(1).max(SAVED_VIEW_NAME_CHARS_MAX),
  query: z.string().max(QUERY_CHARS_MAX).describe('As `q` of `GET /v1/events`'),
  range: z.string().max(SAVED_VIEW_RANGE_CHARS_MAX).describe('Times, as after `at:` in a query, or `all`; empty for none'),
  zone: z.string().max(64).describe('A zone, or `local` for that of who looks; empty for none'),
  shared: z.boolean().describe('Everybody of the tenant sees it; private by default'),
};

export const newView = z.strictObject({
  name: shape.name,
  query: shape.query,
  range: shape.range.exactOptional(),
  zone: shape.zone.exactOptional(),
  shared: shape.shared.exactOptional(),
});
export const viewChange = z.strictObject({
  name: shape.name.exactOptional(),
  query: shape.query.exactOptional(),
  range: shape.range.exactOptional(),
  zone: shape.zone.exactOptional(),
  shared: shape.shared.exactOptional(),
});

const view = named<PresentedView>(
  'SavedView',
  'A view that somebody saved.',
  z.object({
    id: z.string(),
    name: z.string(),
    query: z.string(),
    range: z.string().exactOptional(),
    zone: z.string().exactOptional(),
    shared: z.boolean(),
    own: z.boolean().describe('Whoever asks saved it'),
    savedBy: z.object({ id: z.string(), name: z.string().exactOptional() }),
    createdAt: timestamp,
    updatedAt: timestamp,
  }),
);

const common = { group: GROUP, access: 'key', permission: 'views.keep' } as const;
const BODY_ERRORS = ['query_invalid', 'json_invalid', 'body_too_large', 'content_type_unsupported', 'not_found'] as const;
const inPath = { id: z.string().describe('The id of the view: `view_...`') };
const example = { name: 'Denied, last day', query: 'outcome:denied', range: '-24h', shared: true };

export const viewOperations: readonly Operation[] = [
  {
    ...common,
    id: 'listViews',
    method: 'get',
    path: '/v1/views',
    summary: 'The saved views of whoever asks, and those that are shared',
    description: 'By name. Who sees a part of a tenant sees their own.',
    replies: { 200: { description: 'The views', content: [{ type: 'application/json', schema: z.object({ views: z.array(view) }) }] } },
    errors: [],
  },
  {
    ...common,
    id: 'saveView',
    method: 'post',
    path: '/v1/views',
    summary: 'Save a view',
    description: `For people, not for keys: ${SAVED_VIEWS_MAX} each and tenant. Sharing is for owners, administrators and analysts, and on record.`,
    body: { description: 'The view', content: [{ type: 'application/json', schema: newView, example }] },
    replies: { 201: { description: 'The view', content: [{ type: 'application/json', schema: view }] } },
    errors: BODY_ERRORS,
  },
  {
    ...common,
    id: 'changeView',
    method: 'post',
    path: '/v1/views/{id}',
    summary: 'Change what a view is called or shows, share it, or make it private',
    description: 'What is left out stays. A shared view is changed by all who may share.',
    inPath,
    body: {
      description: 'What becomes different',
      content: [{ type: 'application/json', schema: viewChange, example: { shared: false } }],
    },
    replies: { 200: { description: 'The view', content: [{ type: 'application/json', schema: view }] } },
    errors: BODY_ERRORS,
  },
  {
    ...common,
    id: 'deleteView',
    method: 'post',
    path: '/v1/views/{id}/delete',
    summary: 'Delete a view',
    inPath,
    replies: {
      200: { description: 'It is deleted', content: [{ type: 'application/json', schema: z.object({ deleted: z.literal(true) }) }] },
    },
    errors: ['not_found'],
  },
];
