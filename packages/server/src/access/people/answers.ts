// What better-auth answers, as the rest of the server takes it.

import { Failure } from '@indelible/core';
import { storeFailure } from '../../store/pool.ts';
import type { Session } from './engine.ts';

/** Undefined for what better-auth refuses (4xx): a wrong password, a wrong code, too many of them. */
export async function refused<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return asked.catch((error: unknown) => {
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === 'number' && status >= 400 && status < 500) return undefined;
    throw error;
  });
}

export function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

export function presented({
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
export async function answered<Answer>(work: () => Promise<Answer>): Promise<Answer> {
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
