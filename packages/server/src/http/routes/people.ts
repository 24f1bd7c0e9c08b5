// The people of the caller's tenant over HTTP, and inviting them.

import type { Context } from 'hono';
import { byPrincipal } from '../../access/actor.ts';
import { presentInvitation, withdrawInvitation } from '../../access/people/invitations.ts';
import { invite } from '../../access/people/links.ts';
import { listInvitations } from '../../store/invitations.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { listPeople } from '../../store/people.ts';
import { listRoles } from '../../store/role-grants.ts';
import { clientAddress } from '../client-address.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';
import { newInvitation, type PresentedPerson } from '../openapi/people.ts';
import { pathId } from '../parameters.ts';
import { readJson } from '../read-json.ts';
import { signInUrl } from '../../access/people/sign-in-url.ts';

export function peopleRoutes(app: App, services: Services): void {
  const { owner } = services.store;
  // What is in no tenant is in all of them.
  const tenantOf = (c: Context<Environment>): string | undefined => {
    const { tenant } = callerOf(c);
    return tenant === OPERATOR_TENANT ? undefined : tenant;
  };

  app.get('/v1/people', async (c) => {
    const roles = await listRoles(owner, tenantOf(c));
    const people = await listPeople(
      owner,
      roles.map(({ person }) => person),
    );
    const presented = people.map(({ id, name, email }): PresentedPerson => {
      const { role = 'viewer', scope } = roles.find(({ person }) => person === id) ?? {};
      return { id, name, email, role, ...(scope === undefined ? {} : { scope }) };
    });
    return c.json({ people: presented });
  });

  app.post('/v1/people/invitations', async (c) => {
    const { principal } = callerOf(c);
    const by = byPrincipal(principal, clientAddress(c, services.trustedProxies), c.get('requestId'));
    const { id, token, expiresAt } = await invite({ owner, by }, { ...(await readJson(c, newInvitation)), tenant: tenantOf(c) }, principal);
    return c.json({ id, link: signInUrl(services.people.publicUrl ?? new URL(c.req.url).origin, token), expiresAt }, 201);
  });

  app.get('/v1/people/invitations', async (c) =>
    c.json({ invitations: (await listInvitations(owner, tenantOf(c))).map((one) => presentInvitation(one)) }),
  );

  app.post('/v1/people/invitations/:id/withdraw', async (c) => {
    const { principal } = callerOf(c);
    const by = byPrincipal(principal, clientAddress(c, services.trustedProxies), c.get('requestId'));
    await withdrawInvitation({ owner, by }, { id: pathId(c.req.param('id')), tenant: tenantOf(c) }, principal);
    return c.json({ withdrawn: true });
  });
}
