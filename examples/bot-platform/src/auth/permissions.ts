// What a caller may: the role of the membership, and what is granted beyond it, to the person or to one of their teams.

import type { Context } from 'hono';
import { sql } from 'kysely';
import { ApiError } from '../api-error.ts';
import type { Database } from '../database.ts';
import type { Permission } from '../permissions.ts';
import type { Env } from './caller.ts';

const AGENT_PERMISSIONS: readonly Permission[] = ['datasets.write', 'conversations.write'];

/** What an agent may of all that the person may for whom it acts. */
export function agentShare(permissions: ReadonlySet<Permission>): ReadonlySet<Permission> {
  return new Set(AGENT_PERMISSIONS.filter((permission) => permissions.has(permission)));
}

/** @returns undefined for somebody who is not a member */
export async function permissionsOf(db: Database, userId: string, organizationId: string): Promise<ReadonlySet<Permission> | undefined> {
  const { rows } = await sql<{ member: boolean; permissions: Permission[] }>`
    WITH held AS (
      SELECT role_id, true AS member FROM memberships WHERE user_id = ${userId} AND organization_id = ${organizationId}
      UNION ALL
      SELECT role_id, false FROM grants
      WHERE organization_id = ${organizationId} AND (expires_at IS NULL OR expires_at > now())
        AND (user_id = ${userId} OR team_id IN (SELECT team_id FROM team_members WHERE user_id = ${userId}))
    )
    SELECT member, permissions FROM held JOIN roles ON roles.id = held.role_id`.execute(db);
  return rows.some(({ member }) => member) ? new Set(rows.flatMap(({ permissions }) => permissions)) : undefined;
}

export function requirePermission(c: Context<Env>, permission: Permission): void {
  if (!c.get('permissions').has(permission)) throw new ApiError('forbidden', `This takes the permission ${permission}.`);
}

/** Nobody hands on, or steps into, what they do not have themselves. */
export function requireAll(c: Context<Env>, permissions: Iterable<Permission>): void {
  const lacking = [...permissions].filter((permission) => !c.get('permissions').has(permission));
  if (lacking.length > 0) throw new ApiError('forbidden', `You do not have these permissions yourself: ${lacking.join(', ')}.`);
}

/** For what people do only in person: not a token, not an agent, and nobody in somebody else's place. */
export function requireInPerson(c: Context<Env>): void {
  const caller = c.get('caller');
  if (caller.type !== 'user' || caller.onBehalfOf !== undefined) throw new ApiError('forbidden', 'Only the person themselves may do this.');
}
