// The operations on the people of a tenant: listing and inviting them. What they are is changed by their roles.

import { z } from 'zod';
import type { PresentedInvitation } from '../../access/people/invitations.ts';
import { INVITATION_SECONDS, SCOPE_CHARS_MAX } from '../../limits.ts';
import { ROLES_OF_PEOPLE } from '../../store/role-grants.ts';
import type { Operation } from './operation.ts';
import { email } from './sign-in.ts';
import { named, timestamp } from './values.ts';

const GROUP = 'People';

export const newInvitation = z.strictObject({
  email,
  role: z.enum(ROLES_OF_PEOPLE),
  scope: z.string().max(SCOPE_CHARS_MAX).describe('Of a viewer: the query that everything is read within').exactOptional(),
});

export interface PresentedPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: (typeof ROLES_OF_PEOPLE)[number];
  readonly scope?: string;
}

const person = named<PresentedPerson>(
  'Person',
  'Somebody who has a role in the tenant.',
  z.object({ id: z.string(), name: z.string(), email: z.string(), role: z.enum(ROLES_OF_PEOPLE), scope: z.string().exactOptional() }),
);

const invitation = named<PresentedInvitation>(
  'Invitation',
  'An invitation that waits for an answer, without its link.',
  z.object({
    id: z.string(),
    email: z.string(),
    role: z.enum(ROLES_OF_PEOPLE),
    scope: z.string().exactOptional(),
    createdAt: timestamp,
    expiresAt: timestamp,
  }),
);

export const peopleOperations: readonly Operation[] = [
  {
    id: 'listPeople',
    group: GROUP,
    method: 'get',
    path: '/v1/people',
    summary: 'The people of the tenant',
    description: 'Of the tenant `_operator`: who is something in all tenants.',
    access: 'key',
    permission: 'roles.read',
    replies: { 200: { description: 'The people', content: [{ type: 'application/json', schema: z.object({ people: z.array(person) }) }] } },
    errors: [],
  },
  {
    id: 'invitePerson',
    group: GROUP,
    method: 'post',
    path: '/v1/people/invitations',
    summary: 'Invite somebody into the tenant',
    description: `Makes a link that may be used once within ${INVITATION_SECONDS / 86_400} days: hand it to them yourself, for no mail is sent. Only an owner invites an owner. With the tenant \`_operator\` they are it in all tenants.`,
    access: 'key',
    permission: 'roles.manage',
    body: {
      description: 'Who, and as what',
      content: [{ type: 'application/json', schema: newInvitation, example: { email: 'maria@acme.test', role: 'auditor' } }],
    },
    replies: {
      201: {
        description: 'The link: it is shown this once',
        content: [{ type: 'application/json', schema: z.object({ id: z.string(), link: z.string(), expiresAt: timestamp }) }],
      },
    },
    errors: ['query_invalid', 'json_invalid', 'body_too_large', 'content_type_unsupported'],
  },
  {
    id: 'listInvitations',
    group: GROUP,
    method: 'get',
    path: '/v1/people/invitations',
    summary: 'The invitations that wait for an answer',
    description: 'Of the tenant `_operator`: those into all tenants.',
    access: 'key',
    permission: 'roles.read',
    replies: {
      200: {
        description: 'The invitations, the newest first',
        content: [{ type: 'application/json', schema: z.object({ invitations: z.array(invitation) }) }],
      },
    },
    errors: [],
  },
  {
    id: 'withdrawInvitation',
    group: GROUP,
    method: 'post',
    path: '/v1/people/invitations/{id}/withdraw',
    summary: 'Withdraw an invitation: its link is good for nothing any more',
    description: 'Only an owner withdraws the invitation of an owner.',
    access: 'key',
    permission: 'roles.manage',
    inPath: { id: z.string().describe('The id of the invitation: `lnk_...`') },
    replies: {
      200: { description: 'It is withdrawn', content: [{ type: 'application/json', schema: z.object({ withdrawn: z.literal(true) }) }] },
    },
    errors: ['not_found'],
  },
];
