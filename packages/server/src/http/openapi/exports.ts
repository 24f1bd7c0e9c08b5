// The operations on exports: asking for one, those that there are, their files and what these say of themselves.

import { QUERY_CHARS_MAX } from '@indelible/core';
import { z } from 'zod';
import { CSV_COLUMNS } from '../../export/csv.ts';
import type { ExportManifest } from '../../export/manifest.ts';
import type { PresentedExport } from '../../export/present.ts';
import { EXPORT_EVENTS_MAX, EXPORT_KEPT_HOURS, PAGE_EVENTS_DEFAULT, PAGE_EVENTS_MAX } from '../../limits.ts';
import { EXPORT_FORMATS, EXPORT_STATES } from '../../store/export-jobs.ts';
import type { Operation } from './operation.ts';
import { count, named, seq, timestamp } from './values.ts';

const GROUP = 'Exports';

const time = z.string().max(64);
const format = z.enum(EXPORT_FORMATS);

export const newExport = z.strictObject({
  format,
  q: z.string().max(QUERY_CHARS_MAX).describe('In the query language; every event by default').exactOptional(),
  from: time.describe('A time as `at:` takes it; beside what the query says').exactOptional(),
  to: time.describe('The same; excluded').exactOptional(),
  zone: z.string().max(64).describe('The time zone of dates that name none; UTC by default').exactOptional(),
  columns: z
    .array(z.string().max(64))
    .max(CSV_COLUMNS.length)
    .describe(`Of CSV, in their order; all of them by default: ${CSV_COLUMNS.join(', ')}`)
    .exactOptional(),
});

const frozen = 'The same with absolute times and a last sequence number: it asks for the same events whenever it is asked';
const lowest = seq.describe('The lowest sequence number in the file; absent when it holds no event');
const highest = seq.describe('The highest one');

const job = named<PresentedExport>(
  'Export',
  'An export: what was asked, how far it is, and what the file holds when it is done.',
  z.object({
    id: z.string(),
    state: z.enum(EXPORT_STATES),
    format,
    columns: z.array(z.string()).exactOptional(),
    q: z.string().describe('What was asked'),
    zone: z.string(),
    query: z.string().describe(frozen),
    upToSeq: seq.describe('The last sequence number that can be in it'),
    preview: z
      .object({ count, estimate: z.boolean().describe('There are at least so many') })
      .describe('The events as they were counted before it began. When others are found, the export fails'),
    counted: count.describe('Events found so far'),
    total: count.describe('How many there will be, where that is known before it is done').exactOptional(),
    bytes: count.describe('Of the file when it is done; until then of the events found so far'),
    firstSeq: lowest.exactOptional(),
    lastSeq: highest.exactOptional(),
    sha256: z.string().describe('Of the file without its last line, hexadecimal').exactOptional(),
    checkpoint: z.string().describe('A signed checkpoint of the log that covers the events').exactOptional(),
    createdBy: z.object({ type: z.string().exactOptional(), id: z.string().exactOptional(), name: z.string().exactOptional() }),
    createdAt: timestamp,
    startedAt: timestamp.exactOptional(),
    finishedAt: timestamp.exactOptional(),
    expiresAt: timestamp.describe('From then on it is forgotten'),
    fileName: z.string(),
    error: z
      .object({ code: z.string(), message: z.string() })
      .describe('Why it failed: export_differs, export_too_large, query_timeout or another code')
      .exactOptional(),
  }),
);

const manifest = named<{ readonly export: ExportManifest }>(
  'ExportManifest',
  'What a file says of itself, by which `indelible verify --export` recognises one that is short or altered.',
  z.object({
    export: z.object({
      version: z.literal(1),
      id: z.string(),
      tenant: z.string(),
      log: z.string().describe('The origin of the log'),
      format,
      columns: z.array(z.string()).exactOptional(),
      q: z.string(),
      zone: z.string(),
      query: z.string().describe(frozen),
      scope: z.string().describe('Nothing but what this query asks for was seen').exactOptional(),
      exportedAt: timestamp.describe('When the question was frozen'),
      order: z.literal('desc').describe('By the time of occurrence, newest first'),
      count: count.describe('Events in the file'),
      firstSeq: lowest.exactOptional(),
      lastSeq: highest.exactOptional(),
      bytes: count.describe('Of all that stands before this line in JSONL; of the whole file of CSV'),
      sha256: z.string().describe('Of these bytes, hexadecimal'),
      checkpoint: z.string().exactOptional(),
    }),
  }),
);

const common = { group: GROUP, access: 'key' } as const;
const exportId = { id: z.string().describe('The id of the export: `exp_...`') };
const oneJob = (description: string) => ({ description, content: [{ type: 'application/json', schema: job }] });

export const exportOperations: readonly Operation[] = [
  {
    ...common,
    id: 'makeExport',
    method: 'post',
    path: '/v1/exports',
    summary: 'Export all events of a query into a file',
    description: `The question is frozen: what is recorded from now on is not in it. At most ${EXPORT_EVENTS_MAX.toLocaleString('en')} events. Ask for its state until it is done, then fetch the file.`,
    permission: 'exports.make',
    body: {
      description: 'What to export, and how',
      content: [{ type: 'application/json', schema: newExport, example: { q: 'actor:maria at:-30d', format: 'csv' } }],
    },
    replies: { 202: oneJob('It is in line') },
    errors: [
      'query_invalid',
      'export_too_large',
      'not_found',
      'query_timeout',
      'json_invalid',
      'body_too_large',
      'content_type_unsupported',
    ],
  },
  {
    ...common,
    id: 'listExports',
    method: 'get',
    path: '/v1/exports',
    summary: 'The exports of the last day, newest first',
    description: 'Who sees a part of a tenant sees their own.',
    permission: 'exports.read',
    inQuery: {
      limit: z.number().int().min(1).max(PAGE_EVENTS_MAX).optional().describe(`How many at most; ${PAGE_EVENTS_DEFAULT} by default`),
      cursor: z.string().optional().describe('The `next` of the page before'),
    },
    replies: {
      200: {
        description: 'The exports',
        content: [
          {
            type: 'application/json',
            schema: z.object({ exports: z.array(job), next: z.string().describe('The cursor of the page that follows').exactOptional() }),
          },
        ],
      },
    },
    errors: ['cursor_invalid'],
  },
  {
    ...common,
    id: 'getExport',
    method: 'get',
    path: '/v1/exports/{id}',
    summary: 'An export: its state and how far it is',
    permission: 'exports.read',
    inPath: exportId,
    replies: { 200: oneJob('The export') },
    errors: ['not_found'],
  },
  {
    ...common,
    id: 'cancelExport',
    method: 'post',
    path: '/v1/exports/{id}/cancel',
    summary: 'Cancel an export that is under way',
    description: 'One that is over stays as it is.',
    permission: 'exports.make',
    inPath: exportId,
    replies: { 200: oneJob('The export') },
    errors: ['not_found'],
  },
  {
    ...common,
    id: 'getExportFile',
    method: 'get',
    path: '/v1/exports/{id}/file',
    summary: 'The file of an export that is done',
    description: `Good for ${EXPORT_KEPT_HOURS} hours. JSONL: an event a line, as GET /v1/events shows it, and a last line with the manifest. CSV: UTF-8 with a byte order mark and a header; its manifest has an address of its own. Whatever is not as it was counted breaks the answer off, short of its Content-Length.`,
    permission: 'exports.fetch',
    inPath: exportId,
    replies: {
      200: {
        description: 'The file',
        content: [
          { type: 'application/x-ndjson', schema: z.string() },
          { type: 'text/csv', schema: z.string() },
        ],
        headers: { 'Content-Disposition': z.string().describe('attachment, with the name of the file') },
      },
    },
    errors: ['not_found', 'export_unready'],
  },
  {
    ...common,
    id: 'getExportManifest',
    method: 'get',
    path: '/v1/exports/{id}/manifest',
    summary: 'What the file of an export says of itself',
    description: 'The same as the last line of JSONL. To be kept beside a CSV file, for `indelible verify --export`.',
    permission: 'exports.fetch',
    inPath: exportId,
    replies: { 200: { description: 'The manifest', content: [{ type: 'application/json', schema: manifest }] } },
    errors: ['not_found', 'export_unready'],
  },
];
