// Invitations that are open: not used, not withdrawn, not over.

import type pg from 'pg';
import type { Role } from './role-grants.ts';

export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  /** Of a viewer; empty: everything. */
  readonly scope: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const COLUMNS = 'id, email, role, scope, created_at as "createdAt", expires_at as "expiresAt"';
// Without an address it is the first owner's, which nobody sent.
const OPEN = `kind = 'invitation' and email is not null and used_at is null and expires_at > now() and tenant is not distinct from $1`;

/** Those into a tenant, or (undefined) into all of them; the newest first. */
export async function listInvitations(db: pg.Pool | pg.ClientBase, tenant: string | undefined): Promise<OpenInvitation[]> {
  const answer = await db.query<OpenInvitation>(
    `select ${COLUMNS} from indelible.sign_in_link where ${OPEN} order by created_at desc, id`,
    [tenant ?? null],
  );
  return answer.rows;
}

/** Ends one; undefined when there is none that is open. */
export async function endInvitation(tx: pg.ClientBase, tenant: string | undefined, id: string): Promise<OpenInvitation | undefined> {
  const answer = await tx.query<OpenInvitation>(
    `update indelible.sign_in_link set used_at = now() where ${OPEN} and id = $2 returning ${COLUMNS}`,
    [tenant ?? null, id],
  );
  return answer.rows[0];
}
