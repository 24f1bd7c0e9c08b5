// Being signed in: a row, whose token only the person has. It reads `ses_<id>.<secret>`.

import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { placeOf } from '../origin.ts';
import { hashToken } from '../passwords.ts';

const SESSION_MS = 12 * 60 * 60_000;
const IMPERSONATION_MS = 60 * 60_000;

interface SessionUser {
  readonly id: string;
  readonly organization_id: string;
}

export interface OpenedSession {
  readonly id: string;
  readonly token: string;
}

/** @param impersonation an administrator who takes the user's place, and why */
export async function openSession(
  db: Database,
  c: Context,
  user: SessionUser,
  impersonation?: { readonly by: string; readonly reason: string },
): Promise<OpenedSession> {
  const id = newId('session');
  const token = `${id}.${randomBytes(24).toString('base64url')}`;
  await db
    .insertInto('sessions')
    .values({
      id,
      organization_id: user.organization_id,
      user_id: user.id,
      impersonator_id: impersonation?.by ?? null,
      reason: impersonation?.reason ?? null,
      token_hash: hashToken(token),
      ...placeOf(c),
      expires_at: new Date(Date.now() + (impersonation === undefined ? SESSION_MS : IMPERSONATION_MS)),
    })
    .execute();
  return { id, token };
}
