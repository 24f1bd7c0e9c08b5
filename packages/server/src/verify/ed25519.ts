// Ed25519 checks by node:crypto, with the keys kept ready: many checkpoints are signed by one key.

import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { VerifySignature } from '@indelible/core';

export function makeVerifier(): VerifySignature {
  const keys = new Map<string, KeyObject>();
  return (publicKey, message, signature) => {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = keys.get(x) ?? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    keys.set(x, key);
    return verify(null, message, key, signature);
  };
}
