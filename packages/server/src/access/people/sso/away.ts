// What a browser carries while somebody is away at the provider, and while the code of a second factor is missing after it: a
// cookie that is encrypted and short-lived. Nothing of it is stored, so whichever server they come back to can read it.

import { createHash, randomBytes } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { SSO_AWAY_SECONDS } from '../../../limits.ts';
import type { Identity } from './provider.ts';

/** Of a sign-in that was begun. */
export interface Leaving {
  readonly kind: 'leaving';
  /** What the provider gives back, so that nobody finishes a sign-in in another browser than it was begun in. */
  readonly state: string;
  /** What the ID token has to hold. */
  readonly nonce: string;
  /** Of which the provider knows the hash (PKCE). */
  readonly verifier: string;
}

/** Of somebody whom the provider has named, and whose account has a second factor. */
export interface AwaitingCode {
  readonly kind: 'code';
  readonly identity: Identity;
}

export interface Sealer {
  seal(what: Leaving | AwaitingCode): Promise<string>;
  /** Undefined for what is over, of another kind, or was not sealed here. */
  open<Kind extends (Leaving | AwaitingCode)['kind']>(
    kind: Kind,
    sealed: string | undefined,
  ): Promise<Extract<Leaving | AwaitingCode, { kind: Kind }> | undefined>;
}

const AUDIENCE = 'indelible single sign-on';

/** @param key 32 bytes, of this purpose alone */
export function makeSealer(key: Uint8Array): Sealer {
  return {
    seal: ({ kind, ...rest }) =>
      new EncryptJWT({ ...rest })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience(`${AUDIENCE} ${kind}`)
        .setExpirationTime(`${SSO_AWAY_SECONDS} s`)
        .encrypt(key),
    open: async (kind, sealed = '') => {
      try {
        const options = {
          audience: `${AUDIENCE} ${kind}`,
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          requiredClaims: ['exp'],
        };
        const { payload } = await jwtDecrypt(sealed, key, options);
        return { ...payload, kind } as unknown as Extract<Leaving | AwaitingCode, { kind: typeof kind }>;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

export function newLeaving(): Leaving {
  const random = (): string => randomBytes(32).toString('base64url');
  return { kind: 'leaving', state: random(), nonce: random(), verifier: random() };
}

/** RFC 7636, 4.2: S256. */
export function challengeOf({ verifier }: Leaving): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
