// The roles of people: who is what in which tenant.

import { randomBytes } from 'node:crypto';
import { Failure } from '@indelible/core';
import type pg from 'pg';

/** From the most to the least. */
export const ROLES_OF_PEOPLE = ['owner', 'administrator', 'analyst', 'auditor', 'viewer'] as const;
export type Role = (typeof ROLES_OF_PEOPLE)[number];

export interface RoleGrant {
  /** Another one after every change. */
  readonly id: string;
  /** Undefined: all tenants. */
  readonly tenant?: string;
  readonly person: string;
  readonly role: Role;
  /** Of a viewer: the query that everything is read within. */
  readonly scope?: string;
  readonly grantedAt: Date;
}

interface Row {
  id: string;
  tenant: string | null;
  person: string;
  role: Role;
  scope: string;
  granted_at: Date;
}

const COLUMNS = 'id, tenant, person, role, scope, granted_at';

function present(row: Row): RoleGrant {
  return {
    id: row.id,
    ...(row.tenant === null ? {} : { tenant: row.tenant }),
    person: row.person,
    role: row.role,
    ...(row.scope === '' ? {} : { scope: row.scope }),
    grantedAt: row.granted_at,
  };
}

/** All roles of a person. As the appender. */
export async function rolesOf(db: pg.Pool | pg.ClientBase, person: string): Promise<RoleGrant[]> {
  const answer = await db.query<Row>(`select ${COLUMNS} from indelible.role_grant where person = $1 order by tenant nulls first`, [person]);
  return answer.rows.map(present);
}

/** Of one tenant, or (undefined) of all people who are something in all tenants. */
export async function listRoles(db: pg.Pool | pg.ClientBase, tenant: string | undefined): Promise<RoleGrant[]> {
  const answer = await db.query<Row>(`select ${COLUMNS} from indelible.role_grant where tenant is not distinct from $1 order by person`, [
    tenant ?? null,
  ]);
  return answer.rows.map(present);
}

/** Whether somebody is an owner of all tenants. In a transaction of the owner, in which no role is changed by anybody else from then on. */
export async function hasOwnerOfAll(tx: pg.ClientBase): Promise<boolean> {
  await tx.query('lock table indelible.role_grant in share row exclusive mode');
  return (await tx.query(`select from indelible.role_grant where tenant is null and role = 'owner' limit 1`)).rowCount !== 0;
}

export interface RoleChange {
  readonly before: RoleGrant | undefined;
  readonly after: RoleGrant | undefined;
}

/**
 * Sets what a person is in a tenant; undefined takes it away. In a transaction of the owner, which the caller commits.
 *
 * @throws Failure `forbidden` when the tenant would be left without an owner
 */
export async function setRole(
  tx: pg.ClientBase,
  { tenant, person, role, scope }: { tenant: string | undefined; person: string; role: Role | undefined; scope?: string | undefined },
): Promise<RoleChange> {
  // One change at a time: two that each take an owner away see each other.
  await tx.query('lock table indelible.role_grant in share row exclusive mode');
  const removed = await tx.query<Row>(
    `delete from indelible.role_grant where person = $1 and tenant is not distinct from $2 returning ${COLUMNS}`,
    [person, tenant ?? null],
  );
  const before = removed.rows[0] === undefined ? undefined : present(removed.rows[0]);
  if (before?.role === 'owner' && role !== 'owner') await demandOwner(tx, tenant);
  if (role === undefined) return { before, after: undefined };
  const made = await tx.query<Row>(
    `insert into indelible.role_grant (id, tenant, person, role, scope) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
    [`grant_${randomBytes(9).toString('hex')}`, tenant ?? null, person, role, scope ?? ''],
  );
  const row = made.rows[0];
  if (row === undefined) throw new Error('the role was not stored');
  return { before, after: present(row) };
}

async function demandOwner(tx: pg.ClientBase, tenant: string | undefined): Promise<void> {
  const answer = await tx.query(
    `select from indelible.role_grant where role = 'owner' and (tenant is not distinct from $1 or tenant is null) limit 1`,
    [tenant ?? null],
  );
  if (answer.rowCount === 0) throw new Failure('forbidden', 'this is the last owner: make another one first');
}
