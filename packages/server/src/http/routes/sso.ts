// Signing in by a provider of single sign-on, over HTTP: a browser goes there and comes back.

import type { Context } from 'hono';
import { isSecure } from '../../access/people/people.ts';
import { comeBack, comeByCode, leave } from '../../access/people/sso/sign-in.ts';
import { SSO_AWAY_SECONDS } from '../../limits.ts';
import type { App, Environment, Services } from '../environment.ts';
import { faultPage, wantsPage } from '../fault-page.ts';
import { ssoCode, type PresentedMethods } from '../openapi/sso.ts';
import { asFailure } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { type Coming, cookieNamed, setCookies } from './coming.ts';

const SIGN_IN_PAGE = '/sign-in';
const DASHBOARD = '/';

export function ssoRoutes(app: App, services: Services, { visitOf, welcome, marks }: Coming): void {
  const { people } = services;
  const cookieOf = (c: Context<Environment>): string | undefined => cookieNamed(c.req.header('cookie'), cookieName(services));

  app.get('/v1/sign-in/methods', (c) => {
    const methods: PresentedMethods = {
      password: true,
      ...(people.sso === undefined ? {} : { sso: { label: people.sso.provider.settings.label, path: '/v1/sign-in/sso' } }),
    };
    return c.json(methods);
  });

  app.get('/v1/sign-in/sso', async (c) =>
    asPage(services, c, async () => {
      const { location, sealed } = await leave(people);
      setCookies(c, [cookie(services, sealed)]);
      return c.redirect(location, 303);
    }),
  );

  app.get('/v1/sign-in/sso/callback', async (c) =>
    asPage(services, c, async () => {
      const come = await comeBack(people, c.req.query(), cookieOf(c), visitOf(c));
      if ('kind' in come) {
        setCookies(c, [cookie(services, come.sealed)]);
        return c.redirect(`${SIGN_IN_PAGE}?sso=code`, 303);
      }
      setCookies(c, [...marks(come), cookie(services, '')]);
      return c.redirect(DASHBOARD, 303);
    }),
  );

  app.post('/v1/sign-in/sso/code', async (c) => {
    const { code } = await readJson(c, ssoCode);
    const begun = await comeByCode(people, code, cookieOf(c), visitOf(c));
    setCookies(c, [cookie(services, '')]);
    return welcome(c, begun);
  });
}

/** A browser shows what it is answered: what is wrong, and what to do. */
async function asPage({ logger }: Services, c: Context<Environment>, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const failure = asFailure(error);
    if (!wantsPage(c.req.header('accept'))) throw error;
    const requestId = c.get('requestId');
    if (failure.status >= 500) logger.error({ requestId, code: failure.code, err: failure.cause ?? failure }, failure.message);
    return faultPage(failure, requestId, { path: SIGN_IN_PAGE, text: 'Back to the sign-in' });
  }
}

/** __Host-: no other host of the domain can put one into the browser, and with it its own sign-in. */
function cookieName({ people }: Services): string {
  return isSecure(people.publicUrl) ? '__Host-indelible.sso' : 'indelible.sso';
}

/** Lax: the browser comes from the provider. @param sealed empty: it is taken away */
function cookie(services: Services, sealed: string): string {
  const secure = isSecure(services.people.publicUrl) ? '; Secure' : '';
  return `${cookieName(services)}=${sealed}; Max-Age=${sealed === '' ? 0 : SSO_AWAY_SECONDS}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}
