// The operations by which an outsider checks the log: its status, consistency, tiles, checkpoints and the public keys.

import { z } from 'zod';
import type { Consistency, LogStatus, PublishedLog } from '../../ledger/prove.ts';
import type { PublicKeys } from '../../ledger/public-keys.ts';
import type { Operation } from './operation.ts';
import { bytes32, count, named, timestamp } from './values.ts';

const GROUP = 'Log';

const publishedShape = {
  origin: z.string(),
  logId: z.string().describe('Its name in the address of checkpoints and tiles'),
  vkey: z.string().describe('The key that signs it, as name+id+key'),
  size: count.describe('Leaves'),
  root: bytes32,
  checkpoint: z.string().describe('The signed note (C2SP tlog-checkpoint)'),
};
const published = named<PublishedLog>('PublishedLog', 'The newest published checkpoint of a log.', z.object(publishedShape));
const status = named<LogStatus>(
  'LogStatus',
  "The newest published checkpoints of the tenant's log, and of the log over all logs.",
  z.object({ ...publishedShape, system: published }),
);
const consistency = named<Consistency>(
  'Consistency',
  'That the log of size `to` continues that of size `from` (RFC 6962).',
  z.object({ from: count, to: count, hashes: z.array(bytes32) }),
);
const keys = named<PublicKeys>(
  'PublicKeys',
  'The keys that sign checkpoints, the newest first. One that was replaced has an end, and the one that took its place a proof that both signed.',
  z.object({
    keys: z.array(
      z.object({
        algorithm: z.literal('ed25519'),
        publicKey: bytes32,
        from: timestamp,
        to: timestamp.exactOptional(),
        replaces: bytes32.describe('The key whose place it took').exactOptional(),
        proof: z
          .string()
          .describe('C2SP tlog-proof: the leaf of the change, in `extra`, under the checkpoint of the system log that both keys signed')
          .exactOptional(),
      }),
    ),
  }),
);

const logId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/)
  .describe('The name of a log; `system` is the log over all logs');
const size = z.number().int().min(1);

export const logOperations: readonly Operation[] = [
  {
    id: 'getLog',
    group: GROUP,
    method: 'get',
    path: '/v1/log',
    summary: 'The newest published checkpoints',
    access: 'key',
    permission: 'proofs.read',
    replies: { 200: { description: 'The checkpoints', content: [{ type: 'application/json', schema: status }] } },
    errors: ['not_found', 'not_sealed'],
  },
  {
    id: 'getConsistency',
    group: GROUP,
    method: 'get',
    path: '/v1/log/consistency',
    summary: 'Whether the log of one size continues that of another',
    access: 'key',
    permission: 'proofs.read',
    inQuery: { from: size.describe('A size of the log, at least 1'), to: size.describe('A later size, at most the published one') },
    replies: { 200: { description: 'The proof', content: [{ type: 'application/json', schema: consistency }] } },
    errors: ['not_found', 'not_sealed'],
  },
  {
    id: 'getCheckpoint',
    group: GROUP,
    method: 'get',
    path: '/log/{logId}/checkpoint',
    summary: 'The newest checkpoint of a log',
    access: 'public',
    permission: 'proofs.read',
    tenantless: true,
    inPath: { logId },
    replies: {
      200: { description: 'The signed note', content: [{ type: 'text/plain', schema: z.string().describe('C2SP tlog-checkpoint') }] },
    },
    errors: ['not_found', 'not_sealed'],
  },
  {
    id: 'getTile',
    group: GROUP,
    method: 'get',
    path: '/log/{logId}/tile/{tile}',
    takesRest: true,
    summary: 'A tile of hashes, or of entries',
    description:
      'Addresses are those of C2SP tlog-tiles, slashes included: `0/x001/067`, `0/003.p/17`, `entries/003`. Full tiles never change.',
    access: 'public',
    permission: 'tiles.read',
    tenantless: true,
    inPath: { logId, tile: z.string().describe('`{L}/{N}[.p/{W}]` or `entries/{N}[.p/{W}]`; its slashes are not encoded') },
    replies: {
      200: { description: 'The tile', content: [{ type: 'application/octet-stream', schema: z.unknown().describe('Bytes') }] },
    },
    errors: ['not_found'],
  },
  {
    id: 'getPublicKeys',
    group: GROUP,
    method: 'get',
    path: '/.well-known/indelible-keys.json',
    summary: 'The public keys',
    access: 'none',
    replies: { 200: { description: 'The keys', content: [{ type: 'application/json', schema: keys }] } },
    errors: ['store_unavailable'],
  },
];
