// The second factor (TOTP, RFC 6238): preparing, confirming and removing it. Changing it takes the password, as signing in does.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { clearTwoFactor, endSessions, type PersonRow } from '../../store/people.ts';
import { inTransaction } from '../../store/pool.ts';
import type { Begun, Session } from './engine.ts';
import type { LinkContext } from './links.ts';
import type { People } from './people.ts';
import { recordOfPerson } from './record.ts';
import { proveCode, provePassword } from './sign-in.ts';
import { byPersonOf, type Visit } from './visit.ts';

export interface Prepared {
  /** `otpauth://...`: what an authenticator app reads, as a QR code. */
  readonly uri: string;
  /** Each in place of a code, once. */
  readonly backupCodes: readonly string[];
}

interface Context {
  readonly people: People;
  readonly session: Session;
  readonly cookie: string;
  readonly visit: Visit;
}

/** @throws Failure `forbidden` for a wrong password, or when there is a second factor already; `rate_limited` */
export async function prepareSecondFactor({ people, session, cookie, visit }: Context, password: string): Promise<Prepared> {
  await asForbidden(provePassword(people, session.person.email, password, visit));
  const prepared = await people.engine.secondFactor.prepare(cookie, password);
  if (prepared === undefined) throw new Failure('forbidden', 'this account has a second factor already: remove it first');
  return prepared;
}

/** @throws Failure `forbidden` for a wrong code, or when none was prepared; `rate_limited` */
export async function confirmSecondFactor({ people, session, cookie, visit }: Context, code: string): Promise<Begun> {
  const work = (): Promise<Begun | undefined> => people.engine.secondFactor.confirm(session.person.id, cookie, code);
  return settle(people, session, visit, await asForbidden(proveCode(people, session.person.email, visit, work)), 'auth.mfa.enabled');
}

/** @throws Failure `forbidden` for a wrong password or a wrong code; `rate_limited` */
export async function removeSecondFactor(
  { people, session, cookie, visit }: Context,
  { password, code }: { readonly password: string; readonly code: string },
): Promise<Begun> {
  await asForbidden(provePassword(people, session.person.email, password, visit));
  const work = (): Promise<Begun | undefined> => people.engine.secondFactor.remove(session.person.id, cookie, password, code);
  return settle(people, session, visit, await asForbidden(proveCode(people, session.person.email, visit, work)), 'auth.mfa.disabled');
}

/** Of somebody who has lost it, by whoever has the database: they sign in by their password alone then. */
export async function resetSecondFactor({ owner, by }: LinkContext, { id, name }: PersonRow): Promise<void> {
  await inTransaction(owner, async (tx) => {
    await clearTwoFactor(tx, id);
    await recordOfPerson(tx, id, [{ action: 'auth.mfa.disabled', ...by, resource: { type: 'person', id, name } }]);
  });
}

/** Who has signed in is known: what is wrong is not who they are. */
async function asForbidden<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'unauthorized' ? new Failure('forbidden', error.message) : error;
  });
}

/** Sessions that were begun before end: whoever else is in has not proved what is asked from now on, or stays in by what is no more. */
async function settle(
  { owner, sessions }: { owner: pg.Pool; sessions: People['sessions'] },
  { person }: Session,
  visit: Visit,
  begun: Begun,
  action: string,
): Promise<Begun> {
  await inTransaction(owner, async (tx) => {
    const ended = await endSessions(tx, person.id, { except: begun.id });
    const resource = { type: 'person', id: person.id, name: person.name };
    await recordOfPerson(tx, person.id, [{ action, ...byPersonOf(begun, visit), resource, metadata: { sessionsEnded: ended.length } }]);
  });
  sessions.forget();
  return begun;
}
