// Who is signed in, in memory: a restart signs everybody out.

import { randomBytes } from 'node:crypto';
import { newId } from './ids.ts';
import { hashToken } from './passwords.ts';

const SESSIONS_MAX = 10_000;

export interface Sessions {
  /** Signs a user in; the token reads `ses_<id>.<secret>`. */
  readonly open: (userId: string) => string;
  readonly userOf: (token: string) => string | undefined;
  readonly close: (token: string) => void;
}

export function createSessions(): Sessions {
  const users = new Map<string, string>();
  return {
    open: (userId) => {
      const [oldest] = users.keys();
      if (oldest !== undefined && users.size >= SESSIONS_MAX) users.delete(oldest);
      const token = `${newId('ses')}.${randomBytes(24).toString('base64url')}`;
      users.set(hashToken(token), userId);
      return token;
    },
    userOf: (token) => users.get(hashToken(token)),
    close: (token) => void users.delete(hashToken(token)),
  };
}
