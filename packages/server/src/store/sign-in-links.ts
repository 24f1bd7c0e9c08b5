// One-time links: the rows. What a link says is stored as its SHA-256 alone.

import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Role } from './role-grants.ts';

/** What a link is for. */
export type LinkPurpose =
  /** Makes a person. Without an address: the first owner, who says it. */
  | {
      readonly kind: 'invitation';
      readonly email?: string;
      /** Undefined: in all tenants. */
      readonly tenant: string | undefined;
      readonly role: Role;
      readonly scope?: string | undefined;
    }
  /** Lets somebody in that there is. */
  | { readonly kind: 'sign_in'; readonly person: string };

export interface StoredLink {
  readonly id: string;
  readonly purpose: LinkPurpose;
}

interface Row {
  id: string;
  kind: LinkPurpose['kind'];
  person: string | null;
  email: string | null;
  tenant: string | null;
  role: Role | null;
  scope: string;
}

/** @returns the secret: it is stored nowhere */
export async function insertLink(tx: pg.ClientBase, purpose: LinkPurpose, expiresAt: Date): Promise<{ id: string; secret: string }> {
  const id = `lnk_${randomBytes(9).toString('hex')}`;
  const secret = `iln_${randomBytes(32).toString('base64url')}`;
  const { email, tenant, role, scope } =
    purpose.kind === 'invitation' ? purpose : ({} as Partial<Extract<LinkPurpose, { kind: 'invitation' }>>);
  await tx.query(
    `insert into indelible.sign_in_link (id, hash, kind, person, email, tenant, role, scope, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      hash(secret),
      purpose.kind,
      purpose.kind === 'sign_in' ? purpose.person : null,
      email ?? null,
      tenant ?? null,
      role ?? null,
      scope ?? '',
      expiresAt,
    ],
  );
  return { id, secret };
}

/** Uses a link up, unless the transaction is rolled back; undefined when it is none, was used, or has ended. */
export async function takeLink(tx: pg.ClientBase, secret: string): Promise<StoredLink | undefined> {
  const answer = await tx.query<Row>(
    `update indelible.sign_in_link set used_at = now() where hash = $1 and used_at is null and expires_at > now()
     returning id, kind, person, email, tenant, role, scope`,
    [hash(secret)],
  );
  const row = answer.rows[0];
  if (row === undefined) return undefined;
  if (row.kind === 'sign_in') return { id: row.id, purpose: { kind: 'sign_in', person: row.person ?? '' } };
  if (row.role === null) throw new Error('an invitation without a role');
  return {
    id: row.id,
    purpose: {
      kind: 'invitation',
      ...(row.email === null ? {} : { email: row.email }),
      tenant: row.tenant ?? undefined,
      role: row.role,
      scope: row.scope,
    },
  };
}

/** An invitation of somebody who has an address. */
export interface StoredInvitation {
  /** Of the link. */
  readonly id: string;
  /** Undefined: in all tenants. */
  readonly tenant: string | undefined;
  readonly role: Role;
  readonly scope: string;
}

/** Uses up all invitations of an address, in lower case, that have not ended: of somebody who has proved that it is theirs. */
export async function takeInvitations(tx: pg.ClientBase, email: string): Promise<StoredInvitation[]> {
  const answer = await tx.query<Omit<StoredInvitation, 'tenant'> & { readonly tenant: string | null }>(
    `update indelible.sign_in_link set used_at = now() where kind = 'invitation' and email = $1 and used_at is null and expires_at > now()
     returning id, tenant, role, scope`,
    [email],
  );
  return answer.rows.map(({ tenant, ...row }) => ({ ...row, tenant: tenant ?? undefined }));
}

/** Ends the links of the first owner: when another one is made, and when there is an owner. */
export async function endFirstLinks(tx: pg.ClientBase): Promise<void> {
  await tx.query(`update indelible.sign_in_link set used_at = now() where kind = 'invitation' and email is null and used_at is null`);
}

/** Ends what is still open for somebody. */
export async function endLinksOf(tx: pg.ClientBase, person: string, email: string): Promise<void> {
  await tx.query('update indelible.sign_in_link set used_at = now() where (person = $1 or email = $2) and used_at is null', [
    person,
    email,
  ]);
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
