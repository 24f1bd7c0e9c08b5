// Who calls, and for which organisation: by a session, by an API token for its owner, or by a pass of the agent.

import type { Context, MiddlewareHandler } from 'hono';
import { ApiError } from '../api-error.ts';
import type { Database } from '../database.ts';
import { hashToken } from '../passwords.ts';
import type { Permission } from '../permissions.ts';
import type { Passes } from './agent-pass.ts';
import { agentShare, permissionsOf } from './permissions.ts';

export interface Person {
  readonly type: 'user';
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Whose place an administrator has taken. */
  readonly onBehalfOf?: Person;
}

export type Caller =
  | Person
  | { readonly type: 'api_key'; readonly id: string; readonly name: string; readonly onBehalfOf: Person }
  | { readonly type: 'agent'; readonly id: string; readonly name: string; readonly onBehalfOf: Caller }
  | { readonly type: 'anonymous' };

export interface Env {
  Variables: {
    caller: Caller;
    /** In whose name: the owner of a token, or whose place was taken. */
    userId: string;
    organizationId: string;
    permissions: ReadonlySet<Permission>;
    /** Absent for tokens and agents. */
    sessionId: string | undefined;
  };
}

export function bearerOf(c: Context): string {
  return c.req.header('authorization')?.match(/^Bearer (\S+)$/)?.[1] ?? '';
}

/** Lets known callers in, and tells the routes who they are. The header X-Organization names another organisation than their own. */
export function requireCaller(db: Database, passes: Passes): MiddlewareHandler<Env> {
  return async (c, next) => {
    const token = bearerOf(c);
    const known = (await bySession(db, token)) ?? (await byApiToken(db, token)) ?? passes.open(token);
    if (known === undefined) throw new ApiError('unauthenticated', 'Sign in first: POST /sessions.');
    const { caller, userId, readOnly } = known;
    const organizationId = c.req.header('x-organization') ?? known.home;
    const permissions = await permissionsOf(db, userId, organizationId);
    c.set('caller', caller);
    c.set('userId', userId);
    c.set('sessionId', known.sessionId);
    if (readOnly === true && c.req.method !== 'GET') throw new ApiError('forbidden', 'This token may read only.');
    if (permissions === undefined) throw new ApiError('forbidden', 'You are not a member of this organisation.');
    c.set('organizationId', organizationId);
    c.set('permissions', caller.type === 'agent' ? agentShare(permissions) : permissions);
    await next();
  };
}

export interface Known {
  readonly caller: Caller;
  readonly userId: string;
  /** The organisation that they mean when they name none. */
  readonly home: string;
  readonly readOnly?: boolean;
  readonly sessionId?: string;
}

async function bySession(db: Database, token: string): Promise<Known | undefined> {
  if (!token.startsWith('ses_')) return undefined;
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .leftJoin('users as impersonator', 'impersonator.id', 'sessions.impersonator_id')
    .select(['sessions.id as sessionId', 'users.id', 'users.name', 'users.email', 'users.organization_id as home'])
    .select(['impersonator.id as byId', 'impersonator.name as byName', 'impersonator.email as byEmail'])
    .where('sessions.token_hash', '=', hashToken(token))
    .where('sessions.expires_at', '>', new Date())
    .where('users.status', '=', 'active')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, name, email, byId, byName, byEmail } = row;
  const user: Person = { type: 'user', id, name, email };
  const by: Person | undefined =
    byId === null || byName === null || byEmail === null
      ? undefined
      : { type: 'user', id: byId, name: byName, email: byEmail, onBehalfOf: user };
  return { caller: by ?? user, userId: id, home: row.home, sessionId: row.sessionId };
}

async function byApiToken(db: Database, token: string): Promise<Known | undefined> {
  if (!token.startsWith('bpt_')) return undefined;
  const row = await db
    .selectFrom('api_tokens')
    .innerJoin('users', 'users.id', 'api_tokens.user_id')
    .select(['api_tokens.id', 'api_tokens.name', 'scopes', 'expires_at', 'api_tokens.organization_id as home'])
    .select(['users.id as userId', 'users.name as userName', 'users.email'])
    .where('token_hash', '=', hashToken(token))
    .where('users.status', '=', 'active')
    .executeTakeFirst();
  if (row === undefined || (row.expires_at !== null && row.expires_at < new Date())) return undefined;
  const owner: Person = { type: 'user', id: row.userId, name: row.userName, email: row.email };
  return {
    caller: { type: 'api_key', id: row.id, name: row.name, onBehalfOf: owner },
    userId: row.userId,
    home: row.home,
    readOnly: !row.scopes.includes('write'),
  };
}
