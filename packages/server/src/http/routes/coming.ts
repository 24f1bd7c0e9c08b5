// What all ways of signing in share: from where somebody comes, and the cookies that they go on with.

import type { Context } from 'hono';
import type { Begun, Session } from '../../access/people/engine.ts';
import { isSecure } from '../../access/people/people.ts';
import type { Visit } from '../../access/people/visit.ts';
import { DEVICE_SECONDS } from '../../limits.ts';
import { rolesOf } from '../../store/role-grants.ts';
import { clientAddress } from '../client-address.ts';
import type { Environment, Services } from '../environment.ts';
import type { PresentedSignedIn } from '../openapi/sign-in.ts';

export interface Coming {
  readonly visitOf: (c: Context<Environment>) => Visit;
  /** The answer to a sign-in. */
  readonly welcome: (c: Context<Environment>, begun: Begun) => Promise<Response>;
  /** The cookies of a session that was begun: its own, and the mark of the device. */
  readonly marks: (begun: Begun) => readonly string[];
}

export function comingTo(services: Services): Coming {
  const marks = (begun: Begun): readonly string[] => [...begun.cookies, deviceMark(services, begun)];
  return {
    visitOf: (c) => ({
      address: clientAddress(c, services.trustedProxies),
      userAgent: c.req.header('user-agent'),
      requestId: c.get('requestId'),
      device: cookieNamed(c.req.header('cookie'), deviceCookie(services)),
    }),
    marks,
    welcome: async (c, begun) => {
      setCookies(c, marks(begun));
      return c.json(await signedIn(services, begun));
    },
  };
}

/** Who somebody is, and what in which tenant. */
export async function signedIn({ people }: Services, { id, person, expiresAt, twoFactor }: Session): Promise<PresentedSignedIn> {
  const roles = (await rolesOf(people.owner, person.id)).map(({ role, tenant, scope }) => ({
    role,
    ...(tenant === undefined ? {} : { tenant }),
    ...(scope === undefined ? {} : { scope }),
  }));
  return { person: { ...person, twoFactor }, session: { id, expiresAt: expiresAt.toISOString() }, roles };
}

export function setCookies(c: Context<Environment>, cookies: readonly string[]): void {
  for (const cookie of cookies) c.header('set-cookie', cookie, { append: true });
}

function deviceCookie({ people }: Services): string {
  return isSecure(people.publicUrl) ? '__Secure-indelible.device' : 'indelible.device';
}

function deviceMark(services: Services, { person }: Begun): string {
  const mark = services.people.devices.mark(person.email.toLowerCase());
  const secure = isSecure(services.people.publicUrl) ? '; Secure' : '';
  return `${deviceCookie(services)}=${mark}; Max-Age=${DEVICE_SECONDS}; Path=/v1; HttpOnly; SameSite=Strict${secure}`;
}

export function cookieNamed(header: string | undefined, name: string): string | undefined {
  return header
    ?.split(/; */)
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
