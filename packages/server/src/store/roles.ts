// The database roles: each with a login of its own and no more rights than its work needs. The owner is the user of the database URL.

import { createHash, createHmac } from 'node:crypto';
import type pg from 'pg';
import { Failure } from '@indelible/core';

export const ROLES = ['appender', 'reader', 'custodian', 'projector', 'people'] as const;
export type Role = (typeof ROLES)[number];

const NAME_BYTES_MAX = 63;
/** Tells our roles from others that happen to have such a name. */
const ROLE_COMMENT = 'made by indelible';

/**
 * The role's name in the cluster: roles are global there, so the database's name is a part of it. PostgreSQL cuts longer
 * names off in silence, which would make one role of them all; a long database name goes in by its hash.
 */
export function roleName(database: string, role: Role): string {
  const name = database === 'indelible' ? `indelible_${role}` : `indelible_${database}_${role}`;
  if (Buffer.byteLength(name) <= NAME_BYTES_MAX) return name;
  return `indelible_${createHash('sha256').update(database).digest('hex').slice(0, 32)}_${role}`;
}

/**
 * The role's password, made from the owner's by HMAC-SHA256, so that several servers on one database agree without
 * keeping it anywhere.
 */
function rolePassword(ownerUrl: URL, role: Role): string {
  const secret = decodeURIComponent(ownerUrl.password);
  if (secret === '') {
    throw new Failure(
      'database_unsuitable',
      'the database URL carries no password; the logins of the roles are derived from it, so write postgres://user:password@host/database',
    );
  }
  return createHmac('sha256', secret).update(`indelible role ${role}`).digest('base64url');
}

/** The URL by which a role logs in to the owner's database. */
export function roleUrl(ownerUrl: string, role: Role): string {
  const url = new URL(ownerUrl);
  const database = databaseOf(url);
  const password = rolePassword(url, role);
  url.username = encodeURIComponent(roleName(database, role));
  url.password = encodeURIComponent(password);
  return url.href;
}

export function databaseOf(url: URL): string {
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '')
    throw new Failure('database_unsuitable', 'the database URL names no database, for example postgres://user:password@host/indelible');
  return database;
}

/**
 * Makes the roles or renews their passwords. The appender bypasses row-level security, because COPY does not work under it;
 * what it may touch is held by its grants.
 */
export async function ensureRoles(client: pg.ClientBase, ownerUrl: string): Promise<void> {
  const url = new URL(ownerUrl);
  const database = databaseOf(url);
  for (const role of ROLES) {
    const name = client.escapeIdentifier(roleName(database, role));
    const answer = await client.query<{ rolbypassrls: boolean; comment: string | null }>(
      `select rolbypassrls, shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1`,
      [roleName(database, role)],
    );
    const known = answer.rows[0];
    if (known !== undefined && known.comment !== ROLE_COMMENT) {
      throw new Failure(
        'database_unsuitable',
        `there is a role ${name} that is not known to be ours; drop it, or say that it is: comment on role ${name} is '${ROLE_COMMENT}';`,
      );
    }
    const bypass = role === 'appender' && known?.rolbypassrls !== true ? 'bypassrls' : '';
    const password = client.escapeLiteral(rolePassword(url, role));
    try {
      await client.query(`${known === undefined ? 'create' : 'alter'} role ${name} login password ${password} ${bypass}`);
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      throw new Failure(
        'database_unsuitable',
        `the role ${name} could not be made (${cause.message}). As a superuser: create role ${name} login${role === 'appender' ? ' bypassrls' : ''}; comment on role ${name} is '${ROLE_COMMENT}';`,
        {},
        { cause },
      );
    }
    if (known === undefined) await client.query(`comment on role ${name} is '${ROLE_COMMENT}'`);
    await client.query(`grant connect on database ${client.escapeIdentifier(database)} to ${name}`);
  }
}
