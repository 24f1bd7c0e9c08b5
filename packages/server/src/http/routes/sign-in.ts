// Signing in and out, and one's own sessions, over HTTP. The session is a cookie.

import type { Context } from 'hono';
import type { Begun, Session } from '../../access/people/engine.ts';
import { comeByLink } from '../../access/people/links.ts';
import { isSecure } from '../../access/people/people.ts';
import { confirmSecondFactor, prepareSecondFactor, removeSecondFactor } from '../../access/people/second-factor.ts';
import { revokeSessions, sessionsOf, signOut } from '../../access/people/sessions.ts';
import { changePassword, signIn } from '../../access/people/sign-in.ts';
import type { Visit } from '../../access/people/visit.ts';
import { DEVICE_SECONDS } from '../../limits.ts';
import { rolesOf } from '../../store/role-grants.ts';
import { clientAddress } from '../client-address.ts';
import { type App, type Environment, type Services, sessionOf } from '../environment.ts';
import {
  linkAnswer,
  newPassword,
  oneCode,
  onePassword,
  passwordAndCode,
  type PresentedSignedIn,
  withPassword,
} from '../openapi/sign-in.ts';
import { pathId } from '../parameters.ts';
import { readJson } from '../read-json.ts';

export function signInRoutes(app: App, services: Services): void {
  const visitOf = (c: Context<Environment>): Visit => ({
    address: clientAddress(c, services.trustedProxies),
    userAgent: c.req.header('user-agent'),
    requestId: c.get('requestId'),
    device: cookieNamed(c.req.header('cookie'), deviceCookie(services)),
  });
  const welcome = async (c: Context<Environment>, begun: Begun): Promise<Response> => {
    setCookies(c, [...begun.cookies, deviceMark(services, begun)]);
    return c.json(await signedIn(services, begun), 200, NO_STORE);
  };

  app.post('/v1/sign-in', async (c) => welcome(c, await signIn(services.people, await readJson(c, withPassword), visitOf(c))));

  app.post('/v1/sign-in/link', async (c) => welcome(c, await comeByLink(services.people, await readJson(c, linkAnswer), visitOf(c))));

  app.post('/v1/sign-out', async (c) => {
    await signOut({ ...services.people, session: sessionOf(c), visit: visitOf(c) });
    setCookies(c, services.people.engine.farewell);
    return c.json({ signedOut: true });
  });

  app.get('/v1/session', async (c) => c.json(await signedIn(services, sessionOf(c)), 200, NO_STORE));

  app.get('/v1/sessions', async (c) => c.json({ sessions: await sessionsOf(services.people.owner, sessionOf(c)) }, 200, NO_STORE));

  app.post('/v1/sessions/revoke-others', async (c) =>
    c.json({ revoked: await revokeSessions({ ...services.people, session: sessionOf(c), visit: visitOf(c) }) }),
  );

  app.post('/v1/sessions/:id/revoke', async (c) =>
    c.json({ revoked: await revokeSessions({ ...services.people, session: sessionOf(c), visit: visitOf(c) }, pathId(c.req.param('id'))) }),
  );

  app.post('/v1/password', async (c) => {
    await changePassword(services.people, sessionOf(c), await readJson(c, newPassword), visitOf(c));
    return c.json({ changed: true });
  });

  const own = (c: Context<Environment>): Parameters<typeof prepareSecondFactor>[0] => ({
    people: services.people,
    session: sessionOf(c),
    cookie: c.req.header('cookie') ?? '',
    visit: visitOf(c),
  });

  app.post('/v1/second-factor', async (c) =>
    c.json(await prepareSecondFactor(own(c), (await readJson(c, onePassword)).password), 200, NO_STORE),
  );

  app.post('/v1/second-factor/confirm', async (c) => welcome(c, await confirmSecondFactor(own(c), (await readJson(c, oneCode)).code)));

  app.post('/v1/second-factor/remove', async (c) => welcome(c, await removeSecondFactor(own(c), await readJson(c, passwordAndCode))));
}

const NO_STORE = { 'cache-control': 'no-store' };

/** Who somebody is, and what in which tenant. */
async function signedIn({ people }: Services, { id, person, expiresAt, twoFactor }: Session): Promise<PresentedSignedIn> {
  const roles = (await rolesOf(people.owner, person.id)).map(({ role, tenant, scope }) => ({
    role,
    ...(tenant === undefined ? {} : { tenant }),
    ...(scope === undefined ? {} : { scope }),
  }));
  return { person: { ...person, twoFactor }, session: { id, expiresAt: expiresAt.toISOString() }, roles };
}

function setCookies(c: Context<Environment>, cookies: readonly string[]): void {
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

function cookieNamed(header: string | undefined, name: string): string | undefined {
  return header
    ?.split(/; */)
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
