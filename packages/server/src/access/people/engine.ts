// better-auth behind a few functions: passwords, sessions and their cookies. It is loaded when it is needed, for it is large, and
// commands need none of it; and it serves no address of its own.

import type { BetterAuthOptions } from 'better-auth';
import { Failure } from '@indelible/core';
import type { Logger } from 'pino';
import pg from 'pg';
import { PASSWORD_CHARS_MAX, SESSION_SECONDS } from '../../limits.ts';
import { storeFailure } from '../../store/pool.ts';
import { roleUrl } from '../../store/roles.ts';

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

export interface EngineOptions {
  readonly ownerUrl: string;
  /** What cookies are signed with. */
  readonly key: Uint8Array;
  /** Browsers reach the server by TLS: they send its cookies by nothing else. */
  readonly secure: boolean;
  readonly logger: Pick<Logger, 'warn'>;
}

const ADDRESS_HEADER = 'x-indelible-address';
const COOKIE = 'indelible.session_token';

/** What better-auth's tables are made of, and how it works; the same for migrations. */
export function authOptions(database: pg.Pool, { key, secure, logger }: Omit<EngineOptions, 'ownerUrl'>): BetterAuthOptions {
  return {
    appName: 'Indelible',
    database,
    // Links and redirects are made elsewhere.
    baseURL: 'http://localhost',
    secret: Buffer.from(key).toString('base64url'),
    emailAndPassword: { enabled: true, disableSignUp: true, maxPasswordLength: PASSWORD_CHARS_MAX * 4 },
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true },
    telemetry: { enabled: false },
    // Counted in attempts.ts, which knows devices.
    rateLimit: { enabled: false },
    // A wrong password is no fault of ours; the trail says it.
    logger: { log: (level, message) => (level === 'error' ? logger.warn({ message }, 'sign-in') : undefined) },
    advanced: {
      cookiePrefix: 'indelible',
      useSecureCookies: secure,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
  };
}

export async function openEngine({ ownerUrl, ...options }: EngineOptions): Promise<Engine> {
  const [{ betterAuth }, { twoFactor }, { createAuthEndpoint }, { setSessionCookie }] = await Promise.all([
    import('better-auth'),
    import('better-auth/plugins/two-factor'),
    import('better-auth/api'),
    import('better-auth/cookies'),
  ]);
  const pool = new pg.Pool({
    connectionString: roleUrl(ownerUrl, 'people'),
    max: 4,
    options: '-c search_path=auth',
    application_name: 'indelible people',
  });
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle database connection broke'));
  const { z } = await import('zod');
  const auth = betterAuth({
    ...authOptions(pool, options),
    plugins: [
      twoFactor(),
      {
        id: 'indelible-begin',
        endpoints: {
          begin: createAuthEndpoint(
            '/begin',
            { method: 'POST', body: z.object({ person: z.string() }), metadata: { SERVER_ONLY: true } },
            async (ctx) => {
              const user = await ctx.context.internalAdapter.findUserById(ctx.body.person);
              if (user === null) throw ctx.error('NOT_FOUND');
              const session = await ctx.context.internalAdapter.createSession(user.id);
              await setSessionCookie(ctx, { session, user });
              return { token: session.token };
            },
          ),
        },
      },
    ],
  });
  const { internalAdapter, password: passwords } = await auth.$context;
  const begun = async (token: string | null | undefined, headers: Headers): Promise<Begun> => {
    const found = token === null || token === undefined ? null : await internalAdapter.findSession(token);
    if (found === null) throw new Error('the session that was begun is not there');
    return { ...presented(found), cookies: headers.getSetCookie() };
  };
  /** The session that an answer puts in the place of the one that asked. */
  const afresh = async (headers: Headers): Promise<Begun> => {
    const found = await auth.api.getSession({ headers: new Headers({ cookie: cookiesOf(headers) }) });
    if (found === null) throw new Error('the session that was begun is not there');
    return { ...presented(found), cookies: headers.getSetCookie() };
  };
  const verifyCode = (code: string, headers: Headers) =>
    /^\d{6}$/.test(code)
      ? refused(auth.api.verifyTOTP({ body: { code }, headers, returnHeaders: true }))
      : refused(auth.api.verifyBackupCode({ body: { code }, headers, returnHeaders: true }));
  const name = options.secure ? `__Secure-${COOKIE}` : COOKIE;
  return {
    byPassword: (email, password, code, from) =>
      answered(async () => {
        const made = await refused(auth.api.signInEmail({ body: { email, password }, headers: headersOf(from), returnHeaders: true }));
        if (made === undefined) return undefined;
        if (!('twoFactorRedirect' in made.response)) return begun(made.response.token, made.headers);
        if (code === undefined) return 'code_needed';
        const done = await verifyCode(code, headersOf(from, cookiesOf(made.headers)));
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
    secondFactor: {
      prepare: (cookie, password) =>
        answered(async () => {
          const made = await refused(auth.api.enableTwoFactor({ body: { password, method: 'totp' }, headers: new Headers({ cookie }) }));
          return made?.method === 'totp' ? { uri: made.totpURI, backupCodes: made.backupCodes } : undefined;
        }),
      confirm: (cookie, code) =>
        answered(async () => {
          const headers = new Headers({ cookie });
          const done = await refused(auth.api.verifyTOTP({ body: { code }, headers, returnHeaders: true }));
          return done === undefined ? undefined : afresh(done.headers);
        }),
      remove: (cookie, password, code) =>
        answered(async () => {
          const headers = new Headers({ cookie });
          if ((await verifyCode(code, headers)) === undefined) return undefined;
          const done = await refused(auth.api.disableTwoFactor({ body: { password }, headers, returnHeaders: true }));
          return done === undefined ? undefined : afresh(done.headers);
        }),
    },
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

/** Undefined for what better-auth refuses (4xx): a wrong password, a wrong code, too many of them. */
async function refused<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return asked.catch((error: unknown) => {
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === 'number' && status >= 400 && status < 500) return undefined;
    throw error;
  });
}

function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

function headersOf({ address, userAgent }: From, cookie?: string): Headers {
  return new Headers({
    ...(cookie === undefined ? {} : { cookie }),
    ...(address === undefined ? {} : { [ADDRESS_HEADER]: address }),
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent.slice(0, 500) }),
  });
}

function presented({
  session,
  user,
}: {
  readonly session: { readonly id: string; readonly expiresAt: Date };
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly twoFactorEnabled?: unknown };
}): Session {
  const { id, name, email } = user;
  return { id: session.id, expiresAt: session.expiresAt, person: { id, name, email }, twoFactor: user.twoFactorEnabled === true };
}

/** Its own errors say little of ours: what the database said is in their cause. */
async function answered<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) throw error;
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      const failure = storeFailure(cause);
      if (failure instanceof Failure) throw failure;
    }
    throw error;
  }
}
