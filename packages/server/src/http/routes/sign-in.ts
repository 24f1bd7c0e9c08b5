// Signing in and out, and one's own sessions, over HTTP. The session is a cookie.

import type { Context } from 'hono';
import { comeByLink } from '../../access/people/links.ts';
import { confirmSecondFactor, prepareSecondFactor, removeSecondFactor } from '../../access/people/second-factor.ts';
import { revokeSessions, sessionsOf, signOut } from '../../access/people/sessions.ts';
import { changePassword, signIn } from '../../access/people/sign-in.ts';
import { type App, type Environment, type Services, sessionOf } from '../environment.ts';
import { linkAnswer, newPassword, oneCode, onePassword, passwordAndCode, withPassword } from '../openapi/sign-in.ts';
import { pathId } from '../parameters.ts';
import { readJson } from '../read-json.ts';
import { comingTo, setCookies, signedIn } from './coming.ts';
import { ssoRoutes } from './sso.ts';

export function signInRoutes(app: App, services: Services): void {
  const coming = comingTo(services);
  const { visitOf, welcome } = coming;
  ssoRoutes(app, services, coming);

  app.post('/v1/sign-in', async (c) => welcome(c, await signIn(services.people, await readJson(c, withPassword), visitOf(c))));

  app.post('/v1/sign-in/link', async (c) => welcome(c, await comeByLink(services.people, await readJson(c, linkAnswer), visitOf(c))));

  app.post('/v1/sign-out', async (c) => {
    await signOut({ ...services.people, session: sessionOf(c), visit: visitOf(c) });
    setCookies(c, services.people.engine.farewell);
    return c.json({ signedOut: true });
  });

  app.get('/v1/session', async (c) => c.json(await signedIn(services, sessionOf(c))));

  app.get('/v1/sessions', async (c) => c.json({ sessions: await sessionsOf(services.people.owner, sessionOf(c)) }));

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

  app.post('/v1/second-factor', async (c) => c.json(await prepareSecondFactor(own(c), (await readJson(c, onePassword)).password)));

  app.post('/v1/second-factor/confirm', async (c) => welcome(c, await confirmSecondFactor(own(c), (await readJson(c, oneCode)).code)));

  app.post('/v1/second-factor/remove', async (c) => welcome(c, await removeSecondFactor(own(c), await readJson(c, passwordAndCode))));
}
