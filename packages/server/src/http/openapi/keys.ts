// The operations on API keys: listing, making, revoking and rotating them.

import { z } from 'zod';
import type { PresentedKey } from '../../access/keys.ts';
import { KEY_NAME_CHARS_MAX, KEY_NETWORKS_MAX, KEY_OVERLAP_SECONDS_MAX } from '../../limits.ts';
import { SCOPES } from '../../store/api-keys.ts';
import type { Operation } from './operation.ts';
import { named, timestamp } from './values.ts';

const GROUP = 'Keys';

const scopes = z.array(z.enum(SCOPES)).min(1).describe('`embed` may make viewer tokens');
const addresses = z.array(z.string()).max(KEY_NETWORKS_MAX);

const shape = {
  id: z.string(),
  name: z.string(),
  tenant: z.string().describe('Absent for a key that is good for all tenants').exactOptional(),
  scopes,
  addresses: addresses.describe('Networks from where alone it is good; empty: from everywhere'),
  createdAt: timestamp,
  expiresAt: timestamp.exactOptional(),
  revokedAt: timestamp.exactOptional(),
  lastUsedAt: timestamp.describe('Exact to a minute').exactOptional(),
  lastUsedAddress: z.string().exactOptional(),
  replaces: z.string().describe('The id of the key whose place it takes').exactOptional(),
};
const key = named<PresentedKey>('ApiKey', 'A key, without itself.', z.object(shape));
const made = named('MadeApiKey', 'A new key: it is shown this once.', z.object({ ...shape, key: z.string().describe('`ink_...`') }));
const rotated = named('RotatedApiKey', 'A new key, and the former one with its end.', z.object({ ...shape, key: z.string(), former: key }));

export const newKey = z.strictObject({
  name: z.string().min(1).max(KEY_NAME_CHARS_MAX).describe('What it is for'),
  scopes,
  expiresAt: z.iso.datetime({ offset: true, error: 'a time of RFC 3339' }).describe('When it ends; never by default').exactOptional(),
  addresses: addresses.describe('Addresses or networks from where alone it is good').exactOptional(),
});
export const rotation = z.strictObject({
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(KEY_OVERLAP_SECONDS_MAX)
    .describe('How long the former key stays good; a day by default')
    .exactOptional(),
});

const keyId = { id: z.string().describe('The id of the key: `key_...`') };
const common = { group: GROUP, access: 'key' } as const;
const BODY_ERRORS = ['json_invalid', 'body_too_large', 'content_type_unsupported'] as const;

export const keyOperations: readonly Operation[] = [
  {
    ...common,
    id: 'listKeys',
    method: 'get',
    path: '/v1/keys',
    summary: 'The API keys of the tenant',
    description: 'Of the tenant `_operator` those that are good for all tenants.',
    permission: 'keys.read',
    replies: { 200: { description: 'The keys', content: [{ type: 'application/json', schema: z.object({ keys: z.array(key) }) }] } },
    errors: [],
  },
  {
    ...common,
    id: 'makeKey',
    method: 'post',
    path: '/v1/keys',
    summary: 'Make an API key',
    description: 'Nobody gives a scope away that they have not. With the tenant `_operator` the key is good for all tenants.',
    permission: 'keys.manage',
    body: {
      description: 'The key',
      content: [{ type: 'application/json', schema: newKey, example: { name: 'reports', scopes: ['read'] } }],
    },
    replies: { 201: { description: 'The key', content: [{ type: 'application/json', schema: made }] } },
    errors: BODY_ERRORS,
  },
  {
    ...common,
    id: 'revokeKey',
    method: 'post',
    path: '/v1/keys/{id}/revoke',
    summary: 'Revoke an API key',
    description: 'It is refused a second later, and its streams end within 5 seconds.',
    permission: 'keys.manage',
    inPath: keyId,
    replies: { 200: { description: 'The key', content: [{ type: 'application/json', schema: key }] } },
    errors: ['not_found'],
  },
  {
    ...common,
    id: 'rotateKey',
    method: 'post',
    path: '/v1/keys/{id}/rotate',
    summary: 'Put a new API key in the place of another',
    description: 'It has the same name, scopes and networks, and as long a life. Both are good until the overlap is over.',
    permission: 'keys.manage',
    inPath: keyId,
    body: { description: 'The overlap', content: [{ type: 'application/json', schema: rotation, example: { overlapSeconds: 3_600 } }] },
    replies: { 201: { description: 'The new key', content: [{ type: 'application/json', schema: rotated }] } },
    errors: ['not_found', ...BODY_ERRORS],
  },
];
