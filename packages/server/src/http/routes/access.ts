// Viewer tokens and roles over HTTP: those of the caller's tenant.

import type { Context } from 'hono';
import { byPrincipal } from '../../access/actor.ts';
import { giveRole, presentRole, type RolesContext, takeRole } from '../../access/role-changes.ts';
import { makeViewerToken, takeViewerToken, type ViewersContext } from '../../access/viewers.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { listRoles } from '../../store/role-grants.ts';
import { clientAddress } from '../client-address.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';
import { newRole, newViewerToken } from '../openapi/access.ts';
import { pathId } from '../parameters.ts';
import { readJson } from '../read-json.ts';

export function accessRoutes(app: App, services: Services): void {
  const { owner, appender } = services.store;
  const viewers = (c: Context<Environment>): ViewersContext => {
    const { principal, tenant } = callerOf(c);
    const by = byPrincipal(principal, clientAddress(c, services.trustedProxies), c.get('requestId'));
    return { tokens: services.viewerTokens, self: services.self, by, principal, tenant };
  };
  const roles = (c: Context<Environment>): RolesContext => {
    const { by, principal, tenant } = viewers(c);
    // What is in no tenant is in all of them.
    return { owner, by, principal, tenant: tenant === OPERATOR_TENANT ? undefined : tenant };
  };

  app.post('/v1/viewer-tokens', async (c) => c.json(await makeViewerToken(viewers(c), await readJson(c, newViewerToken)), 201));

  app.post('/v1/viewer-tokens/:id/revoke', async (c) => {
    await takeViewerToken({ ...viewers(c), appender }, c.req.param('id'));
    return c.json({ revoked: true });
  });

  app.get('/v1/roles', async (c) => c.json({ roles: (await listRoles(owner, roles(c).tenant)).map(presentRole) }));

  app.post('/v1/roles', async (c) => c.json(presentRole(await giveRole(roles(c), await readJson(c, newRole))), 201));

  app.post('/v1/roles/:person/revoke', async (c) => {
    await takeRole(roles(c), pathId(c.req.param('person')));
    return c.json({ revoked: true });
  });
}
