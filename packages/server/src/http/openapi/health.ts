// The operations that are open to everybody: health, readiness, metrics, and this documentation.

import { z } from 'zod';
import type { Operation } from './operation.ts';
import { jsonObject, named } from './values.ts';

const GROUP = 'Server';

const readiness = named(
  'Readiness',
  'Whether the server can serve, and each thing that it depends on.',
  z.object({
    status: z.enum(['ready', 'not ready']),
    checks: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        required: z.boolean().describe('Only what is required decides whether the server is ready'),
        detail: z.string().exactOptional(),
      }),
    ),
  }),
);
const ready = [{ type: 'application/json', schema: readiness }];

/** Open to everybody, and without parameters. */
const open = { group: GROUP, method: 'get', access: 'none', errors: [] } as const;

export const healthOperations: readonly Operation[] = [
  {
    ...open,
    id: 'getHealth',
    path: '/healthz',
    summary: 'Whether the process is alive',
    replies: { 200: { description: 'It is', content: [{ type: 'application/json', schema: z.object({ status: z.literal('ok') }) }] } },
  },
  {
    ...open,
    id: 'getReadiness',
    path: '/readyz',
    summary: 'Whether the server can serve',
    replies: { 200: { description: 'It can', content: ready }, 503: { description: 'It cannot', content: ready } },
  },
  {
    ...open,
    id: 'getMetrics',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    replies: { 200: { description: 'The metrics', content: [{ type: 'text/plain', schema: z.string() }] } },
  },
  {
    ...open,
    id: 'getOpenApi',
    path: '/openapi.json',
    summary: 'This document',
    replies: { 200: { description: 'OpenAPI 3.1', content: [{ type: 'application/json', schema: jsonObject }] } },
  },
  {
    ...open,
    id: 'getDocumentation',
    path: '/docs',
    summary: 'This document, to be read',
    replies: { 200: { description: 'A page', content: [{ type: 'text/html', schema: z.string() }] } },
  },
];
