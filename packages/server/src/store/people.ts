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

/** What somebody proves who they are by. */
export interface Credential {
  readonly person: string;
  readonly twoFactor: boolean;
  /** Undefined for an account without a password. */
  readonly hash: string | undefined;
}

/** One statement, so that an account that there is takes no longer than one that there is not. @param email in any case */
export async function findCredential(db: Db, email: string): Promise<Credential | undefined> {
  const answer = await db.query<Omit<Credential, 'hash'> & { readonly hash: string | null }>(
    `select u.id as person, coalesce(u."twoFactorEnabled", false) as "twoFactor", a.password as hash
     from auth."user" u left join auth.account a on a."userId" = u.id and a."providerId" = 'credential' where u.email = $1`,
    [email.toLowerCase()],
  );
  const row = answer.rows[0];
  return row && { ...row, hash: row.hash ?? undefined };
}

/** Keeps a password in another form, unless it was changed meanwhile. */
export async function replaceHash(db: Db, { person, hash }: Credential, to: string): Promise<void> {
  await db.query(
    `update auth.account set password = $3, "updatedAt" = now() where "userId" = $1 and "providerId" = 'credential' and password = $2`,
    [person, hash, to],
  );
}

/** How the provider of a single sign-on stands in the table of accounts. */
function providerOf(issuer: string): string {
  return `sso ${issuer}`;
}

/** Who has signed in by a provider as one of its subjects before. */
export async function findByIdentity(db: Db, issuer: string, subject: string): Promise<PersonRow | undefined> {
  const answer = await db.query<PersonRow>(
    `select ${COLUMNS} from auth."user" where id = (select "userId" from auth.account where "providerId" = $1 and "accountId" = $2 limit 1)`,
    [providerOf(issuer), subject],
  );
  return answer.rows[0];
}

/**
 * Whether somebody is a subject of a provider from now on, or was before: false when they are another one. In a transaction, in
 * which nobody else becomes any for them.
 */
export async function becomeIdentity(tx: pg.ClientBase, person: string, issuer: string, subject: string): Promise<boolean> {
  await tx.query('select from auth."user" where id = $1 for update', [person]);
  const known = await tx.query<{ subject: string }>(
    'select "accountId" as subject from auth.account where "userId" = $1 and "providerId" = $2',
    [person, providerOf(issuer)],
  );
  if (known.rows[0] !== undefined) return known.rows.some((row) => row.subject === subject);
  await tx.query(
    `insert into auth.account (id, "accountId", "providerId", "userId", "createdAt", "updatedAt") values ($1, $2, $3, $4, now(), now())`,
    [randomBytes(16).toString('hex'), subject, providerOf(issuer), person],
  );
  return true;
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

/** @param hash as access/people/password-hash.ts makes it */
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

/** Takes away the rows of sessions of a person that have ended by themselves. */
export async function forgetEndedSessions(tx: Db, person: string): Promise<void> {
  await tx.query('delete from auth.session where "userId" = $1 and "expiresAt" <= now()', [person]);
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
