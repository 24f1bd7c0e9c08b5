// API keys over HTTP: those of the caller's tenant.

import type { Context } from 'hono';
import { byPrincipal } from '../../access/actor.ts';
import { type KeysContext, makeKey, presentKey, rotateKey, takeKey } from '../../access/keys.ts';
import { KEY_OVERLAP_SECONDS_DEFAULT } from '../../limits.ts';
import { listKeys } from '../../store/api-keys.ts';
import { OPERATOR_TENANT } from '../../store/log-row.ts';
import { type App, callerOf, type Environment, type Services } from '../environment.ts';
import { clientAddress } from '../client-address.ts';
import { newKey, rotation } from '../openapi/keys.ts';
import { pathId } from '../parameters.ts';
import { readJson } from '../read-json.ts';

export function keyRoutes(app: App, services: Services): void {
  const contextOf = (c: Context<Environment>): KeysContext => {
    const { principal, tenant } = callerOf(c);
    return {
      owner: services.store.owner,
      by: byPrincipal(principal, clientAddress(c, services.trustedProxies), c.get('requestId')),
      principal,
      tenant,
    };
  };

  app.get('/v1/keys', async (c) => {
    const { tenant } = callerOf(c);
    return c.json({ keys: (await listKeys(services.store.owner, tenant)).map(presentKey) });
  });

  app.post('/v1/keys', async (c) => {
    const { tenant } = callerOf(c);
    const { expiresAt, ...wanted } = await readJson(c, newKey);
    const made = await makeKey(contextOf(c), {
      ...wanted,
      ...(tenant === OPERATOR_TENANT ? {} : { tenant }),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    });
    return c.json({ ...presentKey(made.key), key: made.token }, 201);
  });

  app.post('/v1/keys/:id/revoke', async (c) => c.json(presentKey(await takeKey(contextOf(c), pathId(c.req.param('id'))))));

  app.post('/v1/keys/:id/rotate', async (c) => {
    const { overlapSeconds = KEY_OVERLAP_SECONDS_DEFAULT } = await readJson(c, rotation);
    const { token, key, former } = await rotateKey(contextOf(c), pathId(c.req.param('id')), overlapSeconds);
    return c.json({ ...presentKey(key), key: token, former: presentKey(former) }, 201);
  });
}
