// The rows of API keys. Only the SHA-256 of a key is stored: a key has 256 random bits, so a slow hash would add nothing.

import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';
import { checkTenantName, OPERATOR_TENANT } from './log-row.ts';

/** `embed`: may make viewer tokens. */
export const SCOPES = ['ingest', 'read', 'admin', 'embed'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  /** Public: names the key in lists and logs. */
  readonly id: string;
  readonly name: string;
  /** Undefined: good for all tenants. */
  readonly tenant?: string;
  readonly scopes: readonly Scope[];
  /** Networks from where alone it is good, in CIDR notation; empty: from everywhere. */
  readonly addresses: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
  /** Exact to a minute. */
  readonly lastUsedAt?: Date;
  readonly lastUsedAddress?: string;
  /** The id of the key whose place it takes. */
  readonly replaces?: string;
}

interface Row {
  id: string;
  name: string;
  tenant: string | null;
  scopes: Scope[];
  addresses: string[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
  last_used_address: string | null;
  replaces: string | null;
}

const COLUMNS =
  'id, name, tenant, scopes, addresses::text[], created_at, expires_at, revoked_at, last_used_at, host(last_used_address) as last_used_address, replaces';

function present(row: Row): ApiKey {
  return {
    id: row.id,
    name: row.name,
    ...(row.tenant === null ? {} : { tenant: row.tenant }),
    scopes: row.scopes,
    addresses: row.addresses,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.last_used_address === null ? {} : { lastUsedAddress: row.last_used_address }),
    ...(row.replaces === null ? {} : { replaces: row.replaces }),
  };
}

/** A pool or a transaction. */
type Database = Pick<pg.ClientBase, 'query'>;

export function hashKey(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export interface NewKey {
  readonly name: string;
  readonly tenant?: string | undefined;
  readonly scopes: readonly Scope[];
  readonly addresses?: readonly string[] | undefined;
  readonly expiresAt?: Date | undefined;
  readonly replaces?: string | undefined;
}

/**
 * Makes a key. The token is in the answer and nowhere else.
 *
 * @param db as the owner
 * @example const { token } = await createKey(store.owner, { name: 'billing', tenant: 'org_acme', scopes: ['ingest'] });
 */
export async function createKey(db: Database, key: NewKey): Promise<{ token: string; key: ApiKey }> {
  if (key.tenant !== undefined && key.tenant !== OPERATOR_TENANT) checkTenantName(key.tenant);
  const token = `ink_${randomBytes(32).toString('base64url')}`;
  const answer = await db.query<Row>(
    `insert into indelible.api_key (id, hash, name, tenant, scopes, addresses, expires_at, replaces)
     values ($1, $2, $3, $4, $5, $6::cidr[], $7, $8) returning ${COLUMNS}`,
    [
      `key_${randomBytes(6).toString('hex')}`,
      hashKey(token),
      key.name,
      key.tenant ?? null,
      key.scopes,
      key.addresses ?? [],
      key.expiresAt ?? null,
      key.replaces ?? null,
    ],
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the key was not stored');
  return { token, key: present(row) };
}

/** Every key, or those of one tenant; of the operator's tenant those for all tenants too. */
export async function listKeys(db: Database, tenant?: string): Promise<ApiKey[]> {
  const answer = await db.query<Row>(
    `select ${COLUMNS} from indelible.api_key where $1::text is null or coalesce(tenant, '${OPERATOR_TENANT}') = $1 order by created_at, id`,
    [tenant ?? null],
  );
  return answer.rows.map(present);
}

/** A key of another tenant is none, and is not touched: a lock on it would be felt there, and its time here. */
const WITHIN = `($2::text is null or coalesce(tenant, '${OPERATOR_TENANT}') = $2)`;

/**
 * Takes a key for a change, which no other one then crosses.
 *
 * @param tenant whose it must be, the operator's for those that are good for all; anybody's where it is absent
 * @throws Failure `not_found` when there is none that is still good
 */
export async function lockGoodKey(tx: pg.ClientBase, id: string, tenant?: string): Promise<ApiKey> {
  const answer = await tx.query<Row>(
    `select ${COLUMNS} from indelible.api_key where id = $1 and ${WITHIN} and revoked_at is null and (expires_at is null or expires_at > now()) for update`,
    [id, tenant ?? null],
  );
  const row = answer.rows[0];
  if (row === undefined) throw noSuchKey(id);
  return present(row);
}

function noSuchKey(id: string): Failure {
  return new Failure('not_found', `there is no key ${id.slice(0, 64)} that is good`);
}

/**
 * @param tenant as of lockGoodKey
 * @throws Failure `not_found` when there is no such key that could be revoked
 */
export async function revokeKey(db: Database, id: string, tenant?: string): Promise<ApiKey> {
  const answer = await db.query<Row>(
    `update indelible.api_key set revoked_at = now() where id = $1 and ${WITHIN} and revoked_at is null returning ${COLUMNS}`,
    [id, tenant ?? null],
  );
  const row = answer.rows[0];
  if (row === undefined) throw noSuchKey(id);
  return present(row);
}

/** Ends a key at a time, unless it ends before. */
export async function endKey(tx: pg.ClientBase, id: string, at: Date): Promise<ApiKey> {
  const answer = await tx.query<Row>(`update indelible.api_key set expires_at = least(expires_at, $2) where id = $1 returning ${COLUMNS}`, [
    id,
    at,
  ]);
  const row = answer.rows[0];
  if (row === undefined) throw noSuchKey(id);
  return present(row);
}

/** The key that a token stands for, also one that is good no more. As the appender. */
export async function findKey(db: Database, hash: Buffer): Promise<ApiKey | undefined> {
  const answer = await db.query<Row>(`select ${COLUMNS} from indelible.api_key where hash = $1`, [hash]);
  const row = answer.rows[0];
  return row === undefined ? undefined : present(row);
}
