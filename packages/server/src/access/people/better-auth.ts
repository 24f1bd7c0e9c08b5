// better-auth as it is set up here. It is loaded when it is needed, for it is large, and commands need none of it; and it serves
// no address of its own.

import type { BetterAuthOptions } from 'better-auth';
import type { Logger } from 'pino';
import type pg from 'pg';
import { PASSWORD_CHARS_MAX, SESSION_SECONDS } from '../../limits.ts';
import { lastStepSchema, makeOwnEndpoints } from './own-endpoints.ts';
import type { Passwords } from './password-hash.ts';

export interface AuthOptions {
  /** What cookies are signed with. */
  readonly key: Uint8Array;
  /** Browsers reach the server by TLS: they send its cookies by nothing else. */
  readonly secure: boolean;
  readonly logger: Pick<Logger, 'warn'>;
  readonly passwords: Passwords;
}

/** By which it is told the client's address. */
export const ADDRESS_HEADER = 'x-indelible-address';

/** What better-auth's tables are made of, and how it works; the same for migrations. */
export function authOptions(database: pg.Pool, { key, secure, logger, passwords }: AuthOptions): BetterAuthOptions {
  return {
    appName: 'Indelible',
    database,
    // Links and redirects are made elsewhere.
    baseURL: 'http://localhost',
    secret: Buffer.from(key).toString('base64url'),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      maxPasswordLength: PASSWORD_CHARS_MAX * 4,
      password: { hash: passwords.hash, verify: passwords.verify },
    },
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

export type Auth = Awaited<ReturnType<typeof makeAuth>>;

export async function makeAuth(database: pg.Pool, options: AuthOptions) {
  const [{ betterAuth }, { twoFactor }, own] = await Promise.all([
    import('better-auth'),
    import('better-auth/plugins/two-factor'),
    makeOwnEndpoints(),
  ]);
  // Its lock would shut out whoever owns the account as well: attempts.ts counts.
  return betterAuth({
    ...authOptions(database, options),
    plugins: [twoFactor({ accountLockout: { enabled: false } }), lastStepSchema, own],
  });
}
