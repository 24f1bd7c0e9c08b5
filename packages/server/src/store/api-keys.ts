// The rows of API keys. Only the SHA-256 of a key is stored: a key has 256 random bits, so a slow hash would add nothing.

import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import { checkTenantName, OPERATOR_TENANT } from './log-row.ts';

export const SCOPES = ['ingest', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  /** Public: names the key in lists and logs. */
  readonly id: string;
  readonly name: string;
  /** Undefined: good for all tenants. */
  readonly tenant?: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly revokedAt?: Date;
}

interface Row {
  id: string;
  name: string;
  tenant: string | null;
  scopes: Scope[];
  created_at: Date;
  revoked_at: Date | null;
}

const COLUMNS = 'id, name, tenant, scopes, created_at, revoked_at';

function present(row: Row): ApiKey {
  return {
    id: row.id,
    name: row.name,
    ...(row.tenant === null ? {} : { tenant: row.tenant }),
    scopes: row.scopes,
    createdAt: row.created_at,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}

export function hashKey(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export interface NewKey {
  readonly name: string;
  readonly tenant?: string;
  readonly scopes: readonly Scope[];
}

/**
 * Makes a key. The token is in the answer and nowhere else.
 *
 * @param db the owner's pool
 * @example const { token } = await createKey(store.owner, { name: 'billing', tenant: 'org_acme', scopes: ['ingest'] });
 */
export async function createKey(db: pg.Pool, key: NewKey): Promise<{ token: string; key: ApiKey }> {
  if (key.tenant !== undefined && key.tenant !== OPERATOR_TENANT) checkTenantName(key.tenant);
  const token = `ink_${randomBytes(32).toString('base64url')}`;
  const answer = await db.query<Row>(
    `insert into indelible.api_key (id, hash, name, tenant, scopes) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
    [`key_${randomBytes(6).toString('hex')}`, hashKey(token), key.name, key.tenant ?? null, key.scopes],
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the key was not stored');
  return { token, key: present(row) };
}

export async function listKeys(db: pg.Pool): Promise<ApiKey[]> {
  const answer = await db.query<Row>(`select ${COLUMNS} from indelible.api_key order by created_at, id`);
  return answer.rows.map(present);
}

/** @throws Failure `not_found` when there is no such key that is still good */
export async function revokeKey(db: pg.Pool, id: string): Promise<ApiKey> {
  const answer = await db.query<Row>(
    `update indelible.api_key set revoked_at = now() where id = $1 and revoked_at is null returning ${COLUMNS}`,
    [id],
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Failure('not_found', `there is no key ${id} that could be revoked`);
  return present(row);
}

/** The key that a token stands for, if it is good. As the appender. */
export async function findKey(db: pg.Pool, hash: Buffer): Promise<ApiKey | undefined> {
  const answer = await db.query<Row>(`select ${COLUMNS} from indelible.api_key where hash = $1 and revoked_at is null`, [hash]);
  const row = answer.rows[0];
  return row === undefined ? undefined : present(row);
}
