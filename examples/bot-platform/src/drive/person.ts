// A person at work: signed in, on a machine of their own, now and then with a reason for what they do.

import { z } from 'zod';
import type { Random } from './random.ts';

const USER_AGENTS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
] as const;
const SIGNED_IN = z.object({ token: z.string() });
const REQUEST_MS_MAX = 10_000;

interface Ask {
  readonly body?: unknown;
  readonly reason?: string | undefined;
  /** Another organisation than their own. */
  readonly organization?: string;
  /** Another token than that of the session. */
  readonly token?: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Person {
  readonly role: string;
  /** Sends a request; signs in first when nobody is, or no longer. Rejects only when the platform is away. */
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Answer>;
  /** Tries to sign in. */
  readonly signIn: (password?: string) => Promise<Answer>;
}

interface Identity {
  readonly email: string;
  readonly password: string;
  readonly role: string;
}

/** Sits a person down at a machine of their own: an address of a documentation network (RFC 5737), and a browser. */
export function createPerson(url: string, { email, password, role }: Identity, number: number, random: Random): Person {
  const headers = {
    'x-forwarded-for': `203.0.113.${10 + number * 17}`,
    'user-agent': USER_AGENTS[number % USER_AGENTS.length] ?? USER_AGENTS[0],
  };
  let session: string | undefined;

  async function send(method: string, path: string, { body, reason, organization, token = session }: Ask): Promise<Answer> {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...headers,
        'x-request-id': `req_${random
          .below(2 ** 32)
          .toString(16)
          .padStart(8, '0')}`,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(reason !== undefined && { 'x-reason': reason }),
        ...(organization !== undefined && { 'x-organization': organization }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function signIn(given = password): Promise<Answer> {
    const answer = await send('POST', '/sessions', { body: { email, password: given } });
    if (answer.status === 201) session = SIGNED_IN.parse(answer.body).token;
    return answer;
  }

  return {
    role,
    signIn,
    ask: async (method, path, ask = {}) => {
      if (session === undefined) await signIn();
      const answer = await send(method, path, ask);
      if (answer.status !== 401 || ask.token !== undefined) return answer;
      await signIn();
      return send(method, path, ask);
    },
  };
}
