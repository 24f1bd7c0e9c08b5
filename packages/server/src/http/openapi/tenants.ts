// The operation that says which tenants somebody who has signed in may look at.

import { ID_CHARS_MAX } from '@indelible/core';
import { z } from 'zod';
import { TENANTS_LISTED_MAX } from '../../limits.ts';
import type { Operation } from './operation.ts';

const tenants = z.object({
  tenants: z.array(z.string()).describe('By name; the one of the trail itself, `_operator`, last'),
  more: z.boolean().describe('There are further ones: name more of the beginning'),
});

export const tenantOperations: readonly Operation[] = [
  {
    id: 'listTenants',
    group: 'Sign-in',
    method: 'get',
    path: '/v1/tenants',
    summary: 'The tenants that whoever has signed in has a role in',
    description: `Up to ${TENANTS_LISTED_MAX}. For somebody who is something in all tenants: those that have a log.`,
    access: 'session',
    inQuery: { prefix: z.string().max(ID_CHARS_MAX).optional().describe('How the name begins') },
    replies: { 200: { description: 'The tenants', content: [{ type: 'application/json', schema: tenants }] } },
    errors: ['store_unavailable'],
  },
];
