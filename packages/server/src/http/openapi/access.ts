// The operations on who may see what, beside keys: viewer tokens and the roles of people.

import { ID_CHARS_MAX } from '@indelible/core';
import { z } from 'zod';
import type { PresentedRole } from '../../access/role-changes.ts';
import type { MadeViewerToken } from '../../access/viewers.ts';
import { SCOPE_CHARS_MAX, VIEWER_SECONDS_DEFAULT, VIEWER_SECONDS_MAX, VIEWER_SECONDS_MIN } from '../../limits.ts';
import { ROLES_OF_PEOPLE } from '../../store/role-grants.ts';
import type { Operation } from './operation.ts';
import { named, timestamp } from './values.ts';

const id = z.string().min(1).max(ID_CHARS_MAX);
const scope = z
  .string()
  .max(SCOPE_CHARS_MAX)
  .meta({ description: 'A query of fields alone, without times, that everything is read within', examples: ['resource:bot/bot_42'] });

export const newViewerToken = z.strictObject({
  resource: z
    .strictObject({ type: z.string().regex(/^[a-z0-9_]{1,64}$/), id })
    .describe('Only what is about this resource')
    .exactOptional(),
  actor: id.describe('Only what this actor did').exactOptional(),
  scope: scope.exactOptional(),
  expiresInSeconds: z
    .number()
    .int()
    .min(VIEWER_SECONDS_MIN)
    .max(VIEWER_SECONDS_MAX)
    .describe(`${VIEWER_SECONDS_DEFAULT} by default; never longer than the key that makes it`)
    .exactOptional(),
  exports: z.boolean().describe('It may export what it reads; false by default').exactOptional(),
  viewer: z
    .strictObject({ id, name: z.string().max(ID_CHARS_MAX).exactOptional() })
    .describe('Whom it is for, as you name them: what they read is on record under it')
    .exactOptional(),
});
const viewerToken = named<MadeViewerToken>(
  'ViewerToken',
  'A viewer token: it is shown this once.',
  z.object({
    id: z.string(),
    token: z.string().describe('`ivt_...`'),
    tenant: z.string(),
    scope: z.string().describe('Absent for the whole tenant').exactOptional(),
    expiresAt: timestamp,
  }),
);

export const newRole = z.strictObject({
  person: id.describe('The id of the person'),
  role: z.enum(ROLES_OF_PEOPLE),
  scope: scope.describe('Of a viewer: the query that everything is read within').exactOptional(),
});
const role = named<PresentedRole>(
  'Role',
  'What a person is in a tenant.',
  z.object({
    person: z.string(),
    role: z.enum(ROLES_OF_PEOPLE),
    tenant: z.string().describe('Absent for all tenants').exactOptional(),
    scope: z.string().exactOptional(),
    grantedAt: timestamp,
  }),
);

const BODY_ERRORS = ['query_invalid', 'json_invalid', 'body_too_large', 'content_type_unsupported'] as const;
const done = z.object({ revoked: z.literal(true) });

export const accessOperations: readonly Operation[] = [
  {
    id: 'makeViewerToken',
    group: 'Viewer tokens',
    method: 'post',
    path: '/v1/viewer-tokens',
    summary: 'Make a token by which a customer of yours reads their tenant, or a part of it',
    access: 'key',
    permission: 'viewers.make',
    body: {
      description: 'Whom it is for and what it shows',
      content: [
        { type: 'application/json', schema: newViewerToken, example: { resource: { type: 'bot', id: 'bot_42' }, expiresInSeconds: 600 } },
      ],
    },
    replies: { 201: { description: 'The token', content: [{ type: 'application/json', schema: viewerToken }] } },
    errors: BODY_ERRORS,
  },
  {
    id: 'revokeViewerToken',
    group: 'Viewer tokens',
    method: 'post',
    path: '/v1/viewer-tokens/{id}/revoke',
    summary: 'Revoke a viewer token',
    description: 'It is refused a second later, and its streams end within 5 seconds.',
    access: 'key',
    permission: 'viewers.revoke',
    inPath: { id: z.string().describe('The id of the token: `vt_...`') },
    replies: { 200: { description: 'It is revoked', content: [{ type: 'application/json', schema: done }] } },
    errors: ['not_found'],
  },
  {
    id: 'listRoles',
    group: 'Roles',
    method: 'get',
    path: '/v1/roles',
    summary: 'Who is what in the tenant',
    description: 'Of the tenant `_operator`: who is something in all tenants.',
    access: 'key',
    permission: 'roles.read',
    replies: { 200: { description: 'The roles', content: [{ type: 'application/json', schema: z.object({ roles: z.array(role) }) }] } },
    errors: [],
  },
  {
    id: 'giveRole',
    group: 'Roles',
    method: 'post',
    path: '/v1/roles',
    summary: 'Give a person a role, in place of the one that they had',
    description:
      'Only an owner makes an owner. What rests on the former role ends within 5 seconds. With the tenant `_operator` it is one in all tenants.',
    access: 'key',
    permission: 'roles.manage',
    body: {
      description: 'The role',
      content: [{ type: 'application/json', schema: newRole, example: { person: 'usr_maria', role: 'auditor' } }],
    },
    replies: { 201: { description: 'The role', content: [{ type: 'application/json', schema: role }] } },
    errors: BODY_ERRORS,
  },
  {
    id: 'takeRole',
    group: 'Roles',
    method: 'post',
    path: '/v1/roles/{person}/revoke',
    summary: "Take a person's role away",
    description: 'The last owner stays.',
    access: 'key',
    permission: 'roles.manage',
    inPath: { person: z.string().describe('The id of the person, percent-encoded') },
    replies: { 200: { description: 'It is taken away', content: [{ type: 'application/json', schema: done }] } },
    errors: ['not_found'],
  },
];
