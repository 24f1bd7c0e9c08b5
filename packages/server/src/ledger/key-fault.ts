// Is the signer's key the one that the trail has on record?

import { Failure } from '@indelible/core';
import type { Signer } from './signer.ts';

/**
 * @param known the keys on record that are good now
 * @returns undefined when it is one of them, 'unknown' when there is none yet, and otherwise why the signer may not go on
 */
export function keyFault(known: readonly Uint8Array[], signer: Signer): 'unknown' | Failure | undefined {
  if (known.length === 0) return 'unknown';
  // Where a change of the key was interrupted the database may have the next one on record already.
  const keys = [signer.publicKey, ...(signer.nextPublicKey === undefined ? [] : [signer.nextPublicKey])];
  if (known.some((other) => keys.some((key) => Buffer.from(key).equals(other)))) return undefined;
  return new Failure(
    'signer_refused',
    `the key in ${signer.directory} is not the one that signed this trail so far (${known.map((other) => Buffer.from(other).toString('base64')).join(', ')}); ` +
      'restore the signer\u2019s directory, or run: indelible log succeed --reason ...',
  );
}
