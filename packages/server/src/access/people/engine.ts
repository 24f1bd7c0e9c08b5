// Passwords, sessions and their cookies: better-auth behind a few functions.

import pg from 'pg';
import { findCredential, replaceHash } from '../../store/people.ts';
import { roleUrl } from '../../store/roles.ts';
import { answered, cookiesOf, presented } from './answers.ts';
import { ADDRESS_HEADER, type AuthOptions, makeAuth } from './better-auth.ts';
import { makePasswords, type Passwords } from './password-hash.ts';
import { makeCodes, makeSecondFactor } from './second-factor-engine.ts';

/** From where somebody signs in. */
export interface From {
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

export interface Session {
  readonly id: string;
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
  readonly expiresAt: Date;
  /** The account has a second factor. */
  readonly twoFactor: boolean;
}

/** A session that was just begun, and the cookies that carry it. */
export interface Begun extends Session {
  readonly cookies: readonly string[];
}

/** Somebody whose password was right. */
export interface Proved {
  readonly person: string;
  readonly twoFactor: boolean;
}

export interface Engine {
  /** Whose password it is, without beginning a session; undefined for nobody's. The same work whether there is an account or not. */
  prove(email: string, password: string): Promise<Proved | undefined>;
  /** Begins a session of somebody who has proved who they are, and has no second factor. */
  begin(person: string, from: From): Promise<Begun>;
  /** The same for somebody with a second factor; undefined when the code is wrong, or was used. */
  byCode(person: string, code: string, from: From): Promise<Begun | undefined>;
  /** The session of a Cookie header; undefined when it is none, or has ended. */
  session(cookie: string): Promise<Session | undefined>;
  /** The part of a Cookie header that names a session. */
  sessionCookie(cookie: string | undefined): string | undefined;
  /** The second factor of whose session it is. */
  readonly secondFactor: SecondFactor;
  /** The cookies that take those of a session away. */
  readonly farewell: readonly string[];
  hash(password: string): Promise<string>;
  close(): Promise<void>;
}

export interface SecondFactor {
  /** Prepares one; undefined when the password is wrong. It is in force once it is confirmed. */
  prepare(cookie: string, password: string): Promise<{ readonly uri: string; readonly backupCodes: readonly string[] } | undefined>;
  /** Puts it in force, and another session in the place of this one; undefined when the code is wrong. */
  confirm(person: string, cookie: string, code: string): Promise<Begun | undefined>;
  /** Takes it away, and puts another session in the place of this one; undefined when the password or the code is wrong. */
  remove(person: string, cookie: string, password: string, code: string): Promise<Begun | undefined>;
}

const COOKIE = 'indelible.session_token';

export interface EngineOptions extends Omit<AuthOptions, 'passwords'> {
  /** The URL of the role that owns the trail's database. */
  readonly ownerUrl: string;
  /** How they are kept; for tests alone another way than the usual one. */
  readonly passwords?: Passwords;
}

export async function openEngine({ ownerUrl, passwords = makePasswords(), ...options }: EngineOptions): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString: roleUrl(ownerUrl, 'people'),
    max: 4,
    connectionTimeoutMillis: 5_000,
    options: '-c search_path=auth',
    application_name: 'indelible people',
  });
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle database connection broke'));
  const auth = await makeAuth(pool, { ...options, passwords });
  const { internalAdapter } = await auth.$context;
  const begun = async (token: string | null | undefined, headers: Headers): Promise<Begun> => {
    const found = token === null || token === undefined ? null : await internalAdapter.findSession(token);
    if (found === null) throw new Error('the session that was begun is not there');
    return { ...presented(found), cookies: headers.getSetCookie() };
  };
  const codes = makeCodes(auth, pool);
  const begin = async (person: string, from: From): Promise<Begun> => {
    const made = await auth.api.begin({ body: { person }, headers: headersOf(from), returnHeaders: true });
    return begun(made.response.token, made.headers);
  };
  const byCode = async (person: string, code: string, from: From): Promise<Begun | undefined> => {
    const challenge = await auth.api.challenge({ body: { person }, returnHeaders: true });
    const done = await codes.verify(person, code, headersOf(from, cookiesOf(challenge.headers)));
    return done === undefined ? undefined : begun(done.response.token, done.headers);
  };
  /** One statement and one hash, whether there is an account or not. */
  const proved = async (email: string, password: string): Promise<Proved | undefined> => {
    const found = await findCredential(pool, email);
    const isRight = await passwords.verify({ hash: found?.hash ?? passwords.ofNobody, password });
    if (!isRight || found?.hash === undefined) return undefined;
    if (passwords.isFormer(found.hash)) await replaceHash(pool, found, await passwords.hash(password));
    return found;
  };
  const name = options.secure ? `__Secure-${COOKIE}` : COOKIE;
  return {
    prove: (email, password) => answered(() => proved(email, password)),
    begin: (person, from) => answered(() => begin(person, from)),
    byCode: (person, code, from) => answered(() => byCode(person, code, from)),
    secondFactor: makeSecondFactor(auth, codes),
    session: (cookie) =>
      answered(async () => {
        const found = await auth.api.getSession({ headers: new Headers({ cookie }) });
        return found === null ? undefined : presented(found);
      }),
    sessionCookie: (cookie) => cookie?.split(/; */).find((part) => part.startsWith(`${name}=`)),
    farewell: [`${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${options.secure ? '; Secure' : ''}`],
    hash: passwords.hash,
    close: () => pool.end(),
  };
}

function headersOf({ address, userAgent }: From, cookie?: string): Headers {
  return new Headers({
    ...(cookie === undefined ? {} : { cookie }),
    ...(address === undefined ? {} : { [ADDRESS_HEADER]: address }),
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent.slice(0, 500) }),
  });
}
