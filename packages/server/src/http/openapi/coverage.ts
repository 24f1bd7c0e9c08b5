// The operation that tells what is captured of every source, and what is not.

import { z } from 'zod';
import type { Operation } from './operation.ts';
import { count, named, timestamp } from './values.ts';

const text = z.string().exactOptional();
const share = z.number().min(0).max(1).exactOptional();

const tableStates = ['captured', 'earlier values missing', 'skipped by configuration', 'not covered', 'dropped', 'unknown'] as const;

const table = named(
  'TableCoverage',
  'What is captured of a table.',
  z.object({
    table: z.string().describe('schema.table'),
    state: z.enum(tableStates),
    cause: text.describe('Why it is not captured whole, for programs'),
    why: text.describe('The same for people'),
    statements: z.array(z.string()).describe('SQL that mends it, in this order'),
    rows: count.describe('Events of it'),
    unattributed: count.describe('Of these, by nobody known'),
    unattributedShare: share,
    lastEventAt: timestamp.exactOptional(),
  }),
);

const gap = named(
  'Gap',
  'A time in which changes may be missing.',
  z.object({
    id: text.describe('The event that tells of it'),
    at: timestamp.exactOptional(),
    reason: z.string(),
    detail: z.string(),
    from: text.describe('Places in the log of the source (LSN)'),
    to: text,
    tables: z.array(z.string()).exactOptional(),
  }),
);

const source = named(
  'SourceCoverage',
  'What is captured of a source. What is not known is left out.',
  z.object({
    name: z.string(),
    state: z.enum(['starting', 'standby', 'streaming', 'retrying', 'stopped', 'ended']),
    reason: text.describe('Why it stands by, retries or was stopped, and what to do'),
    database: text,
    slot: z.string(),
    publication: z.string(),
    asOf: timestamp.describe('When the tables and the slot were looked at').exactOptional(),
    unanswered: text.describe('Why the source could not be asked just now'),
    lag: z.object({
      bytes: z.number().exactOptional(),
      seconds: z.number().exactOptional(),
      used: z.number().describe('The share of what the slot may hold back').exactOptional(),
      lost: z.boolean().exactOptional(),
    }),
    lastEventAt: timestamp.exactOptional(),
    counters: z.record(z.string(), count).describe('What was counted since the source was set up'),
    gaps: z.object({ open: z.array(gap), past: z.array(gap) }),
    tables: z.array(table),
    totals: z.object({
      tables: z.record(z.enum(tableStates), count),
      rows: count,
      unattributed: count,
      unattributedShare: share,
    }),
  }),
);

const report = named('CoverageReport', 'Every source.', z.object({ asOf: timestamp, sources: z.array(source) }));

export const coverageOperations: readonly Operation[] = [
  {
    id: 'getCoverage',
    group: 'Capture',
    method: 'get',
    path: '/v1/coverage',
    summary: 'What is captured of every source, and what is not',
    description: 'It tells of sources that hold rows of many tenants: the key must be good for all tenants, or be one of `_operator`.',
    access: 'key',
    permission: 'coverage.read',
    tenantless: true,
    replies: { 200: { description: 'Every source', content: [{ type: 'application/json', schema: report }] } },
    errors: [],
  },
];
