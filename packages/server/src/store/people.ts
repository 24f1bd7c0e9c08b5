// The rows of people that better-auth keeps (schema auth), as far as the trail itself makes, shows and removes them.

import { randomBytes } from 'node:crypto';
import type pg from 'pg';

type Db = pg.Pool | pg.ClientBase;

export interface PersonRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly twoFactor: boolean;
}

export interface SessionRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly address?: string;
  readonly userAgent?: string;
}

const COLUMNS = 'id, email, name, "createdAt", coalesce("twoFactorEnabled", false) as "twoFactor"';

/** @param email in any case */
export async function findPerson(db: Db, email: string): Promise<PersonRow | undefined> {
  return (await db.query<PersonRow>(`select ${COLUMNS} from auth."user" where email = $1`, [email.toLowerCase()])).rows[0];
}

export async function personById(db: Db, id: string): Promise<PersonRow | undefined> {
  return (await db.query<PersonRow>(`select ${COLUMNS} from auth."user" where id = $1`, [id])).rows[0];
}

/** Those of some ids that there are; undefined for everybody. */
export async function listPeople(db: Db, ids?: readonly string[]): Promise<PersonRow[]> {
  const statement = `select ${COLUMNS} from auth."user" where $1::text[] is null or id = any($1) order by email`;
  return (await db.query<PersonRow>(statement, [ids ?? null])).rows;
}

/** @returns undefined when somebody has the address already */
export async function insertPerson(tx: pg.ClientBase, { email, name }: { email: string; name: string }): Promise<PersonRow | undefined> {
  const answer = await tx.query<PersonRow>(
    `insert into auth."user" (id, email, name, "emailVerified", "createdAt", "updatedAt") values ($1, $2, $3, false, now(), now())
     on conflict (email) do nothing returning ${COLUMNS}`,
    [`usr_${randomBytes(9).toString('hex')}`, email.toLowerCase(), name],
  );
  return answer.rows[0];
}

export async function deletePerson(tx: pg.ClientBase, id: string): Promise<void> {
  await tx.query('delete from auth."user" where id = $1', [id]);
}

/** @param hash as better-auth makes it */
export async function setPassword(tx: pg.ClientBase, person: string, hash: string): Promise<void> {
  await tx.query(`delete from auth.account where "userId" = $1 and "providerId" = 'credential'`, [person]);
  await tx.query(
    `insert into auth.account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
     values ($1, $2, 'credential', $2, $3, now(), now())`,
    [randomBytes(16).toString('hex'), person, hash],
  );
}

/** Takes the second factor of somebody away. */
export async function clearTwoFactor(tx: pg.ClientBase, person: string): Promise<void> {
  await tx.query('delete from auth."twoFactor" where "userId" = $1', [person]);
  await tx.query('update auth."user" set "twoFactorEnabled" = false where id = $1', [person]);
}

export async function listSessions(db: Db, person: string): Promise<SessionRow[]> {
  const answer = await db.query<{ id: string; createdAt: Date; expiresAt: Date; ipAddress: string | null; userAgent: string | null }>(
    `select id, "createdAt", "expiresAt", "ipAddress", "userAgent" from auth.session
     where "userId" = $1 and "expiresAt" > now() order by "createdAt" desc, id`,
    [person],
  );
  return answer.rows.map(({ ipAddress, userAgent, ...row }) => ({
    ...row,
    ...(ipAddress === null || ipAddress === '' ? {} : { address: ipAddress }),
    ...(userAgent === null || userAgent === '' ? {} : { userAgent }),
  }));
}

/**
 * Ends sessions of a person: one, or all but one.
 *
 * @returns the ids of those that were ended
 */
export async function endSessions(
  tx: Db,
  person: string,
  which: { readonly id: string } | { readonly except: string | undefined },
): Promise<string[]> {
  const [only, except] = 'id' in which ? [which.id, undefined] : [undefined, which.except];
  const answer = await tx.query<{ id: string }>(
    'delete from auth.session where "userId" = $1 and ($2::text is null or id = $2) and ($3::text is null or id <> $3) returning id',
    [person, only ?? null, except ?? null],
  );
  return answer.rows.map(({ id }) => id);
}
