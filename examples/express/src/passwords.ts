// Passwords and tokens: never stored as they are.

import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

const COST = { N: 4096 };

export function hashPassword(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${scryptSync(password, salt, 32, COST).toString('base64url')}`;
}

export function isPassword(password: string, hash: string): boolean {
  const [salt = '', stored = ''] = hash.split('.');
  const given = scryptSync(password, Buffer.from(salt, 'base64url'), 32, COST);
  const expected = Buffer.from(stored, 'base64url');
  return expected.length === given.length && timingSafeEqual(given, expected);
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
