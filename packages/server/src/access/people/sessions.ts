// Sessions: who a Cookie header is, which sessions a person has, and ending them.

import { Failure } from '@indelible/core';
import type pg from 'pg';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS, SESSION_COOKIE_CHARS_MAX } from '../../limits.ts';
import { inTransaction } from '../../store/pool.ts';
import { endSessions, listSessions, type SessionRow } from '../../store/people.ts';
import type { AsPrincipal } from '../by-person.ts';
import { Denied, type Way } from '../authenticate.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import type { Engine, Session } from './engine.ts';
import { recordOfPerson } from './record.ts';
import { byPersonOf, type Visit } from './visit.ts';

export interface Sessions {
  /** Undefined when the header names none. @throws Failure `unauthorized` for one that has ended */
  of(cookie: string | undefined): Promise<Session | undefined>;
  /** @throws Failure `unauthorized` */
  demand(cookie: string | undefined): Promise<Session>;
  /** Forgets what it remembers: of whoever ended one here. */
  forget(): void;
}

/** An answer is kept for KEY_CACHE_MS: a session that was ended is refused at the latest then. */
export function makeSessions(engine: Pick<Engine, 'session' | 'sessionCookie'>): Sessions {
  const cache = new Map<string, { readonly session: Session | undefined; readonly until: number }>();
  const lookUp = async (cookie: string): Promise<Session | undefined> => {
    const known = cache.get(cookie);
    if (known !== undefined && known.until > Date.now()) return known.session;
    const session = await engine.session(cookie);
    if (cache.size >= KEY_CACHE_ENTRIES_MAX) cache.clear();
    cache.set(cookie, { session, until: Date.now() + KEY_CACHE_MS });
    return session;
  };
  const of = async (header: string | undefined): Promise<Session | undefined> => {
    const cookie = engine.sessionCookie(header);
    if (cookie === undefined) return undefined;
    // Strangers send what they like, and what is looked up is remembered.
    const session = cookie.length > SESSION_COOKIE_CHARS_MAX ? undefined : await lookUp(cookie);
    if (session === undefined || session.expiresAt.getTime() <= Date.now())
      throw new Failure('unauthorized', 'this session has ended: sign in again');
    return session;
  };
  return {
    of,
    demand: async (header) => {
      const session = await of(header);
      if (session === undefined) throw new Failure('unauthorized', 'this is for somebody who has signed in: the cookie is missing');
      return session;
    },
    forget: () => cache.clear(),
  };
}

/** Coming in by a session. A key or a token in the same request goes before it. */
export function sessionWay(sessions: Sessions, asPrincipal: AsPrincipal): Way {
  return async (credentials) => {
    if (credentials.authorization !== undefined) return undefined;
    const session = await sessions.of(credentials.cookie);
    if (session === undefined) return undefined;
    const { id, person, expiresAt } = session;
    try {
      return await asPrincipal({ ...person, session: id, credentials: [`ses_${id}`], untilMs: expiresAt.getTime() }, credentials);
    } catch (error) {
      // Who is nothing in the tenant is known all the same.
      if (!(error instanceof Failure) || error.code !== 'forbidden') throw error;
      throw new Denied(error, { kind: 'person', ...person, session: id, tenant: OPERATOR_TENANT, grants: [], credentials: [] });
    }
  };
}

export interface PresentedSession extends Omit<SessionRow, 'createdAt' | 'expiresAt'> {
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** It is the one that asks. */
  readonly current: boolean;
}

export async function sessionsOf(owner: pg.Pool, { id: current, person }: Session): Promise<PresentedSession[]> {
  return (await listSessions(owner, person.id)).map(({ createdAt, expiresAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    current: row.id === current,
  }));
}

interface EndContext {
  readonly owner: pg.Pool;
  readonly sessions: Sessions;
  readonly session: Session;
  readonly visit: Visit;
}

/** Signs out: ends the session that asks. */
export async function signOut({ owner, sessions, session, visit }: EndContext): Promise<void> {
  await inTransaction(owner, async (tx) => {
    const ended = await endSessions(tx, session.person.id, { id: session.id });
    if (ended.length > 0) await recordOfPerson(tx, session.person.id, [{ action: 'auth.logout', ...byPersonOf(session, visit) }]);
  });
  sessions.forget();
}

/**
 * Ends one session of the person who asks, or all but the one that asks.
 *
 * @returns how many
 * @throws Failure `not_found` for an id that is none of theirs
 */
export async function revokeSessions({ owner, sessions, session, visit }: EndContext, id?: string): Promise<number> {
  const { person } = session;
  const count = await inTransaction(owner, async (tx) => {
    const ended = await endSessions(tx, person.id, id === undefined ? { except: session.id } : { id });
    if (id !== undefined && ended.length === 0) throw new Failure('not_found', `you have no session ${id.slice(0, 64)}`);
    const events = ended.map((one) => ({
      action: 'session.revoked',
      ...byPersonOf(session, visit),
      resource: { type: 'session', id: one },
    }));
    await recordOfPerson(tx, person.id, events);
    return ended.length;
  });
  sessions.forget();
  return count;
}
