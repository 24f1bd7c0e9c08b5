// Who calls, and for which organisation: by a session token, or by an API token on behalf of its owner.

import type { Context, MiddlewareHandler } from 'hono';
import { ApiError } from './api-error.ts';
import type { Database } from './database.ts';
import { hashToken } from './passwords.ts';
import type { Sessions } from './sessions.ts';

export const ROLES = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

interface Person {
  readonly type: 'user';
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

type Caller = Person | { readonly type: 'api_key'; readonly id: string; readonly name: string; readonly onBehalfOf: Person };

export interface Env {
  Variables: {
    caller: Caller;
    userId: string;
    organizationId: string;
    role: Role;
  };
}

export function bearerOf(c: Context): string {
  return c.req.header('authorization')?.match(/^Bearer (\S+)$/)?.[1] ?? '';
}

/** Lets known callers in, and tells the routes who they are. The header X-Organization names another organisation than their own. */
export function requireCaller(db: Database, sessions: Sessions): MiddlewareHandler<Env> {
  return async (c, next) => {
    const token = bearerOf(c);
    const { caller, userId, home, readOnly } = (await bySession(db, sessions.userOf(token))) ?? (await byApiToken(db, token)) ?? deny();
    const organizationId = c.req.header('x-organization') ?? home;
    const membership = await db
      .selectFrom('memberships')
      .select('role')
      .where('user_id', '=', userId)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    c.set('caller', caller);
    c.set('userId', userId);
    if (readOnly && c.req.method !== 'GET') throw new ApiError('forbidden', 'This token may read only.');
    if (membership === undefined) throw new ApiError('forbidden', 'You are not a member of this organisation.');
    c.set('organizationId', organizationId);
    c.set('role', membership.role as Role);
    await next();
  };
}

/** Asks for a role, or a higher one. */
export function requireRole(c: Context<Env>, role: Role): void {
  if (ROLES.indexOf(c.get('role')) < ROLES.indexOf(role)) throw new ApiError('forbidden', `This takes the role ${role}.`);
}

interface Known {
  readonly caller: Caller;
  readonly userId: string;
  readonly home: string;
  readonly readOnly: boolean;
}

function deny(): never {
  throw new ApiError('unauthenticated', 'Sign in first: POST /sessions.');
}

async function bySession(db: Database, userId: string | undefined): Promise<Known | undefined> {
  if (userId === undefined) return undefined;
  const user = await db.selectFrom('users').select(['id', 'name', 'email', 'organization_id']).where('id', '=', userId).executeTakeFirst();
  return (
    user && {
      caller: { type: 'user', id: user.id, name: user.name, email: user.email },
      userId: user.id,
      home: user.organization_id,
      readOnly: false,
    }
  );
}

async function byApiToken(db: Database, token: string): Promise<Known | undefined> {
  if (!token.startsWith('bpt_')) return undefined;
  const row = await db
    .selectFrom('api_tokens')
    .innerJoin('users', 'users.id', 'api_tokens.user_id')
    .select([
      'api_tokens.id',
      'api_tokens.name',
      'scopes',
      'expires_at',
      'users.id as userId',
      'users.name as userName',
      'email',
      'users.organization_id',
    ])
    .where('token_hash', '=', hashToken(token))
    .executeTakeFirst();
  if (row === undefined || (row.expires_at !== null && row.expires_at < new Date())) return undefined;
  const owner = { type: 'user', id: row.userId, name: row.userName, email: row.email } as const;
  return {
    caller: { type: 'api_key', id: row.id, name: row.name, onBehalfOf: owner },
    userId: row.userId,
    home: row.organization_id,
    readOnly: !row.scopes.includes('write'),
  };
}
