// Passwords, sessions and their cookies: better-auth behind a few functions.

import pg from 'pg';
import { roleUrl } from '../../store/roles.ts';
import { answered, cookiesOf, presented, refused } from './answers.ts';
import { ADDRESS_HEADER, type AuthOptions, makeAuth } from './better-auth.ts';
import { makeSecondFactor, verifyCode } from './second-factor-engine.ts';

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

export interface Engine {
  /**
   * Undefined when there is no such account, or it has another password: the same work either way.
   *
   * @param code of the second factor: six digits, or a backup code
   */
  byPassword(
    email: string,
    password: string,
    code: string | undefined,
    from: From,
  ): Promise<Begun | 'code_needed' | 'code_wrong' | undefined>;
  /** Whether it is the password of an account, without beginning a session: the same work whether there is one or not. */
  isPassword(email: string, password: string): Promise<boolean>;
  /** Begins a session of somebody whom something else than a password has let in. */
  begin(person: string, from: From): Promise<Begun>;
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
  confirm(cookie: string, code: string): Promise<Begun | undefined>;
  /** Takes it away, and puts another session in the place of this one; undefined when the password or the code is wrong. */
  remove(cookie: string, password: string, code: string): Promise<Begun | undefined>;
}

const COOKIE = 'indelible.session_token';

/** @param options.ownerUrl the URL of the role that owns the trail's database */
export async function openEngine({ ownerUrl, ...options }: AuthOptions & { readonly ownerUrl: string }): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString: roleUrl(ownerUrl, 'people'),
    max: 4,
    connectionTimeoutMillis: 5_000,
    options: '-c search_path=auth',
    application_name: 'indelible people',
  });
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle database connection broke'));
  const auth = await makeAuth(pool, options);
  const { internalAdapter, password: passwords } = await auth.$context;
  const begun = async (token: string | null | undefined, headers: Headers): Promise<Begun> => {
    const found = token === null || token === undefined ? null : await internalAdapter.findSession(token);
    if (found === null) throw new Error('the session that was begun is not there');
    return { ...presented(found), cookies: headers.getSetCookie() };
  };
  const name = options.secure ? `__Secure-${COOKIE}` : COOKIE;
  return {
    byPassword: (email, password, code, from) =>
      answered(async () => {
        const made = await refused(auth.api.signInEmail({ body: { email, password }, headers: headersOf(from), returnHeaders: true }));
        if (made === undefined) return undefined;
        if (!('twoFactorRedirect' in made.response)) return begun(made.response.token, made.headers);
        if (code === undefined) return 'code_needed';
        const done = await verifyCode(auth, code, headersOf(from, cookiesOf(made.headers)));
        return done === undefined ? 'code_wrong' : begun(done.response.token, done.headers);
      }),
    isPassword: (email, password) =>
      answered(async () => {
        const found = await internalAdapter.findUserByEmail(email, { includeAccounts: true });
        const hash = found?.accounts.find(({ providerId }) => providerId === 'credential')?.password;
        if (typeof hash === 'string') return passwords.verify({ hash, password });
        await passwords.hash(password);
        return false;
      }),
    begin: (person, from) =>
      answered(async () => {
        const made = await auth.api.begin({ body: { person }, headers: headersOf(from), returnHeaders: true });
        return begun(made.response.token, made.headers);
      }),
    secondFactor: makeSecondFactor(auth),
    session: (cookie) =>
      answered(async () => {
        const found = await auth.api.getSession({ headers: new Headers({ cookie }) });
        return found === null ? undefined : presented(found);
      }),
    sessionCookie: (cookie) => cookie?.split(/; */).find((part) => part.startsWith(`${name}=`)),
    farewell: [`${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${options.secure ? '; Secure' : ''}`],
    hash: (password) => passwords.hash(password),
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
