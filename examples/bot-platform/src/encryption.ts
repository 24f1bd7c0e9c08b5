// Secrets that must be read again, such as the keys of other systems: kept encrypted (AES-256-GCM), never shown.

import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface Vault {
  readonly encrypt: (plain: string) => string;
  /** @throws Error when the text was altered, or encrypted under another key. */
  readonly decrypt: (text: string) => string;
}

/** @example openVault(config.SECRETS_KEY).encrypt('zd-4f1c') // "v1.kF3...": another text every time */
export function openVault(passphrase: string): Vault {
  const key = scryptSync(passphrase, 'bot-platform', 32);
  return {
    encrypt: (plain) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv);
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
    },
    decrypt: (text) => {
      const bytes = Buffer.from(text.replace(/^v1\./, ''), 'base64url');
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}
