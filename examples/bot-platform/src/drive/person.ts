// A person at work: signed in, on a machine of their own, now and then with a reason for what they do.

import { z } from 'zod';
import { DEMO_PASSWORD, type Person as Somebody } from '../seed/company.ts';
import { browserOf } from '../story/cast.ts';

const SIGNED_IN = z.object({ token: z.string() });
const REQUEST_MS_MAX = 10_000;

export interface Ask {
  readonly body?: unknown;
  readonly reason?: string | undefined;
  /** Another organisation than their own. */
  readonly organization?: string;
  /** Another token than that of the session. */
  readonly token?: string;
  /** Another place than their own. */
  readonly from?: { readonly ip: string; readonly country: string; readonly city: string; readonly userAgent?: string };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Person {
  readonly somebody: Somebody;
  /** Sends a request; signs in first when nobody is, or no longer. Rejects only when the platform is away. */
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Answer>;
  /** Tries to sign in. */
  readonly signIn: (ask?: Ask & { readonly password?: string }) => Promise<Answer>;
}

/**
 * Sits somebody down at their own machine, in their own town.
 *
 * @param nextId the id of each request, which is found in the trail
 */
export function createPerson(url: string, somebody: Somebody, nextId: () => string): Person {
  const { id, email, place } = somebody;
  let session: string | undefined;

  async function send(method: string, path: string, ask: Ask): Promise<Answer> {
    const { body, reason, organization, token = session, from = place } = ask;
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        'x-forwarded-for': from.ip,
        'x-geo-country': from.country,
        // A header is ASCII; proxies write other letters as %C3%B8.
        'x-geo-city': encodeURIComponent(from.city),
        'user-agent': ask.from?.userAgent ?? browserOf(id),
        'x-request-id': nextId(),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(reason !== undefined && { 'x-reason': reason }),
        ...(organization !== undefined && { 'x-organization': organization }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    const text = await response.text();
    // What is downloaded is CSV or lines of JSON.
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : undefined };
  }

  const signIn: Person['signIn'] = async ({ password = DEMO_PASSWORD, ...ask } = {}) => {
    session = undefined;
    const answer = await send('POST', '/sessions', { ...ask, body: { email, password } });
    if (answer.status === 201) session = SIGNED_IN.parse(answer.body).token;
    return answer;
  };

  return {
    somebody,
    signIn,
    ask: async (method, path, ask = {}) => {
      if (session === undefined && ask.token === undefined) await signIn();
      const answer = await send(method, path, ask);
      if (answer.status !== 401 || ask.token !== undefined) return answer;
      await signIn();
      return send(method, path, ask);
    },
  };
}
