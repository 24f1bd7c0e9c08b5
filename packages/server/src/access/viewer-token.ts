// Viewer tokens: short-lived, signed (JWS, HMAC-SHA-256), and stored nowhere. A platform's backend makes one for its own
// customer, who then reads one tenant, or a part of it.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Failure } from '@indelible/core';
import { errors, jwtVerify, SignJWT } from 'jose';

/** What a token says. */
export interface ViewerClaims {
  /** `vt_...`: names it in the trail, and takes it back. */
  readonly id: string;
  readonly tenant: string;
  /** The query that everything is read within; empty: the whole tenant. */
  readonly scope: string;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
  /** What it rests on: once the key that made it is not good any more, neither is the token. */
  readonly restsOn: readonly string[];
  /** Whom it was made for, as the platform names them. */
  readonly viewer?: { readonly id: string; readonly name?: string };
  /** It may export what it reads. */
  readonly exports?: true;
}

export interface ViewerTokens {
  make(claims: Omit<ViewerClaims, 'id'>): Promise<{ readonly token: string; readonly claims: ViewerClaims }>;
  /** Whether it is over stands in what it says. @throws Failure `unauthorized` for what was not signed here, or was altered */
  verify(token: string): Promise<ViewerClaims>;
  /** Whether an id was given to a token of a tenant. */
  isOf(id: string, tenant: string): boolean;
}

export const VIEWER_TOKEN_PREFIX = 'ivt_';

const ISSUER = 'indelible';
const AUDIENCE = 'indelible viewer';
const ALGORITHM = 'HS256';

/** @param key 32 bytes, of this purpose alone */
export function makeViewerTokens(key: Uint8Array): ViewerTokens {
  // The id carries a proof of its tenant, so that nobody takes back what is another tenant's.
  const proof = (random: string, tenant: string): string =>
    createHmac('sha256', key).update(`${random} ${tenant}`).digest('hex').slice(0, 16);
  return {
    make: async (wanted) => {
      const random = randomBytes(9).toString('hex');
      const claims = { ...wanted, id: `vt_${random}_${proof(random, wanted.tenant)}` };
      const { id, tenant, scope, untilMs, restsOn, viewer, exports } = claims;
      const more = { ...(viewer === undefined ? {} : { viewer }), ...(exports === undefined ? {} : { exports }) };
      const signed = await new SignJWT({ tenant, scope, restsOn, ...more })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setJti(id)
        .setIssuedAt()
        .setExpirationTime(Math.floor(untilMs / 1_000))
        .sign(key);
      return { token: VIEWER_TOKEN_PREFIX + signed, claims: { ...claims, untilMs: Math.floor(untilMs / 1_000) * 1_000 } };
    },
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token.slice(VIEWER_TOKEN_PREFIX.length), key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          // Whose a token is that is over is known all the same: it is looked at by whoever lets it in.
          currentDate: new Date(0),
          requiredClaims: ['jti', 'exp', 'tenant', 'scope', 'restsOn'],
        });
        const { tenant, scope, restsOn, viewer, exports } = payload as Pick<
          ViewerClaims,
          'tenant' | 'scope' | 'restsOn' | 'viewer' | 'exports'
        >;
        return {
          id: payload.jti ?? '',
          tenant,
          scope,
          restsOn,
          untilMs: (payload.exp ?? 0) * 1_000,
          ...(viewer === undefined ? {} : { viewer }),
          ...(exports === true ? { exports } : {}),
        };
      } catch (error) {
        if (error instanceof errors.JOSEError) throw new Failure('unauthorized', 'this viewer token was not signed by this server');
        throw error;
      }
    },
    isOf: (id, tenant) => {
      const [, random, given] = /^vt_([0-9a-f]{18})_([0-9a-f]{16})$/.exec(id) ?? [];
      return random !== undefined && given !== undefined && timingSafeEqual(Buffer.from(given), Buffer.from(proof(random, tenant)));
    },
  };
}
