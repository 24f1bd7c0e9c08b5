// Whether an ID token is one (OpenID Connect Core 1.0, 3.1.3.7): signed by a key of the provider, for this client, for this very
// sign-in, and now.

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { Failure } from '@indelible/core';

/** Asymmetric ones alone: with a shared secret whoever verifies could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const CLOCK_SECONDS = 30;
const AGE_SECONDS_MAX = 600;

export interface IdClaims extends JWTPayload {
  readonly sub: string;
  readonly email?: unknown;
}

export interface Expected {
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string;
  /** As the provider names those that it signs with. */
  readonly algorithms: readonly string[] | undefined;
}

/** @throws Failure `unauthorized` */
export async function verifyIdToken(
  token: string,
  keys: { readonly keys: readonly object[] },
  { issuer, clientId, nonce, algorithms = ['RS256'] }: Expected,
): Promise<IdClaims> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), {
      issuer,
      audience: clientId,
      algorithms: ALGORITHMS.filter((algorithm) => algorithms.includes(algorithm)),
      requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
      clockTolerance: CLOCK_SECONDS,
      maxTokenAge: AGE_SECONDS_MAX,
    });
    const { aud, azp, sub } = payload;
    if (payload['nonce'] !== nonce) throw new errors.JWTClaimValidationFailed('another sign-in', payload, 'nonce');
    const isForOthersToo = Array.isArray(aud) && aud.length > 1;
    if (isForOthersToo || azp !== undefined ? azp !== clientId : false)
      throw new errors.JWTClaimValidationFailed('another client', payload, 'azp');
    if (sub === undefined || sub === '') throw new errors.JWTClaimValidationFailed('nobody', payload, 'sub');
    return { ...payload, sub };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new Failure(
      'unauthorized',
      `what the provider says of whoever came does not hold (${error.code}): begin again`,
      {},
      { cause: error },
    );
  }
}
